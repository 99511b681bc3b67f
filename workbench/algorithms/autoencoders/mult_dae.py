"""Mult-DAE, an autoencoder that finds again what was left out of a history.

Liang, Krishnan, Hoffman, Jebara, "Variational Autoencoders for Collaborative Filtering", WWW 2018, arXiv:1802.05814.
"""

from typing import TYPE_CHECKING, Any, Literal

from workbench.algorithms.autoencoders.autoencoder import Autoencoder, declare_factors, declare_hidden
from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.training_loop import declare_epochs, declare_learning_rate

if TYPE_CHECKING:
    from torch import Tensor, nn


MAY_BE_LINEAR = "; none makes the model linear, which is often enough on sparse data"


class MultDAE(Autoencoder):
    """From a history to a few numbers and back to all items.

    With x the history as in `Autoencoder`, some of it left out, and a the activation: h = a(A x + b), the scores are
    C h + d, and the loss of a person is -Σ_i ln softmax_i(C h + d) over all items i of the history. With a hidden layer it
    is A₂ a(A₁ x + b₁) + b₂ instead of A x + b, and C₂ a(C₁ h + d₁) + d₂ instead of C h + d.
    """

    name, title = "mult-dae", "Mult-DAE"
    summary = (
        "Compresses a history to some hundred numbers and learns to restore what was left out of it. "
        "Good for likes and purchases of many people, and for people who are new. "
        "Its time grows with people times items; a graphics card helps."
    )
    reference = "Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, arXiv:1802.05814"

    epochs: int = declare_epochs(50)
    learning_rate: float = declare_learning_rate(1e-3)
    hidden: int = declare_hidden(0)
    factors: int = declare_factors(200)
    activation: Literal[Activation, "none"] = declare_activation("tanh", MAY_BE_LINEAR)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        module = {"first": self.first(n_items, self.hidden or self.code_width())}
        if self.hidden:
            module["code"] = nn.Linear(self.hidden, self.code_width())
            module["back"] = nn.Linear(self.factors, self.hidden)
        return nn.ModuleDict(module | {"out": self.out(self.hidden or self.factors, n_items)})

    def code_width(self) -> int:
        """Numbers that the encoder gives."""
        return self.factors

    def encode(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        return self.bend(self.linear_code(module, batch))

    def linear_code(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        """What the encoder gives before the last activation."""
        x = self.read(module["first"], batch, self.dropout if module.training else 0.0)
        code: Tensor = module["code"](self.bend(x)) if self.hidden else x
        return code

    def decode(self, module: Any, code: "Tensor") -> "Tensor":
        return self.bend(module["back"](code)) if self.hidden else code

    def bend(self, x: "Tensor") -> "Tensor":
        """The activation."""
        return bend(self.activation, x)
