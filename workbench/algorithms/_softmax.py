"""Cross-entropy over very many items without ever holding rows x items; loads torch, so import it inside functions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

# Bytes of logits held at once: on a processor they should stay in its cache, on other devices fill them.
CHUNK = {"cpu": 2**21}
CHUNK_ELSEWHERE = 2**28
# Rows of a chunk at least: with fewer, reading and writing the gradient of the weights takes longer than computing it.
ROWS = 64


def whole(device: str) -> AbstractContextManager[Any]:
    """Full precision inside of mixed."""
    return torch.autocast(device, enabled=False) if device in ("cpu", "cuda") else nullcontext()


def softmax_loss(hidden: Tensor, weight: Tensor, bias: Tensor, target: Tensor) -> Tensor:
    """Mean of ``-ln softmax(hidden @ weight.T + bias)[target]`` over all targets.

    The gradient is known in closed form, softmax minus one-hot, so each chunk of rows is finished (loss and gradients)
    while it is in the cache: three matrix products and a few passes in place, where autograd would hold all logits, or
    compute them twice.

    Parameters
    ----------
    hidden : float (n, d)
        In a coarser type than `weight` (mixed precision) it is taken to that of `weight`: sums of exponentials need it.
    weight : float (n_items, d)
    bias : float (n_items,)
    target : int64 (n,) or (n, m)
        The right item of each row, or up to m of them, filled with -1.

    Returns
    -------
    Tensor
        A scalar that can be differentiated (once) by the first three.
    """
    hidden = hidden.to(weight.dtype)
    goals = target[:, None] if target.ndim == 1 else target  # (n, m)
    real = (goals >= 0).to(weight.dtype)
    goals = goals.clamp(min=0)
    loss = torch.zeros((), device=hidden.device, dtype=hidden.dtype)
    to_hidden, to_weight, to_bias = torch.zeros_like(hidden), torch.zeros_like(weight), torch.zeros_like(bias)
    size = max(ROWS, CHUNK.get(hidden.device.type, CHUNK_ELSEWHERE) // (4 * len(weight)))
    with torch.no_grad(), whole(hidden.device.type):
        for start in range(0, len(hidden), size):
            rows, goal, counts = (one[start : start + size] for one in (hidden, goals, real))
            logits = torch.addmm(bias, rows, weight.T)  # (rows, n_items)
            logits -= logits.amax(1, keepdim=True)
            right = logits.gather(1, goal)
            total = logits.exp_().sum(1, keepdim=True)
            loss += ((total.log() - right) * counts).sum()
            share = logits.div_(total if goal.shape[1] == 1 else total / counts.sum(1, keepdim=True))
            share.scatter_add_(1, goal, -counts)  # softmax - one-hot, of all targets of the row together
            if hidden.requires_grad:
                to_hidden[start : start + size] = share @ weight
            if weight.requires_grad:
                to_weight.addmm_(share.T, rows)
            to_bias += share.sum(0)
    # Linear in the inputs with exactly these gradients; its value is taken away again and the loss put in its place.
    linear = (hidden * to_hidden).sum() + (weight * to_weight).sum() + (bias * to_bias).sum()
    return (linear - linear.detach() + loss) / real.sum()
