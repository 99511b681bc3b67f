"""The states a run can be in, what each allows, and what people call it."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands; the values are those of ``status.json``."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    """Ended early by the person; its best epoch was kept as the model."""
    CANCELLED = "cancelled"
    """Ended early by the person; no model was kept."""
    PRUNED = "pruned"
    """Given up by a search, because other trials were better after as many epochs; no model was kept."""
    FAILED = "failed"
    """Ended by an error, which the status tells."""
    LOST = "lost"
    """Its process is gone without having said why, or its status cannot be read."""

    @property
    def is_active(self) -> bool:
        """Whether a process is at work on it."""
        return self in (RunState.RUNNING, RunState.PAUSED)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return not self.is_active and self is not RunState.QUEUED

    @property
    def is_usable(self) -> bool:
        """Whether it left a model to recommend with."""
        return self in (RunState.DONE, RunState.STOPPED)

    @property
    def is_resumable(self) -> bool:
        """Whether it ended before it was done, so that training can go on after its last finished epoch."""
        return self.is_over and self is not RunState.DONE

    @property
    def is_failure(self) -> bool:
        """Whether it ended in a way that nobody asked for."""
        return self in (RunState.FAILED, RunState.LOST)

    @property
    def label(self) -> str:
        """What people call it, such as "Waiting" for `QUEUED`."""
        return LABELS[self]


LABELS = {
    RunState.QUEUED: "Waiting",
    RunState.RUNNING: "Training",
    RunState.PAUSED: "Paused",
    RunState.DONE: "Done",
    RunState.STOPPED: "Stopped",
    RunState.CANCELLED: "Cancelled",
    RunState.PRUNED: "Given up",
    RunState.FAILED: "Failed",
    RunState.LOST: "Ended unexpectedly",
}
