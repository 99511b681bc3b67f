"""What is asked of a search: the content of ``search.json``."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from workbench.stored import LARGEST, MAX_COUNT, Choice, Place, Shape, StoredFile, Text

FILE = "search.json"
MAX_TRIALS, MAX_WORKERS = 100_000, 256
SECOND_GOALS = ("seconds", "list-seconds", "megabytes", "novelty", "coverage")
LIMITS = ("seconds", "list-seconds", "megabytes")


class Range(Shape):
    """Where a hyperparameter is looked for: between two numbers, or among some values."""

    low: float | None = None
    high: float | None = None
    choices: list[Any] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        ends = (self.low is None) + (self.high is None)
        if (self.choices is None) != (ends == 0) or ends == 1 or self.choices == []:
            raise ValueError("is neither a low and a high end nor a list of choices")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("ends below where it begins")
        return self


class SearchSpec(StoredFile):
    """What is asked of a search; the content of ``search.json``."""

    way_out: ClassVar[str] = "So this search cannot go on. Restore the file from a copy, or begin a new search."

    algorithms: list[Text] = Field(min_length=1)
    ranges: dict[Text, dict[Text, Range]] = Field(description="By algorithm and hyperparameter.")
    fixed: dict[Text, dict[Text, Any]] = Field({}, description="Values that are not searched, likewise.")
    trials: int | None = Field(None, ge=1, le=MAX_TRIALS)
    minutes: float | None = Field(None, gt=0, le=MAX_COUNT)
    metric: Text = Field("ndcg@10", description="What is searched for, on validation.")
    second: Literal["seconds", "list-seconds", "megabytes", "novelty", "coverage"] | None = Field(
        None,
        description="Another goal beside it: seconds of training or of making one list, size of the model, or a metric.",
    )
    limits: dict[Literal["seconds", "list-seconds", "megabytes"], float] = Field(
        {}, description="What a model may take at most to be the best."
    )
    pruner: Literal["median", "none"] = "median"
    seed: int = Field(0, ge=0, le=LARGEST)
    workers: int = Field(1, ge=1, le=MAX_WORKERS, description="Processes at work at once.")
    data: Place = Field(description="The data folder, from this one.")
    data_hash: Text
    runs: Place = Field(description="The folder of the runs that are its trials, from this one.")
    filters: list[Choice] = Field([])
    split: Text
    split_settings: dict[str, Any] = Field({})
    options: dict[Literal["device", "threads", "patience", "validation_users", "include_seen"], Any] = Field(
        {}, description="Of every run, where they were chosen."
    )
    created: Text
    versions: dict[Text, Text]

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.trials is None and self.minutes is None:
            raise ValueError("has neither a number of trials nor minutes")
        return self
