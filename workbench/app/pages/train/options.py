"""What is chosen for a run beside the algorithm's own hyperparameters, declared as those are."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.algorithms import Algorithm
from workbench.declaring import hyperparameter


class Options(BaseModel):
    """For every algorithm."""

    model_config = ConfigDict(extra="forbid")

    seed: int = hyperparameter(0, "Seed", "The same seed gives the same model.", ge=0, le=2**31 - 1)
    threads: int = hyperparameter(0, "Threads", "0: the number that measurements found best.", ge=0, le=1024)
    validation_users: int = hyperparameter(
        1000, "Validation users", "Number of users to validate on.", ge=1, le=10_000_000
    )
    include_seen: bool = hyperparameter(
        False,
        "People buy again",
        "Seen items may be recommended and count as hits, in validation, evaluation and lists.",
    )


class EpochOptions(Options):
    """For those that learn in epochs."""

    patience: int = hyperparameter(
        10, "Patience", "Epochs without a better validation before training stops early. 0: never.", ge=0, le=100_000
    )


class DeviceOptions(EpochOptions):
    """For those that torch trains."""

    device: Literal["auto", "cpu", "cuda", "mps"] = hyperparameter(
        "auto", "Device", "Auto uses a graphics card if there is one."
    )


def usable(declaration: type[BaseModel], values: Any) -> dict[str, Any]:
    """Values that were kept with a project, of which a form can be made; none where one of them is not as declared."""
    try:
        declaration.model_validate(values, strict=True)
    except ValidationError:
        return {}
    return dict(values)


def options_of(kind: type[Algorithm]) -> type[Options]:
    """The options that mean something for an algorithm."""
    if kind.uses_torch:
        return DeviceOptions
    return EpochOptions if kind.iterative else Options
