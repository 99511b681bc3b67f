"""Feedback on its way from a file to interactions, and to what algorithms, lists and evaluation get of it."""

import shlex
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms import all_algorithms
from workbench.algorithms.hybrid.blend import Blend
from workbench.data.filtering import apply
from workbench.data.filtering.core import Core
from workbench.data.filtering.min_item import MinimumPerItem
from workbench.data.filtering.min_user import MinimumPerUser
from workbench.data.importing.importer import import_file, inspect, make_recipe, read_interactions
from workbench.data.interactions import Interactions, UserItems
from workbench.data.splitting import SHOWN, TEST, TRAIN, UNUSED, VALIDATION
from workbench.data.splitting.base.feedback import learned_as, shown_as
from workbench.data.splitting.held_out import HeldOutUsers
from workbench.data.splitting.last_n import LastN
from workbench.data.splitting.random import Random
from workbench.data.splitting.time_cut import TimeCut
from workbench.errors import WorkbenchError
from workbench.export import script_calls
from workbench.files import read_json

CASES = Path(__file__).parents[1] / "doubts" / "cases"


def written(path, head, rows):
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def worth(data):
    return {
        (data.user_ids[int(u)].as_py(), data.item_ids[int(i)].as_py()): float(w)
        for u, i, w in zip(data.user, data.item, data.weight, strict=True)
    }


def test_plain_files_know_no_feedback(tmp_path):
    path = written(tmp_path / "a.csv", "user,item,rating", [("u", "a", 5), ("u", "b", 1), ("v", "a", 3)])
    data, _, recipe = read_interactions(path)
    assert data.weight is None
    assert "feedback" not in recipe.model_dump()
    assert inspect(path)["feedback"] == {"kind": "ratings", "rules": []}
    import_file(path, tmp_path / "data")
    assert not (tmp_path / "data" / "weight.npy").exists()
    about = read_json(tmp_path / "data" / "data.json")
    assert "feedback" not in about["recipe"]
    assert "ignored" not in about["report"]
    only = written(tmp_path / "b.csv", "user,item,click", [("u", "a", 1), ("v", "b", 1)])
    assert read_interactions(only)[0].weight is None  # each is a choice of the same worth


def test_clicks_are_stored_and_come_back(tmp_path):
    rows = [("u", "a", 1, 10), ("u", "b", 0, 20), ("u", "a", 0, 30), ("v", "b", 1, 10), ("v", "c", 0, 20)]
    path = written(tmp_path / "a.csv", "user,item,click,timestamp", rows)
    found = import_file(path, tmp_path / "data")
    data = Interactions.open(tmp_path / "data")
    assert worth(data) == {("u", "a"): 1, ("u", "b"): 0, ("v", "b"): 1, ("v", "c"): 0}  # clicked once is clicked
    rules = [{"effect": "like", "value": "1"}, {"effect": "seen", "value": "0"}]
    assert found["recipe"]["feedback"] == [{"column": "click", "rules": rules, "guessed": True}]
    assert found["summary"]["worth"] == {"positives": 2, "seen": 2, "dislikes": 0}
    again = read_interactions(path)[0]
    assert again.content_hash == data.content_hash
    without = read_interactions(path, make_recipe(path, feedback=[("click", "like=0..1")]))[0]
    assert without.weight is None
    assert without.content_hash != data.content_hash


def test_events_add_up_and_ignored_ones_leave_no_trace(tmp_path):
    rows = [("u", "a", "view"), ("u", "a", "cart"), ("u", "b", "bot"), ("v", "a", "view"), ("w", "c", "bot"), ("u",)]
    path = written(tmp_path / "a.csv", "user,item,event", rows)
    recipe = make_recipe(path, feedback=[("event", "view:1,cart:3,bot:ignore")])
    data, report, _ = read_interactions(path, recipe)
    assert worth(data) == {("u", "a"): 4, ("v", "a"): 1}
    assert data.rating is None
    assert (data.n_users, data.n_items) == (2, 1)
    assert (report.rows, report.kept, report.refused_count) == (6, 5, 1)
    assert (report.ignored, report.duplicates) == (2, 1)
    nothing = make_recipe(path, feedback=[("event", "view:ignore,cart:ignore,bot:ignore")])
    with pytest.raises(WorkbenchError, match="All 5 rows"):
        read_interactions(path, nothing)


def test_ratings_stay_beside_their_weights(tmp_path):
    path = written(tmp_path / "a.csv", "user,item,stars", [("u", i, i) for i in (1, 2, 3, 4, 5)])
    recipe = make_recipe(path, "user=user,item=item,rating=stars", feedback=[("rating", "like>=4,dislike<=2,ignore=3")])
    data, report, _ = read_interactions(path, recipe)
    assert worth(data) == {("u", "1"): -1, ("u", "2"): -1, ("u", "4"): 1, ("u", "5"): 1}
    assert data.rating.tolist() == [1, 2, 4, 5]
    assert report.ignored == 1


def test_true_and_false_are_ratings_too(tmp_path):
    path = written(tmp_path / "a.csv", "user,item,is_recommended", [("u", "a", "true"), ("u", "b", "false")])
    data, _, recipe = read_interactions(path)
    assert recipe.columns.rating == "is_recommended"
    assert worth(data) == {("u", "a"): 1, ("u", "b"): -1}
    assert data.rating.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("name", "feedback"),
    [
        ("03-behaviour-no-header.csv", ["events", "3", ["seen=pv", "fav:2", "cart:3", "buy:5"]]),
        ("04-clicks-0-1.csv", ["likes", "click", ["like=1", "seen=0"]]),
        ("09-recommended-true-false.csv", ["likes", "is_recommended", ["like=1", "dislike=0"]]),
        ("18-count-column-cnt.csv", ["counts", "cnt", ["log>0"]]),
    ],
)
def test_a_guess_is_told_and_what_the_doubt_offers_settles_it(name, feedback):
    path = CASES / name
    found = inspect(path)
    assert list(found["feedback"].values()) == feedback
    (doubt,) = [doubt for doubt in found["doubts"] if doubt["about"] == "feedback"]
    said = doubt["change"]["feedback"]
    assert shlex.split(doubt["try"]) == ["--feedback", *(f"{column}={rules}" for column, rules in said.items())]
    again = inspect(path, recipe=make_recipe(path, feedback=list(said.items())))
    assert not [doubt for doubt in again["doubts"] if doubt["about"] == "feedback"]
    assert again["feedback"]["rules"] != found["feedback"]["rules"]


def of_one_user(weights, users=1):
    """Users who have met items 0, 1, 2, ... in this order, each with these weights."""
    n = len(weights)
    ids = [[str(i) for i in range(count)] for count in (users, n)]
    return Interactions(
        np.repeat(np.arange(users, dtype=np.int32), n),
        np.tile(np.arange(n, dtype=np.int32), users),
        *map(pa.array, ids),
        rating=np.tile(np.float32([5 + w for w in weights]), users),
        time=np.tile(np.arange(n, dtype=np.int64), users),
        weight=np.tile(np.float32(weights), users),
    )


WEIGHTS = [2, 0, 1, -1, 3, 0, 1, -1, 5]


def test_only_positives_are_hidden_and_nothing_seen_comes_back():
    data = of_one_user(WEIGHTS)
    split = LastN(n=1, validation=1)
    fold = split.split(data)
    late = [UNUSED, TEST]  # what came after the validation item is learned from by nobody
    assert fold.places.tolist() == [TRAIN, TRAIN, TRAIN, TRAIN, TRAIN, TRAIN, VALIDATION, *late]
    assert fold.train.item.tolist() == [0, 2, 4]
    assert fold.train.weight is None
    assert fold.test.truth.item.tolist() == [8]
    assert fold.test.histories.item.tolist() == [0, 2, 4, 6]
    assert fold.test.seen.item.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert fold.validation.truth.item.tolist() == [6]
    assert fold.validation.seen.item.tolist() == [0, 1, 2, 3, 4, 5, 7]
    assert fold.seen_by("nothing").by_user.item.tolist() == []
    weighted = fold.read_by(("positives", "weights"))
    assert weighted.learned_from.weight.tolist() == [2, 1, 3]
    assert weighted.test.histories.weight.tolist() == [2, 1, 3, 1]
    disliked = fold.read_by(("positives", "dislikes"))
    assert disliked.learned_from.not_chosen.item.tolist() == [1, 3, 5]
    assert disliked.learned_from.weight.tolist() == [1, 0, 1, -1, 1, 0]
    assert disliked.test.histories.item.tolist() == [0, 2, 4, 6]
    rated = fold.read_by(("ratings",))
    assert rated.learned_from.item.tolist() == [0, 1, 2, 3, 4, 5]
    assert rated.learned_from.weight is None
    assert rated.test.histories.rating.tolist() == [7, 5, 6, 4, 8, 5, 6]


@pytest.mark.parametrize("split", [Random(test=0.3), TimeCut(test=0.4), HeldOutUsers(test=0.4, validation=0.2)])
def test_every_split_hides_positives_alone(split):
    data = of_one_user(WEIGHTS, users=10)
    fold = split.split(data)
    positive = data.weight > 0
    assert set(fold.test.truth.item.tolist()) <= {0, 2, 4, 6, 8}
    assert len(fold.test.truth.item) == np.count_nonzero(positive & (fold.places == TEST))
    refused = [set(fold.test.seen[row].tolist()) & {1, 3, 5, 7} for row in range(len(fold.test))]
    assert all(found == {1, 3, 5, 7} for found in refused)
    if split.holds_out:  # of whom nothing is learned
        away = np.unique(data.user[(fold.places == SHOWN) & positive])
        assert not set(away.tolist()) & set(fold.read_by(("ratings",)).learned_from.user.tolist())


def test_a_split_without_positives_says_so():
    with pytest.raises(WorkbenchError, match="leaves nothing to"):
        LastN().split(of_one_user([0, -1, 0, 0]))


def test_each_algorithm_gets_what_it_declares():
    data = of_one_user(WEIGHTS)
    known = {"positives", "weights", "dislikes", "ratings"}
    for name, kind in all_algorithms().items():
        assert set(kind.feedback) <= known, name
        assert ("ratings" in kind.feedback) == (kind.predicts_ratings or kind is Blend), name
        found = learned_as(data, kind.feedback)
        lowest = -1 if {"ratings", "dislikes"} & set(kind.feedback) else 1
        assert data.weight[np.isin(data.item, found.item)].min() == lowest, name
        assert (found.weight is not None) == bool({"weights", "dislikes"} & set(kind.feedback)), name
    rows = data.by_user
    assert shown_as(rows, ("positives", "dislikes")).item.tolist() == [0, 2, 4, 6, 8]
    plain = UserItems.from_lists([[1, 2]])
    assert shown_as(plain, ("positives",)) is plain


def test_filters_that_count_look_at_positives():
    """Items 0 to 3 and users 0 to 2: item 3 is chosen once, user 2 chooses twice, and only sees item 1."""
    rows = [
        (0, 0, 1),
        (0, 1, 1),
        (0, 2, 2),
        (0, 3, 1),
        (1, 0, 1),
        (1, 1, 1),
        (1, 2, 1),
        (2, 0, 1),
        (2, 1, -1),
        (2, 2, 1),
    ]
    user, item, weight = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    ids = [pa.array([str(i) for i in range(n)]) for n in (3, 4)]
    data = Interactions(user, item, *ids, weight=weight.astype(np.float32))

    def left(*rules):
        found, _ = apply(rules, data)
        return [
            (found.user_ids[u].as_py(), found.item_ids[i].as_py()) for u, i in zip(found.user, found.item, strict=True)
        ]

    assert left(MinimumPerUser(n=3)) == [("0", i) for i in "0123"] + [("1", i) for i in "012"]
    assert left(MinimumPerItem(n=3)) == [(u, i) for u in "012" for i in "02"]
    assert left(Core(k=2)) == [(u, i) for u in "012" for i in "012"]


def test_the_script_of_a_session_says_what_was_said_and_no_guess(tmp_path):
    rows = [("u", "a", "view"), ("u", "b", "buy"), ("v", "a", "buy")]
    path = written(tmp_path / "a.csv", "user,item,event", rows)
    for number, (said, told) in enumerate([([], None), ([("event", "buy:3,view:seen")], {"event": "buy:3,seen=view"})]):
        recipe = make_recipe(path, feedback=said)
        about = import_file(path, tmp_path / str(number), recipe)
        call = script_calls.reading(about, tmp_path)
        assert ("feedback=" in call) == bool(said)
        again = make_recipe(path, feedback=list((told or {}).items()))
        assert again == recipe
        assert told is None or repr(told).replace("'", '"') in call.replace("'", '"')
