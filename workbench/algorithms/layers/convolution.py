"""Convolutions that look back only; loads torch, so import it inside functions."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Causal(nn.Module):
    """``y_t = b + sum over j of W_j x_{t - j dilation}``, with zeros before the beginning.

    As one product with the positions side by side: on a processor faster than a convolution that wants the positions last,
    and a later position cannot touch an earlier one by construction.
    """

    def __init__(self, factors: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.kernel, self.dilation = kernel, dilation
        self.mix = nn.Linear(kernel * factors, factors)

    def forward(self, x: Tensor) -> Tensor:
        """Mix `x` (rows, length, factors) with what lies before."""
        length, back = x.shape[1], (self.kernel - 1) * self.dilation
        longer = functional.pad(x, (0, 0, back, 0))
        parts = [longer[:, back - j * self.dilation :][:, :length] for j in range(self.kernel)]
        mixed: Tensor = self.mix(torch.cat(parts, 2))
        return mixed


class Residual(nn.Module):
    """Two causal convolutions, the second twice as dilated, added to what came in (figure 3b of the paper of NextItNet)."""

    def __init__(self, factors: int, kernel: int, dilation: int, activation: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Causal(factors, kernel, dilation),
            nn.LayerNorm(factors),
            activation,
            Causal(factors, kernel, 2 * dilation),
            nn.LayerNorm(factors),
            activation,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Read `x` (rows, length, factors)."""
        return x + self.layers(x)
