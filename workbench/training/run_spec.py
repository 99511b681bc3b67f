"""What was asked of a run: the content of ``run.json``."""

from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from workbench.stored import LARGEST, MAX_COUNT, Choice, Place, Shape, StoredFile, Text

FILE = "run.json"


class Change(Shape):
    """A hyperparameter that was changed after the run had begun."""

    since: float = Field(ge=0, le=MAX_COUNT, description="Epochs that were done when it was changed, such as 2.25.")
    name: Text
    value: float


class Request(StoredFile):
    """What is asked of the training process: ``control.json``."""

    command: Literal["pause", "resume", "stop", "cancel"]


class Adjustment(StoredFile):
    """Another value that is asked for: ``adjust.json``."""

    name: Text
    value: float


class Trial(Shape):
    """Of which search a run is a trial."""

    search: Place = Field(description="The folder of the search, from that of the run.")
    number: int = Field(ge=0, le=MAX_COUNT)


class RunSpec(StoredFile):
    """What was asked of a run; the content of ``run.json``."""

    model_config = ConfigDict(frozen=False)
    way_out: ClassVar[str] = (
        "So this run cannot be used. Restore the file from a copy, or train it again in a new folder."
    )

    algorithm: Text
    hyperparameters: dict[str, Any]
    data: Place = Field(description="The data folder, relative to the run folder.")
    data_hash: Text
    filters: list[dict[str, Any]] = Field(
        [], description="Names and settings of the filters that come before the split, in their order."
    )
    split: Text
    split_settings: dict[str, Any]
    seed: int = Field(0, ge=0, le=LARGEST)
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    threads: int = Field(
        0,
        ge=0,
        le=4096,
        description="0: the number that was measured to be best for the algorithm, or is when training begins.",
    )
    patience: int = Field(
        10, ge=0, le=MAX_COUNT, description="Epochs without a better validation before stopping; 0: never stop early."
    )
    from_data: dict[Text, str] = Field(
        {},
        description="Hyperparameters (and patience) that nobody chose and that follow from the data, each with why it has "
        "its value; empty until training begins, when the values are written down.",
    )
    validation_users: int = Field(1000, ge=1, le=MAX_COUNT)
    include_seen: bool = Field(False, description="Whether people take things again, so that lists leave out nothing.")
    number: int | None = Field(
        None,
        ge=0,
        le=MAX_COUNT,
        description="Its number in the project, from which its colour comes; none in runs made before.",
    )
    trial: Trial | None = Field(None, description="Where a search has made it, or chosen what it is.")
    learns_validation: bool = Field(
        False, description="Whether it learns from what validation holds, too; then nothing chooses its epoch."
    )
    created: Text
    versions: dict[Text, Text]
    changes: list[Change] = Field([], description="What was changed while it trained or after, in order.")

    @field_validator("filters")
    @classmethod
    def _named(cls, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for step in filters:
            Choice.model_validate(step)
        return filters
