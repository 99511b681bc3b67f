"""What was asked of a run: the content of ``run.json``."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Change(BaseModel):
    """A hyperparameter that was changed after the run had begun."""

    model_config = ConfigDict(extra="forbid")

    since: float = Field(ge=0, description="Epochs that were done when it was changed, such as 2.25.")
    name: str
    value: float


class RunSpec(BaseModel):
    """What was asked of a run; the content of ``run.json``."""

    model_config = ConfigDict(extra="forbid")

    algorithm: str
    hyperparameters: dict[str, Any]
    data: str = Field(description="The data folder, relative to the run folder.")
    data_hash: str
    filters: list[dict[str, Any]] = Field(
        [], description="Names and settings of the filters that come before the split, in their order."
    )
    split: str
    split_settings: dict[str, Any]
    seed: int = Field(0, ge=0)
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    threads: int = Field(0, ge=0, description="0: the number that was measured to be best for the algorithm.")
    patience: int = Field(
        10, ge=0, description="Epochs without a better validation before stopping; 0: never stop early."
    )
    validation_users: int = Field(1000, ge=1)
    include_seen: bool = Field(False, description="Whether people take things again, so that lists leave out nothing.")
    number: int | None = Field(
        None, ge=0, description="Its number in the project, from which its colour comes; none in runs made before."
    )
    created: str
    versions: dict[str, str]
    changes: list[Change] = Field([], description="What was changed while it trained or after, in order.")
