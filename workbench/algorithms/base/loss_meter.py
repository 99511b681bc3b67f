"""What the loss was, without making a device wait at every step; torch is imported inside functions only."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# Seconds between two looks at the loss where looking means waiting for the device.
POLL_SECONDS = 0.05


class Meter:
    """Mean losses of the epoch and since the last look, without making a device wait at every step."""

    def __init__(self, *, waits: bool) -> None:
        self._waits = waits
        self._sum, self._count = 0.0, 0
        self._recent: list[Tensor] = []
        self._looked = time.perf_counter()

    def add(self, loss: "Tensor") -> None:
        self._recent.append(loss)

    def look(self) -> float | None:
        """Mean since the last look; None where it is too early to look again."""
        now = time.perf_counter()
        if self._waits and now - self._looked < POLL_SECONDS:
            return None
        self._looked = now
        return self._take()

    def mean(self) -> float | None:
        """Mean of the epoch; None where it had no step."""
        if self._recent:
            self._take()
        return self._sum / self._count if self._count else None

    def _take(self) -> float:
        import torch

        recent, self._recent = self._recent, []
        total = float(torch.stack(recent).sum()) if len(recent) > 1 else recent[0].item()
        self._sum += total
        self._count += len(recent)
        return total / len(recent)
