"""Values that a person types in a notebook, as declarations take them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from workbench.errors import WorkbenchError


def check_kind(given: Any, kind: type, told: str) -> None:
    """Refuse an argument of another kind in a sentence, such as a DataFrame where a fold is needed."""
    if not isinstance(given, kind):
        raise WorkbenchError(f"{told}, not {type(given).__name__}.")


def plain(settings: dict[str, Any]) -> dict[str, Any]:
    """The same settings with Python's own numbers and lists instead of NumPy's."""
    return {name: _plain(value) for name, value in settings.items()}


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def one_or_more(given: Any) -> list[Any] | None:
    """A list of what may be one value or several; None for None."""
    if given is None:
        return None
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes)
    return list(given) if several else [given]
