"""One number from several runs that differ in their seed or their fold alone, with how far they spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.evaluation.comparable import repeat_key


@dataclass(frozen=True)
class Repeated:
    """Runs of one algorithm with the same settings.

    Attributes
    ----------
    what : {"seeds", "folds"}
        In what they differ.
    number : int
        Of how many of those there is a figure.
    mean, spread, error : float
        Mean of the runs' numbers, their standard deviation (n - 1), and the standard error of the mean, which is that / the
        root of n. Folds share most of what they learn from, so that theirs is rather too small (Bengio & Grandvalet, "No
        unbiased estimator of the variance of k-fold cross-validation", JMLR 5, 2004). None is an interval over users.
    """

    runs: tuple[str, ...]
    what: str
    number: int
    mean: float
    spread: float
    error: float
    low: float
    high: float

    def describe(self, metric: str) -> str:
        """In words, such as "ndcg@10 0.1200 ± 0.0014 (standard error; 5 folds, 0.1162 to 0.1240)"."""
        told = f"{metric} {self.mean:.4f} ± {self.error:.4f} (standard error; {self.number} {self.what}"
        return f"{told}, {self.low:.4f} to {self.high:.4f})"


def repeats(
    specs: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, float],
    *,
    alike: Mapping[str, str] | None = None,
) -> list[Repeated]:
    """Find the runs that belong together, and sum them up.

    Parameters
    ----------
    specs
        By run what was asked of it (the content of ``run.json``).
    values
        By run its number.
    alike
        By run its `repeat_key`, for whoever has that at hand.
    """
    groups: dict[str, list[str]] = {}
    for name in values:
        groups.setdefault(alike[name] if alike else repeat_key(specs[name]), []).append(name)
    return [one for names in groups.values() if (one := together(names, specs, values)) is not None]


def together(
    names: Sequence[str], specs: Mapping[str, Mapping[str, Any]], values: Mapping[str, float]
) -> Repeated | None:
    """Sum up runs that are known to belong together; None where they differ in neither fold nor seed.

    Parameters
    ----------
    names
        The runs.
    specs, values
        As in `repeats`.
    """
    folds = {specs[name]["split_settings"].get("fold") for name in names}
    if len(folds) > 1:
        by_fold = {fold: [n for n in names if specs[n]["split_settings"].get("fold") == fold] for fold in folds}
        # Several seeds of one fold are one number of that fold.
        numbers = [float(np.mean([values[name] for name in runs_of_fold])) for runs_of_fold in by_fold.values()]
        return _summed(names, "folds", numbers)
    if len({specs[name].get("seed", 0) for name in names}) > 1:
        return _summed(names, "seeds", [values[name] for name in names])
    return None


def _summed(names: Sequence[str], what: str, numbers: Sequence[float]) -> Repeated:
    one = np.asarray(numbers)
    spread = float(one.std(ddof=1))
    error = spread / len(one) ** 0.5
    return Repeated(tuple(names), what, len(one), float(one.mean()), spread, error, float(one.min()), float(one.max()))
