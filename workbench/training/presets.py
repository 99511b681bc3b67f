"""Settings that come with the program: after which publication, and what they gave on which data."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.resources import resource

# By how much data may differ in size and still count as the same: editions of a set lack a few lines.
ALIKE = 0.02


@dataclass(frozen=True)
class Preset:
    """Hyperparameters with a source and what they gave.

    Attributes
    ----------
    measured : dict
        ``data`` and ``protocol`` in words, each figure by the name of its metric, and those ``published``.
    expects : dict
        ``interactions`` and ``users`` (numbers) and ``split`` (its name) of what it was measured on.
    """

    name: str
    source: str
    hyperparameters: dict[str, Any]
    measured: dict[str, Any]
    expects: dict[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, tuple[float, float | None]]:
        """Of each metric, what was measured here and what was published; None where nothing was."""
        published: dict[str, float | None] = self.measured["published"]
        return {name: (self.measured[name], value) for name, value in published.items()}

    def same_data(self, data: Interactions) -> bool:
        """Whether `data` is, by its size, what it was measured on; so too where that is not known."""
        sizes = {"interactions": len(data), "users": data.n_users}
        return all(
            abs(size - self.expects.get(name, size)) <= ALIKE * self.expects.get(name, size)
            for name, size in sizes.items()
        )

    def same_split(self, split: str) -> bool:
        """Whether data divided by the split of this name is judged as it was then; so too where that is not known."""
        return bool(self.expects.get("split", split) == split)


@cache
def presets_of(algorithm: str) -> tuple[Preset, ...]:
    """The presets of an algorithm, those that keep closest to their source first; none where there are none."""
    try:
        path = resource(f"presets/{algorithm}.json")
    except WorkbenchError:
        return ()
    return tuple(Preset(**preset) for preset in json.loads(path.read_text(encoding="utf-8"))["presets"])
