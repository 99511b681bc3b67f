"""The shape of ``status.json``, and how it is read: whatever the file holds, the answer is a `RunStatus`."""

from pathlib import Path
from typing import Any, Self

from pydantic import Field

from workbench.processes import is_alive
from workbench.stored import LaterVersionError, Shape, StoredFile, parse_stored, where
from workbench.training.run_spec import Change
from workbench.training.run_state import RunState

FILE = "status.json"
# Far above what any run writes; numbers beyond it could not be shown or calculated with.
MAX_FILE_BYTES, MAX_COUNT, MAX_BYTES = 1 << 20, 10**9, 1 << 60
GO_ON = "It can be resumed after its last finished epoch."


class EpochSummary(Shape):
    """What the status repeats of an epoch's record."""

    epoch: int = Field(0, ge=0, le=MAX_COUNT)
    loss: float | None = None
    seconds: float | None = None
    validation: dict[str, float] = Field({}, description='Such as {"ndcg@10": 0.12}.')


class Remark(Shape):
    """A sentence that a training says of itself, and what it is about: "asked", "popularity" or "limit"."""

    about: str
    sentence: str


class RunStatus(StoredFile):
    """Where a run stands; the content of ``status.json``."""

    state: RunState = RunState.QUEUED
    at: str = Field("", description="When this was written, ISO 8601 in UTC.")
    pid: int | None = Field(None, description="The process that trains it.")
    process_started: float | None = Field(None, description="When that process started, seconds since 1970.")
    epoch: int = Field(0, ge=0, le=MAX_COUNT, description="Epochs finished.")
    epochs: int = Field(0, ge=0, le=MAX_COUNT, description="Epochs asked for; 0 where the algorithm has none.")
    part: float = Field(0.0, ge=0, le=1, description="Share that is done of the epoch in progress.")
    loss: float | None = None
    seconds_left: float | None = Field(None, ge=0)
    memory_bytes: int | None = Field(None, ge=0, le=MAX_BYTES)
    peak_memory_bytes: int | None = Field(None, ge=0, le=MAX_BYTES)
    device: str = Field("", description='Where it computes, such as "cpu"; empty before that is known.')
    device_reason: str = Field("", description="Why there, in a sentence.")
    arithmetic: str = Field("", description="How exactly it calculated and why, in a sentence, where it had a choice.")
    interactions: int | None = Field(None, ge=0, description="How many it learns from.")
    best: EpochSummary | None = Field(None, description="The epoch with the best validation so far.")
    last: EpochSummary | None = Field(None, description="The last finished epoch.")
    changes: list[Change] = Field([], description="Hyperparameters that were changed while it trained.")
    remarks: list[Remark] = Field([], description="What is to be known of it now that it has ended.")
    place: int | None = Field(None, description="Place in the queue, 0 being the next one.")
    reason: str = Field("", description="Why it failed or was lost, in a sentence for people.")
    details: str = Field("", description="What lies behind the reason, such as a traceback.")

    def but(self, **changes: Any) -> Self:
        """The same with other values."""
        return self.model_copy(update=changes)

    def stored(self) -> dict[str, Any]:
        """What the file holds: whatever is not as in a new status."""
        return {"state": self.state.value, **self.model_dump(mode="json", exclude_defaults=True)}

    @property
    def process_is_alive(self) -> bool:
        """Whether the process that wrote this still runs."""
        return is_alive(self.pid, self.process_started)


def parse_status(text: bytes, path: Path = Path(FILE)) -> RunStatus:
    """The content of a ``status.json``; raises ValueError where it is none, LaterVersionError as `read_stored`."""
    return parse_stored(RunStatus, text, path)[0]


def read_status(folder: Path) -> RunStatus:
    """The status of the run in `folder`.

    ``state`` is `RunState.LOST`, with the reason, where the file is missing, damaged or of a later version, and where it
    says that a process is at work which is gone.
    """
    try:
        status = parse_status(read_bytes(folder / FILE), folder / FILE)
    except LaterVersionError as error:
        return RunStatus(state=RunState.LOST, reason=str(error))
    except OSError as error:
        return _lost(RunStatus(), f"Its {FILE} could not be read ({error.strerror or error}).")
    except ValueError as error:
        return _lost(RunStatus(), f"Its {FILE} is damaged{where(error)}.")
    if status.state.is_active and not status.process_is_alive:
        return _lost(
            status, "Its process ended without giving a reason: it was killed, or the computer was turned off."
        )
    return status


def read_bytes(path: Path) -> bytes:
    """A small file; raises ValueError where it is far too large to be a status, OSError where it cannot be read."""
    with path.open("rb") as file:
        text = file.read(MAX_FILE_BYTES + 1)
    if len(text) > MAX_FILE_BYTES:
        raise ValueError("too large")
    return text


def _lost(status: RunStatus, why: str) -> RunStatus:
    return status.but(state=RunState.LOST, reason=f"{why} {GO_ON}")
