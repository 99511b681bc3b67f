"""NGCF, LightGCN's elder: vectors that travel along the graph, with a layer of a network at each step.

Wang, He, Wang, Feng, Chua, "Neural Graph Collaborative Filtering", SIGIR 2019, arXiv:1905.08108.
"""

from typing import TYPE_CHECKING, Any, Literal

from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.training_loop import declare_epochs, declare_learning_rate
from workbench.algorithms.graphs.graph import Graph, GraphModel
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class NGCF(GraphModel):
    """Messages of neighbours, bent by a network in every layer; all layers side by side are the vector.

    With E⁰ learned and the matrix L of `Graph`, E^k = LeakyReLU((E^{k-1} + L E^{k-1}) W₁ + (E^{k-1} ∘ L E^{k-1}) W₂ + b)
    with slope 0.2, ∘ being the product by element. The vector is E⁰ beside the rows of E¹ … E^K, each of length 1.

    A new person has no start vector, so e⁰ = 0, and meets the items of their history in every layer.
    """

    name, title = "ngcf", "NGCF"
    summary = (
        "Spreads the vectors of users and items over the graph of who chose what, with a network layer at each step. "
        "LightGCN, which leaves the network out, is mostly better and always faster. "
        "Takes minutes for a million interactions; its time grows with them and with the items."
    )
    reference = "Wang et al., Neural Graph Collaborative Filtering, SIGIR 2019, arXiv:1905.08108"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(0.005)
    dropout: float = hyperparameter(
        0.1, "Dropout", "Share of values set to zero at random in every layer, against overfitting.", ge=0, lt=1
    )
    activation: Literal[Activation, "leaky-relu"] = declare_activation("leaky-relu")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        module = super().build(n_users, n_items)
        for name, bias in (("sum", True), ("product", False)):
            layers = [nn.Linear(self.factors, self.factors, bias=bias) for _ in range(self.layers)]
            for layer in layers:
                nn.init.xavier_uniform_(layer.weight)
            module.add_module(name, nn.ModuleList(layers))
        return module

    def widths(self) -> tuple[int, int]:
        return self.factors * (self.layers + 1), self.factors * self.layers

    def travel(self, module: Any, graph: Graph) -> "Tensor":
        import torch

        return torch.cat(_lengthened(self._layers(module, graph)), 1)

    def messages(self, module: Any, graph: Graph) -> "Tensor":
        import torch

        return torch.cat(self._layers(module, graph)[:-1], 1)

    def vectors_of_new(self, module: Any, heard: "Tensor") -> "Tensor":
        import torch

        found = [heard.new_zeros(len(heard), self.factors)]
        for number, message in enumerate(heard.chunk(self.layers, 1)):
            found.append(self._bent(module, number, found[-1], message))
        return torch.cat(_lengthened(found), 1)

    def _layers(self, module: Any, graph: Graph) -> "list[Tensor]":
        """E⁰ to E^K."""
        from torch.nn import functional

        found: list[Tensor] = [module["start"].weight]
        for number in range(self.layers):
            bent = self._bent(module, number, found[-1], graph.spread(found[-1]))
            found.append(functional.dropout(bent, self.dropout, module.training))
        return found

    def _bent(self, module: Any, number: int, x: "Tensor", message: "Tensor") -> "Tensor":
        both = module["sum"][number](x + message) + module["product"][number](x * message)
        return bend(self.activation, both)


def _lengthened(layers: "list[Tensor]") -> "list[Tensor]":
    """The layers behind the first with rows of length 1."""
    from torch.nn import functional

    return [layers[0], *map(functional.normalize, layers[1:])]
