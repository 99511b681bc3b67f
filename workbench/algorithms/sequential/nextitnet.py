"""NextItNet, what comes next in a sequence, with dilated convolutions that look back ever further.

Yuan, Karatzoglou, Arapakis, Jose, He, "A Simple Convolutional Generative Network for Next Item Recommendation", WSDM 2019,
arXiv:1808.05163.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.activation import Activation, declare_activation, layer_of
from workbench.algorithms.base.next_item import NextItem, declare_dropout, declare_factors, declare_length
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class NextItNet(NextItem):
    """Each layer mixes a position with one or more that lie further and further before it, and adds that to what was there.

    A block of dilation l is ``x + relu(norm(conv_2l(relu(norm(conv_l(x))))))``, where conv_l at position t sees the
    positions t, t - l, t - 2l, … and nothing behind t; the dilations are 1 and 4, over and over. The score of item i is the
    product of what comes out with the factors of item i, plus a bias.
    """

    name, title = "nextitnet", "NextItNet"
    summary = (
        "Looks back over a history with convolutions whose steps grow, so that a few layers see far. "
        "Fast on long sequences."
    )
    reference = (
        "Yuan et al., A Simple Convolutional Generative Network for Next Item Recommendation, WSDM 2019, "
        "arXiv:1808.05163"
    )

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(64)
    kernel: int = hyperparameter(3, "Kernel", "Positions that a convolution combines.", ge=2, le=16, search=(2, 5))
    blocks: int = hyperparameter(
        4, "Blocks", "With a kernel of 3, each looks back 6 or 24 positions further.", ge=1, le=32, search=(2, 8)
    )
    dropout: float = declare_dropout(0.2)
    activation: Activation = declare_activation("relu")
    max_length: int = declare_length(100)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        from workbench.algorithms.layers.convolution import Residual

        bent = layer_of(self.activation)
        blocks = [Residual(self.factors, self.kernel, (1, 4)[n % 2], bent) for n in range(self.blocks)]
        module = nn.ModuleDict(
            {
                "item": nn.Embedding(n_items + 1, self.factors),
                "blocks": nn.Sequential(*blocks),
                "dropout": nn.Dropout(self.dropout),
                "bias": nn.Embedding(n_items, 1),
            }
        )
        nn.init.normal_(module["item"].weight, std=0.05)  # type: ignore[arg-type]
        nn.init.zeros_(module["bias"].weight)  # type: ignore[arg-type]
        return module

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, factors) after each of `items` (rows, length)."""
        states: Tensor = module["blocks"](module["dropout"](module["item"](items)))
        return states

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        query: Tensor = module["dropout"](states)
        return query
