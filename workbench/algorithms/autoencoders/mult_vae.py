"""Mult-VAE, an autoencoder whose codes are uncertain.

Liang, Krishnan, Hoffman, Jebara, "Variational Autoencoders for Collaborative Filtering", WWW 2018, arXiv:1802.05814.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms.autoencoders.autoencoder import declare_factors, declare_hidden
from workbench.algorithms.autoencoders.mult_dae import MAY_BE_LINEAR, MultDAE
from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.training_loop import Batch, Batches, declare_epochs, declare_learning_rate
from workbench.data.interactions import Interactions
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor


class MultVAE(MultDAE):
    """Mult-DAE with a normal distribution for a code: noise in training, and a price for being far from N(0, 1).

    The encoder gives a mean μ and a log-variance l for each factor; z = μ + ε exp(l / 2) with ε from N(0, 1) is decoded.
    The loss of a person is -Σ_i ln softmax_i over the items i of the history + β KL, KL = ½ Σ (μ² + exp(l) - 1 - l), where
    β grows from 0 to `kl_weight` in the first `annealing` epochs. Scores come from μ. The layers are those of Mult-DAE but
    that nothing bends the code; the noise may be turned off, and with β = 0 as well it is Mult-DAE.
    """

    name, title = "mult-vae", "Mult-VAE"
    summary = (
        "Compresses a history to some hundred random numbers, whose noise prevents overfitting. "
        "Among the best for likes and purchases, also for people with few of them or who are new. "
        "Its time grows with people times items; a graphics card helps."
    )
    reference = "Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, arXiv:1802.05814"

    epochs: int = declare_epochs(50)
    learning_rate: float = declare_learning_rate(1e-3)
    hidden: int = declare_hidden(600)
    factors: int = declare_factors(200)
    activation: Literal[Activation, "none"] = declare_activation("tanh", MAY_BE_LINEAR)
    kl_weight: float = hyperparameter(
        0.2, "KL weight", "Weight of the KL term, which limits how much a code says of a history. Raise it on small data.",
        ge=0, le=100, search=(0, 1),
    )  # fmt: skip
    annealing: int = hyperparameter(
        20, "Annealing", "Epochs in which the KL weight grows from 0 to its full value.", ge=0, le=100_000
    )
    noise: bool = hyperparameter(
        True, "Noise", "Whether training draws codes at random, or uses their means.", advanced=True
    )

    def code_width(self) -> int:
        """A mean and a log-variance for each factor."""
        return 2 * self.factors

    def encode(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        return self.linear_code(module, batch)

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        import torch

        mean, log_variance = self.encode(module, batch).chunk(2, 1)
        code = mean + torch.randn_like(mean) * (log_variance / 2).exp() if self.noise else mean
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean() / 2
        out = module["out"]
        misfit = self.misfit(self.decode(module, code), out.weight, out.bias, batch)
        return misfit + batch["kl_weight"][0] * divergence

    def decode(self, module: Any, code: "Tensor") -> "Tensor":
        return super().decode(module, code[:, : self.factors])  # the means, where the variances stand behind them

    def batches(self, data: Interactions) -> Batches:
        of_people = super().batches(data)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            for done, batch in of_people(rng):
                grown = min(1.0, (self._epochs_done + done) / self.annealing) if self.annealing else 1.0
                yield done, batch | {"kl_weight": np.array([self.kl_weight * grown], np.float32)}

        return epoch
