"""Cross-entropy over very many items without ever holding rows x items; loads torch, so import it inside functions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

# Logits held at once: on a processor they should stay in its cache, on other devices fill them.
CHUNK_BYTES = {"cpu": 2**21}
OTHER_CHUNK_BYTES = 2**28
# Rows of a chunk at least: with fewer, reading and writing the gradient of the weights takes longer than computing it.
MIN_CHUNK_ROWS = 64


def whole(device: str) -> AbstractContextManager[Any]:
    """Full precision inside of mixed."""
    return torch.autocast(device, enabled=False) if device in ("cpu", "cuda") else nullcontext()


def softmax_loss(hidden: Tensor, weight: Tensor, bias: Tensor, target: Tensor, among: int | None = None) -> Tensor:
    """Sum of ``-ln softmax(hidden @ weight.T + bias)[target]`` over all targets, divided by their number.

    Parameters
    ----------
    hidden : float (n, d)
        In a coarser type than `weight` (mixed precision) it is taken to that of `weight`: sums of exponentials need it.
    weight : float (n_items, d)
    bias : float (n_items,)
    target : int64 (n,) or (n, m)
        The right item of each row, or up to m of them, filled with -1.
    among : int, optional
        Divide by this instead.

    Returns
    -------
    Tensor
        A scalar that can be differentiated (once) by the first three.
    """
    goals = target[:, None] if target.ndim == 1 else target  # (n, m)
    loss: Tensor = _Softmax.apply(hidden.to(weight.dtype), weight, bias, goals, among)  # type: ignore[no-untyped-call]
    return loss


class _Softmax(torch.autograd.Function):
    """Loss and gradients together, chunk by chunk.

    The gradient is known in closed form, softmax minus one-hot, so each chunk of rows is finished while it is in the
    cache: three matrix products and a few passes in place, where autograd would hold all logits, or compute them twice.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, goals: Tensor, among: int | None) -> Tensor:
        real = (goals >= 0).to(weight.dtype)
        divisor = real.sum() if among is None else real.new_full((), among)
        goals, real = goals.clamp(min=0), real / divisor
        loss = torch.zeros((), device=hidden.device, dtype=hidden.dtype)
        to_hidden, to_bias = torch.empty_like(hidden), torch.zeros_like(bias)
        to_weight = torch.empty_like(weight) if len(hidden) else torch.zeros_like(weight)  # the first chunk fills it
        of_hidden, of_weight = ctx.needs_input_grad[:2]
        size = max(MIN_CHUNK_ROWS, CHUNK_BYTES.get(hidden.device.type, OTHER_CHUNK_BYTES) // (4 * len(weight)))
        with whole(hidden.device.type):
            for start in range(0, len(hidden), size):
                rows, goal, counts = (array[start : start + size] for array in (hidden, goals, real))
                logits = torch.addmm(bias, rows, weight.T)  # (rows, n_items)
                logits -= logits.amax(1, keepdim=True)
                right = logits.gather(1, goal)
                total = logits.exp_().sum(1, keepdim=True)
                loss += ((total.log() - right) * counts).sum()
                share = logits.mul_(counts.sum(1, keepdim=True) / total)
                share.scatter_add_(1, goal, -counts)  # softmax - one-hot, of all targets of the row together
                if of_hidden:
                    torch.mm(share, weight, out=to_hidden[start : start + size])
                if of_weight and start:
                    to_weight.addmm_(share.T, rows)
                elif of_weight:
                    torch.mm(share.T, rows, out=to_weight)
                to_bias += share.sum(0)
        ctx.made = [to_hidden, to_weight, to_bias]
        return loss

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor | None, ...]:
        made, ctx.made = ctx.made, None  # given away, so that they become the gradients as they lie and are not copied
        needed = zip(made, ctx.needs_input_grad, strict=False)
        return (*(gradient.mul_(outer) if wanted else None for gradient, wanted in needed), None, None)
