"""The block of a transformer; loads torch, so import it inside functions.

Vaswani et al., "Attention Is All You Need", NIPS 2017, arXiv:1706.03762, with the norms before the layers instead of behind
them, which trains without a warm-up (Xiong et al., ICML 2020, arXiv:2002.04745).
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """``x + attention(norm(x))``, then ``x + feed forward(norm(x))``, at every position.

    Dropout is on what the two add, and inside the feed-forward layer; not on the attention weights, because the fused
    kernels never have those in memory.

    Parameters
    ----------
    factors, heads : int
        Size of each position's vector, and the parts of it that attend by themselves.
    inner : int
        Size of the hidden layer of the feed-forward layer.
    activation : nn.Module
        Its activation.
    """

    def __init__(self, factors: int, heads: int, inner: int, dropout: float, activation: nn.Module) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention, self.norm_forward = nn.LayerNorm(factors), nn.LayerNorm(factors)
        self.inputs = nn.Linear(factors, 3 * factors)  # query, key and value at once
        self.output = nn.Linear(factors, factors)
        self.forward_layer = nn.Sequential(
            nn.Linear(factors, inner), activation, nn.Dropout(dropout), nn.Linear(inner, factors)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """Read `x` (rows, length, factors).

        Parameters
        ----------
        seen : bool (rows, length) or None
            Which positions may be looked at, from everywhere; without it, each looks at itself and those before it.
        """
        query, key, value = self._parts(x)
        mask = None if seen is None else seen[:, None, None, :]
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=mask is None)
        x = x + self.dropout(self.output(mixed.transpose(1, 2).flatten(2)))
        return x + self.dropout(self.forward_layer(self.norm_forward(x)))

    def last_looks(self, x: Tensor) -> Tensor:
        """Attention weights (rows, heads, length) of the last position of `x` (rows, length, factors)."""
        query, key, _ = self._parts(x)
        meets = query[:, :, -1:] @ key.transpose(2, 3) / query.shape[-1] ** 0.5
        weights: Tensor = meets.softmax(3)
        return weights[:, :, 0]

    def _parts(self, x: Tensor) -> Tensor:
        """Query, key and value, each (rows, heads, length, factors / heads)."""
        rows, length, factors = x.shape
        parts = self.inputs(self.norm_attention(x)).view(rows, length, 3, self.heads, factors // self.heads)
        return parts.permute(2, 0, 3, 1, 4)


def last_looks(read: Callable[[], object], blocks: Iterable[nn.Module]) -> Tensor:
    """What the last position looks at in each block while `read` reads one row, (blocks, heads, length)."""
    looks: list[Tensor] = []
    hooks = [
        block.register_forward_pre_hook(lambda block, given: looks.append(block.last_looks(given[0])[0]))
        for block in blocks
    ]
    try:
        with torch.no_grad():
            read()
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack(looks)


def start_small(module: nn.Module) -> None:
    """Weights from a normal distribution of width 0.02, biases 0, as BERT and GPT begin."""
    for part in module.modules():
        if isinstance(part, (nn.Linear, nn.Embedding)):
            nn.init.normal_(part.weight, std=0.02)
        if isinstance(part, nn.Linear):
            nn.init.zeros_(part.bias)


def places(module: nn.Embedding, length: int) -> Tensor:
    """Vectors (length, factors) of the first positions."""
    vectors: Tensor = module(torch.arange(length, device=module.weight.device))
    return vectors
