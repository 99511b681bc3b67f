"""Items are grouped by what they are, groups are named by their words, and what they add sums to the number of all."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.importing.importer import import_file
from workbench.data.side_files.items import Items
from workbench.errors import WorkbenchError
from workbench.evaluation.content_groups import groups_of, k_means
from workbench.training import comparing
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

TITLES = ("Star War", "War of Stars", "War Horse", "Love Story", "Love Actually", "Snow")
RNG = np.random.default_rng(3)


def drawn(n, spread=0.05):
    """Vectors about three directions, one after the other."""
    return (np.eye(3)[np.arange(n) % 3] + spread * RNG.normal(size=(n, 3))).astype(np.float32)


def test_groups_are_those_of_scikit_learn_where_they_are_plain():
    from sklearn.cluster import KMeans

    rows = drawn(300)
    found = k_means(rows, 3)
    peer = KMeans(3, n_init=5, random_state=0).fit_predict(rows)
    pairs = {(int(a), int(b)) for a, b in zip(found, peer, strict=True)}
    assert len(pairs) == 3
    assert (found == k_means(rows, 3)).all()
    assert set(k_means(np.ones((4, 2), np.float32), 3)) == {0}, "rows that are all the same are one group"


def test_groups_are_named_by_the_words_that_others_have_less_often():
    vectors = np.array([(1, 0), (1, 0.1), (1, -0.1), (-1, 0), (-1, 0.1), (np.nan, np.nan)], np.float32)
    genres = pa.array([["War"], ["War"], ["War", "Drama"], ["Drama"], ["Drama"], None], pa.list_(pa.string()))
    ids = pa.array([f"i{n}" for n in range(6)])
    items = Items(ids, pa.array(TITLES), pa.nulls(6, pa.int16()), genres, vectors={"posters": vectors})
    group, names = groups_of(items, "posters", 2)
    assert group.tolist() == [0, 0, 0, 1, 1, -1]
    assert names == ["war", "love, drama"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("groups")
    rows = [f"u{user},i{(user * 5 + step * step) % 18}" for user in range(40) for step in range(6)]
    (place / "ratings.csv").write_text("user,item\n" + "\n".join(dict.fromkeys(rows)), encoding="utf-8")
    np.save(place / "v.npy", drawn(17))
    (place / "v.ids.txt").write_text("\n".join(f"i{n}" for n in range(17)))  # one item has none
    import_file(place / "ratings.csv", place / "data", vectors={"posters": place / "v.npy"})
    made = Run.create(place / "run", place / "data", "popularity")
    train_run(made.folder)
    evaluate_run(made)
    return made


def test_what_groups_add_sums_to_the_number_of_all(run):
    found = comparing.segments(run, "ndcg@10", "vectors:posters")
    whole = json.loads((run.folder / "evaluation.json").read_text())["metrics"]["ndcg@10"]["mean"]
    assert math.fsum(one.part for one in found) == pytest.approx(whole, rel=1e-12)
    assert [one.name for one in found][-1] == "unknown"
    assert len(found) > 2
    with pytest.raises(WorkbenchError, match="vectors:posters"):
        comparing.segments(run, "ndcg@10", "vectors:poster")
