"""Every light stays dark on clean data, and ten planted leaks are each caught by name, by no other light."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.golden import with_facts
from workbench.algorithms.baseline.average import Average
from workbench.algorithms.baseline.biases import Biases
from workbench.algorithms.baseline.popularity import Popularity
from workbench.data.interactions import Interactions
from workbench.data.side_files.items import Items
from workbench.data.splitting import TEST, TRAIN, VALIDATION, Fold, Part
from workbench.data.splitting.files import Files
from workbench.data.splitting.last_n import LastN
from workbench.data.splitting.random import Random
from workbench.data.splitting.time_cut import TimeCut
from workbench.evaluation import leaks
from workbench.evaluation.leaks import CAUTIONS, LIGHTS, Evidence, find_leaks, light

RNG = np.random.default_rng(4)
USERS, ITEMS, EACH = 30, 25, 12
POPULAR = 1 / np.arange(1, ITEMS + 1)


def made(ids=None, **columns):
    user = np.repeat(np.arange(USERS), EACH)
    rng = np.random.default_rng(9)
    item = np.concatenate([rng.choice(ITEMS, EACH, replace=False, p=POPULAR / POPULAR.sum()) for _ in range(USERS)])
    names = [pa.array(ids or [f"u{n}" for n in range(USERS)]), pa.array([f"i{n}" for n in range(ITEMS)])]
    facts = {"time": 1000 * rng.permutation(len(user)), "rating": rng.integers(1, 6, len(user)).astype(np.float32)}
    return Interactions.build(user.astype(np.int32), item.astype(np.int32), *names, **(facts | columns))


DATA = with_facts(made())
SPLIT = LastN(n=2, validation=1)
FOLD = SPLIT.split(DATA)


def caught(evidence):
    return [leak.name for leak in find_leaks(evidence)]


def test_all_lights_are_dark_on_clean_data():
    learned = {"counts": FOLD.train.item_counts, "mean": FOLD.train.rating.mean()}
    for split in (SPLIT, Random(), TimeCut()):
        assert caught(Evidence(split.split(DATA), split)) == []
    assert caught(Evidence(FOLD, SPLIT, learned, opened="2026-01-02", trained="2026-01-01")) == []


def test_there_are_ten_lights_and_each_is_planted_here():
    assert len(LIGHTS) == 10
    planted = {name.removeprefix("plant_").replace("_", "-") for name in globals() if name.startswith("plant_")}
    assert planted == set(LIGHTS)


def plant_truth_in_history():
    fold = SPLIT.split(DATA)
    part = fold.test
    vars(fold)["test"] = Part(part.who, part.users, DATA.by_user.rows(part.who), part.seen, part.truth)
    return Evidence(fold, SPLIT)


def plant_future_in_training():
    split = TimeCut(validation=0)
    places = split.split(DATA).places.copy()
    places[np.argmax(DATA.time)] = TRAIN
    return Evidence(Fold(DATA, places), split)


def plant_duplicates_across_the_split():
    # The first interaction of a user is both learned from and tested, as in two files that overlap; that shows it as well.
    again = np.flatnonzero(DATA.user == 3)[:1]
    rows = np.sort(np.concatenate([np.arange(len(DATA)), again]))
    places = FOLD.places[rows]
    places[np.flatnonzero(rows == again[0])[1]] = TEST
    return Evidence(Fold(DATA.take(rows), places), None)


def plant_test_used_for_early_stopping():
    hidden = np.flatnonzero(FOLD.places == TEST)
    rows = np.sort(np.concatenate([np.arange(len(DATA)), hidden]))
    places = FOLD.places[rows]
    places[places == VALIDATION] = TRAIN
    places[np.flatnonzero(np.diff(rows, prepend=-1) == 0)] = VALIDATION
    return Evidence(Fold(DATA.take(rows), places, show_validation=False), None)


def plant_validation_in_test():
    chosen = np.flatnonzero(FOLD.places == TEST)[:5]
    rows = np.sort(np.concatenate([np.arange(len(DATA)), chosen]))
    places = FOLD.places[rows]
    places[np.flatnonzero(np.diff(rows, prepend=-1) == 0)] = VALIDATION
    return Evidence(Fold(DATA.take(rows), places), None)


def plant_item_features_from_the_truth():
    hidden = np.bincount(DATA.item[FOLD.places == TEST], minlength=ITEMS)
    genres = pa.array([["liked"] if n else ["other"] for n in hidden], pa.list_(pa.string()))
    facts = DATA.item_features
    told = Items(facts.item_ids, facts.title, facts.year, genres)
    return Evidence(Fold(replace(DATA, item_features=told), FOLD.places), SPLIT)


def plant_last_by_file_order():
    data = with_facts(made(time=np.repeat(np.arange(USERS), EACH).astype(np.int64)))
    return Evidence(SPLIT.split(data), SPLIT)


def plant_normalised_over_all_data():
    return Evidence(FOLD, SPLIT, {"mean": np.float32(DATA.rating.mean())})


def plant_same_user_twice():
    ids = [f"u{n}" for n in range(USERS)]
    ids[5] = " U4 "
    data = made(ids)
    return Evidence(SPLIT.split(data), SPLIT)


def plant_popularity_over_test():
    return Evidence(FOLD, SPLIT, {"counts": DATA.item_counts.astype(np.float32)})


# A truth that is learned from is in the history too: those lights shine together.
ALSO = {
    "duplicates-across-the-split": {"truth-in-history"},
    "validation-in-test": {"truth-in-history"},
    "test-used-for-early-stopping": {"truth-in-history"},
}


@pytest.mark.parametrize("name", LIGHTS)
def test_a_planted_leak_is_caught_by_name_and_by_no_other_light(name):
    evidence = globals()["plant_" + name.replace("-", "_")]()
    found = light(name, evidence)
    assert found is not None
    assert found.name == name
    assert found.count > 0
    assert found.sentence.endswith(".")
    assert set(caught(evidence)) - ALSO.get(name, set()) == {name}


def test_who_brings_a_test_file_is_not_told_to_split_again():
    planted = plant_duplicates_across_the_split()
    for leak in find_leaks(replace(planted, split=Files())):
        assert leak.sentence.endswith(". Leave them out of the training file or of the test file.")
    assert {leak.name for leak in find_leaks(planted)} == {"duplicates-across-the-split", "truth-in-history"}


def test_ties_are_a_caution_that_says_whom_they_touch():
    leak = light("last-by-file-order", plant_last_by_file_order())
    assert leak.sentence.startswith(f"For {USERS} of {USERS} test users (100 %) the order of the file decided")
    assert frozenset({"last-by-file-order"}) == CAUTIONS


def test_training_after_the_test_was_opened_is_seen():
    (leak,) = find_leaks(Evidence(FOLD, SPLIT, opened="2026-01-01T10:00:00", trained="2026-01-01T11:00:00"))
    assert leak.name == "test-used-for-early-stopping"
    assert "Training went on after the test" in leak.sentence


@pytest.mark.parametrize(
    ("model", "shines"),
    [
        (Popularity(), "popularity-over-test"),
        (Average(by="all"), "normalised-over-all-data"),
        (Biases(), "normalised-over-all-data"),
    ],
)
def test_our_own_algorithms_leave_the_lights_dark_unless_they_learn_from_the_test(model, shines):
    list(model.train(FOLD.train))
    assert caught(Evidence(FOLD, SPLIT, model.state())) == []
    list(model.train(DATA))  # the test was learned from
    assert caught(Evidence(FOLD, SPLIT, model.state())) == [shines]


def test_pairs_at_both_places_are_those_of_sets():
    """The one pass over users against sets of pairs, with repeats of a pair and users who have none."""
    rng = np.random.default_rng(2)
    user, item = np.sort(rng.integers(0, 40, 600)).astype(np.int32), rng.integers(0, 12, 600).astype(np.int32)
    ids = pa.array([str(n) for n in range(45)]), pa.array([str(n) for n in range(12)])
    fold = Fold(Interactions(user, item, *ids), rng.choice([TRAIN, VALIDATION, TEST], 600).astype(np.int8))
    pairs = {place: set(zip(user[at], item[at], strict=True)) for place in (TRAIN, VALIDATION, TEST)
             for at in [fold.places == place]}  # fmt: skip
    for first, second in ((TRAIN, TEST), (VALIDATION, TEST)):
        assert leaks._shared(fold, first, second) == len(pairs[first] & pairs[second]) > 0


def test_mean_and_std_are_those_of_all_pieces(monkeypatch):
    monkeypatch.setattr(leaks, "PIECE_ROWS", 7)
    ratings = np.random.default_rng(3).integers(1, 11, 100).astype(np.float32) / 2
    expected = ratings.mean(dtype=np.float64), ratings.std(dtype=np.float64)
    assert leaks._mean_and_std(ratings) == pytest.approx(expected, rel=1e-12)
    assert leaks._mean_and_std(ratings[:0]) == (0, 0)
