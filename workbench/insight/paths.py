"""How validation goes with one hyperparameter: runs that differ in that one only, such as a regularization path.

Friedman, Hastie & Tibshirani, "Regularization paths for generalized linear models via coordinate descent", J. Stat. Softw.
33(1), 2010, for the picture; here every point is a run of its own.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from workbench.algorithms import Algorithm
from workbench.declaring import applies, schema_of
from workbench.training.weights import stored_shape

# What must be equal beside the other hyperparameters.
ALIKE = ("algorithm", "data_hash", "filters", "split", "split_settings", "seed")


def varied(kind: type[Algorithm], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Hyperparameters that are numbers with a range to search in and that matter now: their JSON schemas by name."""
    fields = schema_of(kind).get("properties", {})
    return {
        name: schema
        for name, schema in fields.items()
        if schema.get("search") and schema.get("type") in ("integer", "number") and applies(schema, dict(values))
    }


def spread(schema: Mapping[str, Any], number: int, low: float, high: float) -> list[float]:
    """Values from `low` to `high`, evenly spaced on the scale that is declared, rounded to two digits, without doubles."""
    even = np.geomspace if schema.get("log") and low > 0 else np.linspace
    whole = schema.get("type") == "integer"
    rounded = [float(f"{value:.2g}") for value in even(low, high, number)]
    return sorted({int(value) if whole else value for value in rounded})


def alike(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    """Whether two run specs differ in the hyperparameter `name` only, or not even in that."""
    if any(one.get(key) != other.get(key) for key in ALIKE):
        return False
    rest = [{key: value for key, value in spec["hyperparameters"].items() if key != name} for spec in (one, other)]
    return rest[0] == rest[1]


def along(specs: Iterable[Mapping[str, Any]], like: Mapping[str, Any], name: str) -> dict[float, int]:
    """Places in `specs` of those that are `alike` to `like`, by their values of `name`, the last one of each, in order."""
    found = {
        float(spec["hyperparameters"][name]): at
        for at, spec in enumerate(specs)
        if alike(spec, like, name) and isinstance(spec["hyperparameters"].get(name), int | float)
    }
    return dict(sorted(found.items()))


def count_weights(model: Path) -> int | None:
    """Number of the weights that are not zero, of a model that keeps only those; None for any other, or none.

    Only the head of the file is read.
    """
    try:
        indptr, indices, data = (stored_shape(model, name) for name in ("indptr", "indices", "data"))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    return int(data[0]) if indptr and indices and data else None
