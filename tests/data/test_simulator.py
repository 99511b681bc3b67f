"""Simulated interactions have the size, the tails and the truth that they were given."""

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions
from workbench.data.simulator import Size, plant, simulate
from workbench.errors import Cancelled


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    truth = simulate(folder / "sample", Size(rows=20_000, users=400, items=500))
    about = import_file(folder / "sample" / "interactions.csv", folder / "data", items=folder / "sample" / "items.csv")
    return truth, about, Interactions.open(folder / "data"), folder


def test_it_has_the_rows_asked_for_and_nobody_meets_an_item_twice(made):
    truth, about, data, _ = made
    assert (about["report"]["kept"], about["report"]["duplicates"]) == (20_000, 0)
    assert data.n_users == 400
    assert sorted(data.by_user.lengths.tolist()) == sorted(truth.length.tolist())
    assert set(np.unique(data.rating * 2)) <= set(range(1, 11))
    assert about["items"]["matched"] == data.n_items


def test_items_and_people_are_long_tailed(made):
    _, _, data, _ = made
    counts = np.sort(data.item_counts)[::-1]
    assert counts[:50].sum() > 0.25 * counts.sum(), "a tenth of the items has more than a quarter"
    lengths = data.by_user.lengths
    assert lengths.max() > 4 * np.median(lengths)


def test_tastes_are_found_in_what_people_pick_and_drift(made):
    truth, _, data, _ = made
    items = np.array([int(text) - 1 for text in data.item_ids.to_pylist()])
    users = np.array([int(text) - 1 for text in data.user_ids.to_pylist()])
    early, late = [], []
    for index, user in enumerate(users):
        row = items[data.by_user[index]]
        if len(row) < 60:
            continue
        third = len(row) // 3
        change = truth.later_taste[user] - truth.taste[user]
        early.append(truth.genre[row[:third]].mean(axis=0) @ change)
        late.append(truth.genre[row[-third:]].mean(axis=0) @ change)
    assert np.mean(late) > np.mean(early) + 0.02


def test_expected_stars_explain_the_ratings(made):
    truth, _, data, _ = made
    items = np.array([int(text) - 1 for text in data.item_ids.to_pylist()])[data.item]
    users = np.array([int(text) - 1 for text in data.user_ids.to_pylist()])[data.user]
    expected = truth.stars(users, items, np.full(len(data), 0.5, np.float32))
    assert np.corrcoef(expected, data.rating)[0, 1] > 0.6


def test_chances_sum_to_one_and_follow_the_taste():
    truth = plant(Size(rows=2000, users=20, items=100))
    chances = truth.chances(3, 0.0)
    assert chances.sum() == pytest.approx(1)
    favourite = truth.genre[:, truth.taste[3].argmax()]
    assert chances[favourite].sum() > truth.taste[3].max() - 1e-6


def test_the_seed_decides(tmp_path):
    texts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(tmp_path / name, Size(rows=2000, seed=seed))
        texts.append((tmp_path / name / "interactions.csv").read_bytes())
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].startswith(b"user,item,rating,timestamp\n1,")


def test_more_rows_than_there_is_room_for_are_fewer(tmp_path):
    truth = simulate(tmp_path / "full", Size(rows=1000, users=5, items=20))
    assert truth.length.tolist() == [10] * 5
    assert len((tmp_path / "full" / "interactions.csv").read_text().splitlines()) == 51


def test_a_cancelled_simulation_leaves_nothing(tmp_path):
    class Stop(Control):
        def check(self):
            raise Cancelled

    with pytest.raises(Cancelled):
        simulate(tmp_path / "gone", Size(rows=1000), Stop())
    assert not list(tmp_path.iterdir())
