"""A metric is a function; no list to edit.

To add one, write a function in a file of this folder and mark it with `ranking_metric`, `catalogue_metric` or
`rating_metric`. It is then offered by the command line and the window, with its formula in the protocol.

Where tools define a metric differently, its formulas have names; the first is the default. `peers` says which name is
which tool's.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from workbench.metrics.inputs import Array, Catalogue, Ranked, Ranks, Rows, safe_divide, shared_out

__all__ = [
    "Array",
    "Catalogue",
    "Metric",
    "Ranked",
    "Ranks",
    "Rows",
    "all_metrics",
    "catalogue_metric",
    "ranking_metric",
    "rating_metric",
    "safe_divide",
    "shared_out",
]

# Formulas in which a step of the rating doubles the gain: meant for scales such as 1 to 5, and senseless for amounts.
DOUBLING = ("exponential", "shifted", "plus-one")


@dataclass(frozen=True)
class Metric:
    """A metric and what the protocol says of it.

    Attributes
    ----------
    kind : {"ranking", "catalogue", "rating"}
        ranking: function(ranked, k) -> float64 (n_users,), NaN where it is not defined for a user; catalogue:
        function(ranked, k) -> float; rating: function(predicted, truth) -> float64 (n_pairs,), whose mean goes through
        `finish`.
    formulas : dict of str to str
        Names of the ways in which it is defined, in words; the first is the default.
    needs : tuple of str
        What it looks at beside lists and truth: ``counts`` and ``genres`` of the items, the ``history`` of people,
        ``ratings`` of the truth (with a ``scale``, where they must be no amounts such as plays), ``ranks`` of the truth
        among all items, ``co`` (how alike items are in whom they met).
    cut : bool
        Whether it depends on a cutoff k.
    usual : bool
        Whether it is shown where nobody chose.
    bounds : (float, float)
        Least and greatest value that it can have.
    higher_is_better : bool or None
        None where neither is better in itself.
    """

    name: str
    title: str
    kind: str
    formulas: Mapping[str, str]
    function: Callable[..., Array]
    higher_is_better: bool | None = True
    finish: Callable[[Array], Array] | None = None
    needs: tuple[str, ...] = ()
    cut: bool = True
    usual: bool = False
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def formula(self) -> str:
        """The default formula in words."""
        return next(iter(self.formulas.values()))

    def formula_of(self, variants: Mapping[str, str]) -> str:
        """The formula that is chosen in `variants` (by the metric's name), in words."""
        return self.formulas[variants.get(self.name) or next(iter(self.formulas))]

    def needs_of(self, variants: Mapping[str, str]) -> tuple[str, ...]:
        """What it needs with the chosen formula: groups by genre need genres, doubling gains ratings of a scale."""
        chosen = variants.get(self.name) or next(iter(self.formulas))
        return (*self.needs, *(["genres"] if chosen == "genres" else []), *(["scale"] if chosen in DOUBLING else []))


Marked = Callable[[Callable[..., Array]], Callable[..., Array]]


def ranking_metric(title: str, formula: str | Mapping[str, str], **declared: Any) -> Marked:
    """Mark a function of (ranked, k) that gives a number for each user."""
    return _mark(title, "ranking", formula, **declared)


def catalogue_metric(title: str, formula: str | Mapping[str, str], **declared: Any) -> Marked:
    """Mark a function of (ranked, k) that gives one number for all lists together."""
    return _mark(title, "catalogue", formula, **declared)


def rating_metric(title: str, formula: str, finish: Callable[[Array], Array] | None = None) -> Marked:
    """Mark a function of (predicted, truth) that gives an error for each pair; lower is better."""
    return _mark(title, "rating", formula, higher_is_better=False, finish=finish, cut=False, usual=True)


def _mark(title: str, kind: str, formula: str | Mapping[str, str], **declared: Any) -> Marked:
    def mark(function: Callable[..., Array]) -> Callable[..., Array]:
        name = function.__name__
        formulas = {"usual": formula} if isinstance(formula, str) else dict(formula)
        function.metric = Metric(name, title, kind, formulas, function, **declared)  # type: ignore[attr-defined]
        return function

    return mark


def higher_is_better(key: str) -> bool | None:
    """Whether more of a metric such as ``ndcg@10`` is better; None where neither is. One that is not known is."""
    known = all_metrics().get(key.partition("@")[0])
    return known.higher_is_better if known is not None else True


def metric_title(key: str) -> str:
    """How a metric such as ``ndcg@10`` is written."""
    name, _, k = key.partition("@")
    known = all_metrics().get(name)
    title = known.title if known is not None else name
    return f"{title}@{k}" if k else title


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by name: the usual ones first, then in the order of files and functions."""
    found: dict[str, Metric] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        marked = (getattr(member, "metric", None) for member in members)
        found |= {metric.name: metric for metric in marked if isinstance(metric, Metric)}
    return dict(sorted(found.items(), key=lambda pair: not pair[1].usual))
