"""What the test of a run said: the shape of ``evaluation.json``, and how it is read."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from workbench.stored import MAX_COUNT, Count, Shape, StoredFile, Text, read_values

FILE = "evaluation.json"
Cutoff = Annotated[int, Field(ge=1, le=MAX_COUNT)]


class _Figure(Shape):
    mean: float | None = None
    low: float | None = None
    high: float | None = None


class _Leak(Shape):
    name: Text
    count: int = 0
    sentence: Text


class _Negatives(Shape):
    n: Cutoff
    by: Text = ""
    seed: int = 0


class _Asked(Shape):
    metrics: list[Text] | None = None
    cutoffs: list[Cutoff] | None = None
    relevant_from: float | None = None
    variants: dict[Text, Text] | None = None
    like: Text | None = None
    groups: Text | None = None
    negatives: _Negatives | None = None


class _Protocol(Shape):
    split: dict[str, Any] = Field({})
    split_in_words: Text = ""
    history: Text = ""
    seed: int = 0
    data_hash: Text = ""
    users: Count = 0
    candidates: Text = ""
    sampled: Any = False
    masked: Text = ""
    mask: Text = ""
    relevance: Text = ""
    relevant_from: float | None = None
    cutoffs: list[Cutoff] = Field([])
    formulas: dict[Text, Text] = Field({})
    definitions: dict[Text, Text] = Field({})
    interval: Text = ""
    audiences: Text = ""
    doubts: list[Text] = Field([])
    undefined: dict[Text, Text] = Field({})
    made_by: Text | None = None
    chosen: Text = ""
    learned: Text = ""
    filters: list[dict[str, Any]] = Field([])
    filters_in_words: Text = ""
    as_: Text = Field("", alias="as")


class Answer(StoredFile):
    """The content of ``evaluation.json``."""

    way_out: ClassVar[str] = "Test the run again: workbench evaluate {folder}"

    metrics: dict[Text, _Figure]
    users: Count = 0
    protocol: _Protocol
    seconds: float = 0.0
    at: Text = ""
    opened: Text = ""
    leaks: list[_Leak] = Field([])
    asked: _Asked | None = None
    files: dict[Text, Text] = Field({}, description="SHA-256 of the files beside it; none in tests of before.")


class Opened(StoredFile):
    """When the test of a run was opened first: ``opened.json``."""

    way_out: ClassVar[str] = "Restore it from a copy. Without it, it is not known when the test was opened first."

    model_config = ConfigDict(frozen=True)
    at: Text


def read_answer(folder: Path) -> dict[str, Any]:
    """What ``evaluation.json`` of a run folder says, checked; raises WorkbenchError as `workbench.stored.read_stored`."""
    return read_values(Answer, folder / FILE)
