"""An audit: how well somebody who knows a person's history tells from a model whether the person was in its data.

A run's algorithm is trained anew, with its hyperparameters, on a random third of the people, the members. The attacker asks
how well the model foretells each item of a person from the person's other items, which a model does better for whom it has
learned from. With a reference, a model of the second third, the attacker knows how well that can be foretold anyway: the
difference counts (Watson et al., "On the importance of difficulty calibration in membership inference attacks", ICLR 2022).
The last third are the others, of whom neither has learned. Few false alarms count, not the mean case (Carlini et al.,
"Membership inference attacks from first principles", IEEE S&P 2022).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import blocks
from workbench.metrics.attack import roc, tpr_at
from workbench.metrics.click_prediction import auc
from workbench.training.run import Run

Json = dict[str, Any]
THIRDS = 3
MIN_PEOPLE = 30
# Items of a person that are foretold from the others, where each takes a scoring of its own.
MAX_ITEMS = 20
# People on whom it is tried whether an item's own place in the history changes its score.
TRIED_PEOPLE = 20
RATES = (0.001, 0.01)
RESAMPLES = 200
CURVE_POINTS = 200
MAX_EXPOSED = 10


@dataclass(frozen=True, eq=False)
class Attack:
    """What an attacker has of each member and of each of the others, float64."""

    members: Array
    others: Array

    def told(self, seed: int) -> Json:
        """``auc``, ``tpr_at_0.1_percent``, ``tpr_at_1_percent`` with intervals, and ``roc`` (points of the curve)."""
        figures = {
            "auc": _auc,
            **{f"tpr_at_{rate:.1%}".replace(".0%", "%").replace("%", "_percent"): rate for rate in RATES},
        }
        drawn = list(self._resampled(seed))
        told: Json = {}
        for name, figure in figures.items():
            values = [_figure(figure, *pair) for pair in drawn]
            low, high = np.quantile(values, [0.025, 0.975])
            told[name] = {"value": _figure(figure, self.members, self.others), "low": float(low), "high": float(high)}
        false, true = roc(self.members, self.others)
        return told | {"roc": _thinned(false, true)}

    def _resampled(self, seed: int) -> Iterator[tuple[Array, Array]]:
        rng = np.random.default_rng([seed, 5])
        for _ in range(RESAMPLES):
            yield rng.choice(self.members, len(self.members)), rng.choice(self.others, len(self.others))


def _auc(members: Array, others: Array) -> float:
    return auc(np.concatenate([members, others]), np.concatenate([np.ones(len(members)), np.zeros(len(others))]))


def _figure(figure: Any, members: Array, others: Array) -> float:
    return float(figure(members, others)) if callable(figure) else tpr_at(members, others, figure)


def _thinned(false: Array, true: Array) -> list[tuple[float, float]]:
    """Points of a curve, dense where false alarms are few."""
    wanted = np.concatenate([[0.0], np.geomspace(1e-4, 1, CURVE_POINTS)])
    at = np.unique(np.searchsorted(false, wanted, side="right") - 1)
    return list(zip(false[at].tolist(), true[at].tolist(), strict=True))


def audit(run: Run, seed: int = 0, control: Control | None = None) -> Json:
    """Attack a run's algorithm, with its hyperparameters, on the data that it learned from; see `attack`."""
    return attack(run.new_algorithm, run.fold.learned_from, run.spec.seed, seed, control)


def attack(
    make: Callable[[], Algorithm],
    data: Interactions,
    training_seed: int = 0,
    seed: int = 0,
    control: Control | None = None,
) -> Json:
    """Attack an algorithm.

    Parameters
    ----------
    make
        Gives it untrained.
    training_seed, seed
        Of each training; of the thirds.

    Returns
    -------
    dict
        ``attack`` in words, ``auc``, ``tpr_at_0.1_percent`` and ``tpr_at_1_percent`` of the attack with a reference, each
        with ``value``, ``low`` and ``high``; ``roc``; ``without_reference`` with the same; ``members``, ``others``,
        ``items_foretold`` (of each person, at most), ``bound`` (of differential privacy; None without), and
        ``most_exposed``: members by how sure the attacker is, with ``user``, ``score``, ``interactions``.

    Raises
    ------
    WorkbenchError
        If the algorithm cannot score people by their histories alone, or there are too few people.
    """
    control = control or Control()
    check(type(make()))
    people = np.flatnonzero(data.by_user.lengths > 1)
    if len(people) < MIN_PEOPLE:
        raise WorkbenchError(f"{len(people)} people have two interactions or more; an audit needs {MIN_PEOPLE}.")
    members, reference, others = np.array_split(np.random.default_rng([seed, 4]).permutation(people), THIRDS)
    models = []
    for at, group in enumerate((members, reference)):
        control.check()
        control.progress(at / 4, f"training {at + 1} of 2, on {len(group):,} people")
        models.append(_trained(make(), _of_people(data, group), training_seed, control))
    known = [_foretold(model, data, np.concatenate([members, others]), seed, control) for model in models]
    n, limit = len(members), known[0][1]
    own, calibrated = known[0][0], known[0][0] - known[1][0]
    calibrated_attack = Attack(calibrated[:n], calibrated[n:])
    exposed = np.argsort(-calibrated_attack.members, kind="stable")[:MAX_EXPOSED]
    lengths = data.by_user.lengths
    return {
        "attack": "how much better the model foretells a person's items than a model of other people does",
        **calibrated_attack.told(seed),
        "without_reference": Attack(own[:n], own[n:]).told(seed),
        "members": n,
        "others": len(others),
        "items_foretold": limit,
        "bound": None,
        "most_exposed": [
            {
                "user": data.user_ids[int(members[at])].as_py(),
                "score": float(calibrated_attack.members[at]),
                "interactions": int(lengths[members[at]]),
            }
            for at in exposed
        ],
    }


def check(kind: type[Algorithm]) -> None:
    """Raise WorkbenchError where an algorithm cannot be attacked in this way."""
    if kind.fold_in == "none" or not kind.personal:
        why = "knows nobody but by name" if kind.personal else "makes the same list for everybody"
        message = f"{kind.title} {why}: this attack asks how well a history is foretold."
        raise WorkbenchError(f"{message} Audit another algorithm.")


def expected_seconds(run: Run) -> float | None:
    """About how long an audit takes: two trainings on a third of the people each; None where that is not known."""
    records = run.records()
    seconds = [float(record["seconds"]) for record in records if "seconds" in record]
    return 2 * seconds[-1] / THIRDS if seconds else None


def _of_people(data: Interactions, people: Array) -> Interactions:
    """Their interactions alone, all items kept: which items there are is no secret."""
    chosen = np.zeros(data.n_users, bool)
    chosen[people] = True
    return data.take(np.flatnonzero(chosen[data.user]))


def _trained(algorithm: Algorithm, data: Interactions, seed: int, control: Control) -> Algorithm:
    for _ in algorithm.train(data, seed):
        control.check()
    return algorithm


def _foretold(
    model: Algorithm, data: Interactions, people: Array, seed: int, control: Control
) -> tuple[Array, int | None]:
    """Mean score of each person's items, each foretold from the others; and how many items, None: all of them."""
    histories = data.by_user
    tried = people[:TRIED_PEOPLE]
    drawn = _some_items(histories, tried, seed)
    if np.allclose(
        _left_out(model, histories, tried, drawn), _at_once(model, histories, tried, drawn), rtol=1e-4, atol=1e-6
    ):
        return _mean_of_all(model, data, people, control), None
    found = np.zeros(len(people))
    for block in blocks(len(people), MAX_ITEMS * data.n_items):
        control.check()
        some = people[block]
        drawn = _some_items(histories, some, seed)
        values = _left_out(model, histories, some, drawn)
        counts = np.array([len(items) for items in drawn])
        found[block] = np.add.reduceat(values, np.concatenate([[0], np.cumsum(counts)[:-1]])) / counts
    return found, MAX_ITEMS


def _some_items(histories: UserItems, people: Array, seed: int) -> list[Array]:
    """Items of each person that are foretold, the same whichever model is asked."""
    found = []
    for user in people.tolist():
        mine = histories[user]
        found.append(np.random.default_rng([seed, 6, user]).permutation(mine)[:MAX_ITEMS])
    return found


def _left_out(model: Algorithm, histories: UserItems, people: Array, drawn: list[Array]) -> Array:
    """Score of each drawn item for a history without it, one behind another, float64."""
    counts = np.array([len(items) for items in drawn])
    rows = histories.rows(np.repeat(people, counts))
    items = np.concatenate(drawn)
    row = np.repeat(np.arange(len(rows)), rows.lengths)
    without = rows.where(rows.item != items[row])
    scores = model.score(np.full(len(rows), -1, np.int32), without)
    return np.asarray(scores[np.arange(len(rows)), items], np.float64)


def _at_once(model: Algorithm, histories: UserItems, people: Array, drawn: list[Array]) -> Array:
    """The same with the item in the history: equal where no item speaks for itself."""
    scores = model.score(np.full(len(people), -1, np.int32), histories.rows(people))
    row = np.repeat(np.arange(len(people)), [len(items) for items in drawn])
    return np.asarray(scores[row, np.concatenate(drawn)], np.float64)


def _mean_of_all(model: Algorithm, data: Interactions, people: Array, control: Control) -> Array:
    """Mean score of each person's own items, float64 (n,)."""
    found = np.zeros(len(people))
    for block in blocks(len(people), data.n_items):
        control.check()
        rows = data.by_user.rows(people[block])
        scores = model.score(np.full(len(rows), -1, np.int32), rows)
        row = np.repeat(np.arange(len(rows)), rows.lengths)
        own = np.asarray(scores[row, rows.item], np.float64)
        found[block] = np.add.reduceat(own, rows.indptr[:-1]) / rows.lengths
    return found
