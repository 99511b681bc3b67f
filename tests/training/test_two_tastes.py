"""Two tastes: odd people like odd items. Whatever says it, lists are of the own taste, and nothing seen comes back.

``TWO_TASTES=1`` tries every algorithm on every kind of feedback, with the settings that people get; otherwise those that
learn in a blink are tried on each kind, and the others on one.
"""

import os

import numpy as np
import pytest

from workbench.algorithms import find
from workbench.data.importing.importer import read_interactions
from workbench.data.splitting.last_n import LastN
from workbench.evaluation.ranking import recommend

LONG = bool(os.environ.get("TWO_TASTES"))
PEOPLE, ITEMS, EACH = 200, 60, 24
# What somebody does to an item of the own taste, and to one of the other, drawn by chance.
KINDS = {
    "click": (["1"], ["0"]),
    "thumb": (["1"], ["-1"]),
    "event": (["cart", "buy"], ["view"]),
    "seconds": ([str(value) for value in range(90, 900)], [str(value) for value in range(1, 20)]),
    "liked": (["true"], ["false"]),
}
QUICK = [("ease", {}), ("item-knn", {}), ("ials", {"factors": 16}), ("bpr", {"factors": 16})]
SLOW = [("sasrec", {"epochs": 15, "factors": 16, "batch_size": 512})]


def file_of(kind, folder):
    rng = np.random.default_rng(5)
    lines = [f"user,item,{kind},timestamp"]
    for user in range(PEOPLE):
        for step, item in enumerate(rng.permutation(ITEMS)[:EACH].tolist()):
            value = rng.choice(KINDS[kind][(user + item) % 2])
            lines.append(f"{user},{item},{value},{1_700_000_000 + 60 * step}")
    path = folder / "events.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_of_the_own_taste_and_nothing_seen_comes_back(tmp_path, kind):
    data, _, _ = read_interactions(file_of(kind, tmp_path))
    algorithms = [(name, {}) for name, _ in QUICK + SLOW] if LONG else QUICK + (SLOW if kind == "thumb" else [])
    number_of = [np.array(ids.to_pylist(), int) for ids in (data.user_ids, data.item_ids)]
    everybody = np.arange(data.n_users, dtype=np.int32)
    for name, settings in algorithms:
        algorithm = find(name).make(settings)
        fold = LastN(validation=0).split(data).read_by(algorithm.feedback)
        list(algorithm.train(fold.learned_from, 1))
        histories, seen = fold.shown_at_test.by_user, fold.seen_at_test.by_user
        lists, _, _, _ = recommend(algorithm, everybody, histories, 10, seen)
        user, rank = np.nonzero(lists >= 0)
        item = lists[user, rank]
        own = (number_of[0][user] + number_of[1][item]) % 2 == 0
        assert own.mean() >= 0.95, f"{name} on {kind}: {own.mean():.1%} of the own taste"
        had = set(zip(data.user.tolist(), data.item.tolist(), strict=True))
        hidden = {(int(who), int(items[0])) for who, items in zip(fold.test.who, fold.test.truth, strict=True)}
        assert not set(zip(user.tolist(), item.tolist(), strict=True)) & (had - hidden), name
