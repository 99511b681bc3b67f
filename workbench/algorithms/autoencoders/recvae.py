"""RecVAE, Mult-VAE with a deep encoder that does not run away from what it was.

Shenbin, Alekseev, Tutubalina, Malykh, Nikolenko, "RecVAE: A New Variational Autoencoder for Top-N Recommendations with
Implicit Feedback", WSDM 2020, arXiv:1912.11160.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.algorithms.autoencoders.autoencoder import Autoencoder, declare_factors, declare_hidden
from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.training_loop import Batch, Batches, declare_epochs, declare_learning_rate
from workbench.data.interactions import Interactions
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Layers of the encoder, and the shares of N(0, 1), of the encoder before and of N(0, e^10) in the prior: the paper's.
DEPTH = 5
PRIOR = ((0.15, 0.75, 0.10), 10.0)


class RecVAE(Autoencoder):
    """A normal distribution for a code, from five layers that each see what all before them gave.

    Encoder: h_l = norm(swish(A_l h_{l-1} + b_l + h_1 + … + h_{l-1})); from h_5 a mean μ and a log-variance. Decoder: one
    layer, C z + d. The loss of a person with n items is -Σ_i ln softmax_i(C z + d) + γ n KL, the KL of each factor from the
    one drawn z, against a mixture of N(0, 1), of what the encoder gave before this epoch, and of a very wide normal.

    In each epoch the encoder learns for some passes with a part of the histories left out, the decoder held; then the
    decoder for one pass with all of them.
    """

    name, title = "recvae", "RecVAE"
    summary = (
        "Mult-VAE with a deeper encoder that stays close to its previous state. "
        "Often the best autoencoder for likes and purchases of many people, also of new ones. "
        "Four passes an epoch make it slow; a graphics card helps."
    )
    reference = "Shenbin et al., RecVAE, WSDM 2020, arXiv:1912.11160"

    epochs: int = declare_epochs(30)
    learning_rate: float = declare_learning_rate(1e-3)
    hidden: int = declare_hidden(200)
    factors: int = declare_factors(100)
    activation: Activation = declare_activation("silu")
    kl_weight: float = hyperparameter(
        0.005, "KL weight", "Weight of the KL term, for each item of a history. It limits how much a code says.",
        ge=0, le=10, log=True, search=(0.001, 0.02),
    )  # fmt: skip
    encoder_passes: int = hyperparameter(
        3, "Encoder passes", "Encoder passes for each decoder pass.", ge=1, le=100, advanced=True
    )

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        encoder, old = self._encoder(n_items), self._encoder(n_items)
        old.load_state_dict(encoder.state_dict())
        old.requires_grad_(requires_grad=False)
        return nn.ModuleDict({"encoder": encoder, "old": old, "out": self.out(self.factors, n_items)})

    def encode(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        return self._distribution(module["encoder"], batch, 0.0)[0]

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        import torch

        dropout = self.dropout if "encoder" in batch else 0.0
        mean, log_variance = self._distribution(module["encoder"], batch, dropout)
        code = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        weight, bias = module["out"].weight, module["out"].bias
        if "decoder" in batch:
            return self.misfit(code.detach(), weight, bias, batch)
        with torch.no_grad():
            before = self._distribution(module["old"], batch, 0.0)
        lengths = batch["starts"].diff()
        divergence = (log_normal(code, mean, log_variance) - log_prior(code, *before)).sum(1)
        misfit = self.misfit(code, weight.detach(), bias.detach(), batch)
        return misfit + self.kl_weight * (lengths * divergence).mean()

    def batches(self, data: Interactions) -> Batches:
        of_people, passes = super().batches(data), self.encoder_passes + 1

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            self._module["old"].load_state_dict(self._module["encoder"].state_dict())
            for number in range(passes):
                learns = "encoder" if number < self.encoder_passes else "decoder"
                for done, batch in of_people(rng):
                    yield (number + done) / passes, batch | {learns: np.zeros(0)}

        return epoch

    def _encoder(self, n_items: int) -> "nn.Module":
        from torch import nn

        width = self.hidden
        encoder = {
            "first": self.first(n_items, width),
            "deeper": nn.ModuleList(nn.Linear(width, width) for _ in range(DEPTH - 1)),
            "norms": nn.ModuleList(nn.LayerNorm(width, eps=0.1) for _ in range(DEPTH)),
            "mean": nn.Linear(width, self.factors),
            "log_variance": nn.Linear(width, self.factors),
        }
        return nn.ModuleDict(encoder)

    def _distribution(self, encoder: Any, batch: "dict[str, Tensor]", dropout: float) -> "tuple[Tensor, Tensor]":
        """Mean and log-variance of the code of each history, (n, factors) each."""
        x = encoder["norms"][0](bend(self.activation, self.read(encoder["first"], batch, dropout)))
        before = x
        for layer, norm in zip(encoder["deeper"], encoder["norms"][1:], strict=True):
            x = norm(bend(self.activation, layer(x) + before))
            before = before + x
        return encoder["mean"](x), encoder["log_variance"](x)


def log_normal(x: "Tensor", mean: Any, log_variance: Any) -> "Tensor":
    """Logarithm of the density of a normal distribution at x, element by element."""
    import torch

    variance = torch.as_tensor(log_variance).exp()
    density: Tensor = -(log_variance + math.log(2 * math.pi) + (x - mean).square() / variance) / 2
    return density


def log_prior(code: "Tensor", mean: "Tensor", log_variance: "Tensor") -> "Tensor":
    """Logarithm of the density of the mixture at a code, element by element; the arguments are of the encoder before."""
    import torch

    shares, wide = PRIOR
    parts = (log_normal(code, 0.0, 0.0), log_normal(code, mean, log_variance), log_normal(code, 0.0, wide))
    return torch.stack([part + math.log(share) for part, share in zip(parts, shares, strict=True)]).logsumexp(0)
