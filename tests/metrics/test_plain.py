"""Every metric of lists, with every formula, beside a slow and plain one, on random lists."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import plain
from workbench.algorithms import Algorithm
from workbench.data.interactions import Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.data.splitting import Part
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.lists import compare_lists, only_relevant
from workbench.evaluation.means import measure
from workbench.evaluation.ranking import _tie_order
from workbench.metrics import all_metrics
from workbench.metrics.inputs import UNKNOWN

METRICS = {name: metric for name, metric in all_metrics().items() if metric.kind != "rating"}
CUTOFFS = (1, 2, 4, 9)  # the last one is beyond every list
MOST_FORMULAS = max(len(metric.formulas) for metric in METRICS.values())


class World:
    """Training, and people with a history, seen items and truth, drawn by chance; as the program holds them.

    Some hide much and some little; items without people, without genres; who has no training; who chooses a seen item
    again.
    """

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng(seed)
        self.n, self.people = int(rng.integers(2, 9)), int(rng.integers(1, 6))
        self.train = [self.some(self.n) for _ in range(self.people)]
        self.seen = [sorted({*own, *self.some(rng.integers(2))}) for own in self.train]
        self.truth = [self._hidden(seen) for seen in self.seen]
        self.genres = [{"ABC"[at] for at in self.some(3)} for _ in range(self.n)]
        if not any(self.genres):
            self.genres[0] = {"A"}
        grades = [grade for one in self.truth for grade in one.values()]
        self.threshold = 3.0 if rng.random() < 0.3 and max(grades) >= 3 else None  # some then have no truth at all

    def some(self, most, least=0):
        """Different numbers below `most`, up to all of them."""
        size = int(self.rng.integers(least, most, endpoint=True))
        return self.rng.permutation(max(most, 1))[:size].tolist()

    def _hidden(self, seen):
        left = [i for i in range(self.n) if i not in seen]
        again = not left or self.rng.random() < 0.2  # who chooses what they have
        pool = self.rng.permutation(range(self.n) if again else left)
        return {int(i): float(self.rng.integers(1, 6)) for i in pool[: self.rng.integers(1, len(pool), endpoint=True)]}

    def data(self):
        flat = [(u, i) for u, own in enumerate(self.train) for i in own]
        user, item = np.array(flat, np.int64).reshape(-1, 2).T
        ids = [pa.array([f"{letter}{n}" for n in range(size)]) for letter, size in (("u", self.people), ("i", self.n))]
        data = Interactions.build(user.astype(np.int32), item.astype(np.int32), *ids)
        genres = pa.array([sorted(one) or None for one in self.genres], pa.list_(pa.string()))
        nothing = pa.nulls(self.n, pa.string())
        return replace(data, item_features=Items(data.item_ids, nothing, pa.nulls(self.n, pa.int16()), genres))

    def part(self):
        who = np.arange(self.people, dtype=np.int32)
        truth = UserItems.from_lists([list(one) for one in self.truth])
        ratings = np.array([grade for one in self.truth for grade in one.values()], np.float32)
        histories, seen = UserItems.from_lists(self.train), UserItems.from_lists(self.seen)
        whole = Part(who, who, histories, seen, UserItems(truth.indptr, truth.item, ratings))
        return only_relevant(whole, self.threshold)

    def case(self, lists, part, **more):
        """The same for the plain metrics."""
        kept = [{i: r for i, r in self.truth[u].items() if r >= (self.threshold or 0)} for u in part.who]
        history, seen = ([of[u] for u in part.who] for of in (self.train, self.seen))
        train = [set(one) for one in self.train]
        return plain.Case(lists, kept, history, seen, train, self.genres, self.threshold or 0.0, **more)


def formulas(at):
    """The formula number `at` of each metric that has so many."""
    return {name: list(metric.formulas)[at] for name, metric in METRICS.items() if at < len(metric.formulas)}


def same_as_plain(metrics, per_user, case, variants, cutoffs):
    """Whether all figures are those of the plain metrics, and nothing is there that is not defined."""
    case.variants = variants
    for name, variant in variants.items():
        for k in cutoffs if METRICS[name].cut else [0]:
            key = f"{name}@{k}" if k else name
            if name in plain.OF_ALL:
                found, told = metrics.get(key, {"mean": np.nan})["mean"], plain.OF_ALL[name](case, k, variant)
            else:
                told = [plain.BY_USER[name](case, u, k, variant) for u in case.users]
                found = per_user.get(key, np.full(len(told), np.nan))
            told = np.array(told, float)
            assert np.allclose(found, told, rtol=1e-9, atol=1e-9, equal_nan=True), (key, variant, found, told)
    return True


def test_every_metric_of_lists_has_a_plain_one():
    assert {*plain.BY_USER, *plain.OF_ALL} == set(METRICS)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_lists_of_any_length_with_anything_in_them(seed):
    """Short and empty lists, seen and unknown items; all shorter than the last cutoff."""
    world = World(seed)
    part, rng = world.part(), world.rng
    lists = [world.some(world.n) for _ in part.who]
    lists = [[*one[:at], *["?"] * int(rng.integers(2)), *one[at:]] for one in lists for at in [rng.integers(4)]]
    items = np.full((len(lists), max(len(one) for one in lists)), -1, np.int32)
    for row, one in zip(items, lists, strict=True):
        row[: len(one)] = [UNKNOWN if item == "?" else item for item in one]
    needs = frozenset(need for metric in METRICS.values() for need in metric.needs)
    ranked = compare_lists(items, part, world.n, train=world.data(), needs=needs)
    case = world.case(lists, part)
    for at in range(MOST_FORMULAS):
        variants = {name: formula for name, formula in formulas(at).items() if "ranks" not in METRICS[name].needs}
        chosen = [METRICS[name] for name in variants]
        found = measure(
            replace(ranked, variants=variants, threshold=world.threshold or 0.0), chosen, CUTOFFS, intervals=False
        )
        assert same_as_plain(found[0], found[1], case, variants, CUTOFFS)


class Tied(Algorithm):
    """Scores that a test knows, many of them equal; not registered, because it has no name."""

    title = "Tied"
    _known: np.ndarray

    def score(self, users, histories):
        return self._known[users].copy()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_scores_with_ties(seed):
    """From scores to figures, with the rank of each hidden item among all."""
    world = World(seed)
    known = world.rng.integers(0, 4, (world.people, world.n)).astype(np.float32)
    order = _tie_order(world.n).tolist()
    algorithm = Tied()
    algorithm._known = known
    part = world.part()
    hidden_again = any(set(world.truth[u]) & set(world.seen[u]) for u in part.who)
    scores = known[part.who].tolist()
    lists = []
    for u, score in zip(part.who, scores, strict=True):
        left = [i for i in range(world.n) if i not in world.seen[u]]
        lists.append(sorted(left, key=lambda i, score=score: (-score[i], order[i]))[: max(CUTOFFS)])
    case = world.case(lists, part, scores=scores, order=order)
    for at in range(MOST_FORMULAS):
        variants = {n: f for n, f in formulas(at).items() if not (hidden_again and "ranks" in METRICS[n].needs)}
        found = evaluate(
            algorithm, part, world.n, metrics=list(variants), cutoffs=CUTOFFS, train=world.data(), variants=variants,
            relevant_from=world.threshold, intervals=False,
        )  # fmt: skip
        assert same_as_plain(found.metrics, found.per_user, case, variants, CUTOFFS)
