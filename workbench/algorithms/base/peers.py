"""One training shared by processes: of each step's batches every process does its own, and all take the mean gradient.

Each process holds the whole model, goes through the same batches in the same order and computes every n-th, so that the
weights of all are the same after each step, and the steps are those of one process which takes n batches at once. They
speak by gloo, which is part of torch; the first one alone reads requests, keeps checkpoints and says when it is over.

torch is imported inside functions only, as in `training_loop.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.errors import Cancelled, WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn

T = TypeVar("T")
LOOPBACK = "127.0.0.1"
# As long as the first one may be paused. A process that ends is noticed at once.
PATIENCE = timedelta(days=7)


class Peers:
    """Who takes part in each step.

    Parameters
    ----------
    size
        Batches of a step.
    rank
        Which of them is done here, by as many processes as there are batches; None where this process does them all.
    place
        A file that is not there yet, in a folder that all of them see: where they meet.
    on_this_machine
        Whether all are on this machine; then nothing is heard from outside of it.
    """

    def __init__(
        self, size: int = 1, rank: int | None = None, place: Path | None = None, *, on_this_machine: bool = True
    ) -> None:
        self.size, self.rank, self.place, self.on_this_machine = size, rank, place, on_this_machine
        self._group: Any = None

    def meet(self) -> None:
        """Wait for the others."""
        if self.rank is None:
            return
        import torch.distributed as dist

        gloo: Any = dist.ProcessGroupGloo
        options = gloo._Options()  # noqa: SLF001 - the way in which torch's own functions set it
        device = gloo.create_device(hostname=LOOPBACK) if self.on_this_machine else gloo.create_default_device()
        options._devices = [device]  # noqa: SLF001 - the same
        options._timeout = PATIENCE  # noqa: SLF001 - the same
        store = dist.FileStore(str(self.place), self.size)  # type: ignore[attr-defined]
        self._group = gloo(store, self.rank, self.size, options)

    def leave(self) -> None:
        """End together: the first one when it likes, the others when they have nothing to do any more."""
        if self._group is not None:
            with suppress(RuntimeError):  # of gloo, where another one is gone
                self._told(0.0, 0.0, ends=True)
            self._group = None

    def steps(self, batches: Iterator[tuple[float, T]]) -> Iterator[tuple[float, list[T]]]:
        """The batches of each step, with the share of the epoch that is done after it."""
        while group := list(islice(batches, self.size)):
            yield group[-1][0], [batch for _, batch in group]

    def mine(self, group: Sequence[T]) -> Sequence[T]:
        """What is done here of a step; in the last one of an epoch perhaps nothing."""
        return group if self.rank is None else group[self.rank : self.rank + 1]

    def average(self, module: "nn.Module", losses: "list[Tensor]", number: int, rate: float) -> "tuple[Tensor, float]":
        """Let the gradient of all weights be the mean of the step's; returns its mean loss, and the rate of the first.

        Parameters
        ----------
        losses
            Of the batches that were done here, whose gradients stand summed in `module`.
        number
            Batches of this step.

        Raises
        ------
        Cancelled
            If the first one has ended.
        """
        import torch

        total = sum(losses, torch.zeros((), dtype=next(module.parameters()).dtype))
        if self._group is not None:
            told = self._told(float(total), rate if self.rank == 0 else 0.0)
            total, rate = told[0].to(total.dtype), float(told[1])
        gradients = [_gradient(weight) for weight in module.parameters()]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients]) / number
        if self._group is not None:
            self._group.allreduce([flat]).wait()
        for gradient, mean in zip(
            gradients, torch.split(flat, [gradient.numel() for gradient in gradients]), strict=True
        ):
            gradient.copy_(mean.view_as(gradient))
        return total / number, rate

    def _told(self, loss: float, rate: float, *, ends: bool = False) -> "Tensor":
        import torch

        told = torch.tensor([loss, rate, float(ends)], dtype=torch.float64)
        self._group.allreduce([told]).wait()
        if told[2] and not ends:
            self._group = None
            raise Cancelled
        return told


def _gradient(weight: "nn.Parameter") -> "Tensor":
    """The gradient of a weight: zeros where none of the batches that were done here has used it."""
    import torch

    if weight.grad is None:
        weight.grad = torch.zeros_like(weight)
    if weight.grad.is_sparse:
        message = "This model has too many rows to be trained by several processes. Train it with one, or choose the "
        raise WorkbenchError(message + "optimizer adam.")
    return weight.grad
