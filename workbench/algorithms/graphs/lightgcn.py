"""LightGCN, vectors that travel along the graph of who chose what, and nothing else.

He, Deng, Wang, Li, Zhang, Wang, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
SIGIR 2020, arXiv:2002.02126. That a softmax over many items serves it better than BPR: Wu et al., "On the Effectiveness of
Sampled Softmax Loss for Item Recommendation", TOIS 2024, arXiv:2201.02327.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.training_loop import declare_epochs, declare_learning_rate
from workbench.algorithms.graphs.graph import Graph, GraphModel, declare_length

if TYPE_CHECKING:
    from torch import Tensor


class LightGCN(GraphModel):
    """Vectors of users and items, averaged over the steps of a walk on the graph.

    With start vectors E⁰ (all that is learned) and the matrix L of `Graph`, E = (E⁰ + L E⁰ + … + L^K E⁰) / (K + 1) with K
    layers. The score is the product of a user's and an item's vector; after training with softmax, their cosine times
    |e_i|^length: the softmax sees angles only, the length of a travelled vector holds how often the item was chosen.

    A new person has no start vector. The other terms follow from their history N: the vector is
    Σ_{i ∈ N} (e⁰_i + … + e^{K-1}_i) / √(|N| |N_i|) / (K + 1), as if nobody had noticed them yet.
    """

    name, title = "lightgcn", "LightGCN"
    summary = (
        "Spreads the vectors of users and items over the graph of who chose what: users with similar choices come close. "
        "Among the best for likes, visits and purchases without order. "
        "Takes minutes for a million interactions; its time grows with them and with the items."
    )
    reference = "He et al., LightGCN, SIGIR 2020, arXiv:2002.02126"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(0.01)
    length: float = declare_length(0.5)

    def travel(self, module: Any, graph: Graph) -> "Tensor":
        return self._sum(module, graph, self.layers) / (self.layers + 1)

    def messages(self, module: Any, graph: Graph) -> "Tensor":
        return self._sum(module, graph, self.layers - 1) / (self.layers + 1)

    def vectors_of_new(self, module: Any, heard: "Tensor") -> "Tensor":
        return heard

    def _sum(self, module: Any, graph: Graph, layers: int) -> "Tensor":
        """E⁰ + L E⁰ + … as E⁰ + L (E⁰ + L (E⁰ + …)), so that no layer need be kept."""
        start: Tensor = module["start"].weight
        found = start
        for _ in range(layers):
            found = start + graph.spread(found)
        return found
