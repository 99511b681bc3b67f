"""A training in this process, with its progress told."""

import time
from typing import TYPE_CHECKING, Any

from workbench.commands.output import Progress
from workbench.control import Control

if TYPE_CHECKING:
    from workbench.training.run_status import RunStatus

POLL_SECONDS = 0.2  # between two looks at the status of the run


class _Following(Control):
    """Shows a training on the progress bar, from what the run says of itself."""

    def __init__(self, run: Any, progress: Progress) -> None:
        self.run, self.shown, self._next = run, progress, 0.0

    def check(self) -> None:
        self.shown.check()
        now = time.monotonic()
        if now >= self._next:
            self._next = now + POLL_SECONDS
            self._show(self.run.status())

    def progress(self, fraction: float, text: str = "") -> None:
        self.shown.progress(fraction, text)

    def _show(self, status: "RunStatus") -> None:
        epochs, done = status.epochs, status.epoch + status.part
        words = [f"epoch {min(int(done) + 1, epochs)} of {epochs}"] if epochs else []
        if status.loss is not None:
            words.append(f"loss {status.loss:.4g}")
        if status.last is not None:
            words += [f"{name} {value:.4f}" for name, value in status.last.validation.items()]
        if status.seconds_left is not None:
            words.append(f"{status.seconds_left:.0f} s left")
        self.shown.show(done / epochs if epochs else 0.0, " · ".join(words))


def follow(run: Any, progress: Progress) -> None:
    """Train a run to its end, with progress."""
    from workbench.training.train import train_run

    progress.start(f"Training {run.new_algorithm().title}")
    train_run(run.folder, _Following(run, progress))
