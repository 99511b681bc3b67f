"""How large a step is: the learning rate's course, and the length of the gradient.

torch is imported inside functions only, as in `training_loop.py`.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn


def share_of_rate(schedule: str, progress: float, warm_up: float) -> float:
    """Which share of the learning rate holds when `progress` (0 to 1) of the training is done.

    "cosine" rises in a straight line for the first `warm_up` and then falls as half a cosine to nothing at the end
    (Loshchilov and Hutter, ICLR 2017, arXiv:1608.03983, without restarts).
    """
    if schedule == "constant":
        return 1.0
    if progress < warm_up:
        return progress / warm_up
    return 0.5 + 0.5 * math.cos(math.pi * (progress - warm_up) / (1 - warm_up))


def gradient_norm(module: "nn.Module", longest: float = 0.0) -> "Tensor":
    """Length of the whole gradient, a scalar on the device; where it is longer than `longest` (not 0) it is shortened.

    Nothing here waits for the device. Pascanu, Mikolov, Bengio, ICML 2013, arXiv:1211.5063.
    """
    import torch

    weights = [weight for weight in module.parameters() if weight.grad is not None]
    for weight in weights:
        if weight.grad is not None and weight.grad.is_sparse:
            weight.grad = weight.grad.coalesce()  # what was added to one row twice counts once, with its sum
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    dense = [gradient._values() if gradient.is_sparse else gradient for gradient in gradients]  # noqa: SLF001 - as it lies, not a copy
    norm: Tensor = torch.nn.utils.get_total_norm(dense)
    if longest:
        share = (longest / (norm + 1e-6)).clamp(max=1.0)
        for gradient in dense:
            gradient.mul_(share)
    return norm


def weight_norm(module: "nn.Module") -> "Tensor":
    """Length of all weights together, a scalar on the device."""
    import torch

    norm: Tensor = torch.nn.utils.get_total_norm([weight.detach() for weight in module.parameters()])
    return norm


def shrink(module: "nn.Module", by: float) -> None:
    """Bring all weights nearer to zero by the same amount, none beyond it: the step of an L1 penalty.

    Soft thresholding after a gradient step (ISTA; Beck and Teboulle, SIAM J. Imaging Sciences 2(1), 2009).
    """
    import torch

    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.nn.functional.softshrink(weight, by))
