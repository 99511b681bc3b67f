"""A metric is a function; no list to edit.

To add one, write a function in a file of this folder and mark it with `ranking_metric`, `catalogue_metric` or
`rating_metric`. It is then offered by the command line and the window, with its formula in the protocol.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Ranked:
    """Lists beside the truth.

    Attributes
    ----------
    items : int32 (n_users, K)
        Item indices, best first; -1 where a list is shorter.
    hits : bool (n_users, K)
        Whether the item at that rank is relevant.
    relevant : int64 (n_users,)
        Number of relevant items of each user, at least 1.
    n_items : int
        Items that could have been recommended.
    """

    items: Array
    hits: Array
    relevant: Array
    n_items: int

    @cached_property
    def hit_counts(self) -> Array:
        """Hits among the first 1, 2, … K, int64 (n_users, K)."""
        return np.cumsum(self.hits, axis=1)

    def hits_at(self, k: int) -> Array:
        """Hits among the first `k`, int64 (n_users,)."""
        width = self.hits.shape[1]
        return self.hit_counts[:, min(k, width) - 1] if width else np.zeros(len(self.hits), np.int64)


@dataclass(frozen=True)
class Metric:
    """A metric and what the protocol says of it.

    Attributes
    ----------
    kind : {"ranking", "catalogue", "rating"}
        ranking: function(ranked, k) -> float64 (n_users,); catalogue: function(ranked, k) -> float;
        rating: function(predicted, truth) -> float64 (n_pairs,), whose mean goes through `finish`.
    """

    name: str
    title: str
    kind: str
    formula: str
    function: Callable[..., Array]
    higher_is_better: bool = True
    finish: Callable[[Array], Array] | None = None


def ranking_metric(title: str, formula: str) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Mark a function of (ranked, k) that gives a number for each user."""
    return _mark(title, "ranking", formula)


def catalogue_metric(title: str, formula: str) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Mark a function of (ranked, k) that gives one number for all lists together."""
    return _mark(title, "catalogue", formula)


def rating_metric(
    title: str, formula: str, finish: Callable[[Array], Array] | None = None
) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Mark a function of (predicted, truth) that gives an error for each pair; lower is better."""
    return _mark(title, "rating", formula, higher_is_better=False, finish=finish)


def _mark(
    title: str, kind: str, formula: str, **facts: object
) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    def mark(function: Callable[..., Array]) -> Callable[..., Array]:
        name = function.__name__
        function.metric = Metric(name, title, kind, formula, function, **facts)  # type: ignore[attr-defined, arg-type]
        return function

    return mark


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by name."""
    found: dict[str, Metric] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found |= {one.metric.name: one.metric for one in members if isinstance(getattr(one, "metric", None), Metric)}
    return found
