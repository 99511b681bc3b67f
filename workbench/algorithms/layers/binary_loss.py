"""Binary cross-entropy and its calibrated form; loads torch, so import it inside functions."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from workbench.algorithms.layers.softmax_loss import whole


def calibration(negatives: int, n_items: int, t: float) -> float:
    """The power β of the right item's probability: ``1 - t (1 - α)`` with the rate ``α = negatives / (n_items - 1)``.

    With t = 0 nothing is corrected; with t = 1 the probabilities come out as if all items had been compared. Petrov and
    Macdonald, RecSys 2023, arXiv:2308.07192, equation 12 (``α (t (1 - 1/α) + 1/α)``, the same thing).
    """
    rate = min(1.0, negatives / max(1, n_items - 1))
    return 1 - t * (1 - rate)


def binary_loss(
    hidden: Tensor, weight: Tensor, bias: Tensor, target: Tensor, negatives: Tensor, power: float, count: float
) -> Tensor:
    """Mean of ``-(power · ln σ(s_right) + count · mean of ln(1 - σ(s_wrong))) / (1 + count)``.

    Scores are ``hidden @ weight.T + bias + ln(power / count)``. The last, the same for all, is what they come to where all
    items are alike; beginning there (as Lin et al., ICCV 2017, arXiv:1708.02002, do) leaves to the factors what tells items
    apart. Without it they first have to learn that most items are wrong, and with the same factors at both ends all become
    alike doing that, and stay so (seen with 256 negatives on MovieLens 1M: NDCG@10 0.02 for 12 epochs).

    Parameters
    ----------
    hidden : float (n, d)
    weight, bias : float (n_items, d), (n_items,)
    target : int64 (n,) or (n, m)
        The right item of each row, or up to m of them, filled with -1.
    negatives : int64 (k,)
        Compared with every row; a row for which one of them is right leaves that out.
    power : float
        1, or `calibration`.
    count : float
        For how many wrong items the mean over the negatives counts.
    """
    if target.ndim > 1:
        row, place = torch.nonzero(target >= 0, as_tuple=True)
        hidden, target = hidden[row], target[row, place]
    hidden, bias = hidden.to(weight.dtype), bias + math.log(power / count)
    with whole(hidden.device.type):
        right = (hidden * weight[target]).sum(1) + bias[target]  # (n,)
        wrong = torch.addmm(bias[negatives], hidden, weight[negatives].T)  # (n, k)
    wrong = wrong.masked_fill(target[:, None] == negatives, -torch.inf)
    each = power * functional.softplus(-right) + count / len(negatives) * functional.softplus(wrong).sum(1)
    return each.mean() / (1 + count)
