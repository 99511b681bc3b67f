"""Attacks whose outcome is known: by calculation, at chance, and as measured elsewhere on MovieLens 1M."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms import find
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.privacy import auditing
from workbench.privacy.auditing import attack


@pytest.fixture(scope="module")
def data():
    """150 people with 20 of 60 items each, drawn by tastes for three kinds."""
    rng = np.random.default_rng(2)
    tastes = rng.dirichlet([1.0] * 3, 150) + 0.1
    chances = [np.repeat(taste / taste.sum(), 20) / 20 for taste in tastes]
    item = np.concatenate([rng.choice(60, 20, replace=False, p=chance) for chance in chances]).astype(np.int32)
    user = np.repeat(np.arange(150, dtype=np.int32), 20)
    users, items = ([f"{kind}{at}" for at in range(n)] for kind, n in (("u", 150), ("i", 60)))
    return Interactions.build(user, item, pa.array(users), pa.array(items))


def test_equal_to_a_calculation_of_its_own(data):
    """EASE by its closed form, each item foretold by the row of the others."""
    from sklearn.metrics import roc_auc_score

    make = lambda: find("ease")(regularization=5.0)  # noqa: E731
    found = attack(make, data, seed=3)
    people = np.random.default_rng([3, 4]).permutation(150)
    members, reference, others = np.array_split(people, 3)
    x = data.matrix().toarray().astype(float)

    def scores(group):
        p = np.linalg.inv(x[group].T @ x[group] + 5.0 * np.eye(60))
        weights = -p / np.diag(p)
        np.fill_diagonal(weights, 0)
        return (x @ weights * x).sum(axis=1) / x.sum(axis=1)

    own, calibrated = scores(members), scores(members) - scores(reference)
    label = np.r_[np.ones(50), np.zeros(50)]
    both = np.r_[members, others]
    assert found["auc"]["value"] == pytest.approx(roc_auc_score(label, calibrated[both]))
    assert found["without_reference"]["auc"]["value"] == pytest.approx(roc_auc_score(label, own[both]))
    assert found["most_exposed"][0]["user"] == f"u{members[np.argmax(calibrated[members])]}"
    assert (found["members"], found["others"], found["items_foretold"], found["bound"]) == (50, 50, None, None)
    assert found["auc"]["low"] <= found["auc"]["value"] <= found["auc"]["high"]
    assert found["roc"][0][0] == 0.0
    assert found["roc"][-1] == (1.0, 1.0)


def test_where_an_item_speaks_for_itself_it_is_left_out(data, monkeypatch):
    """What is left out one by one gives what EASE gives at once, where all items are foretold."""
    make = lambda: find("ease")(regularization=5.0)  # noqa: E731
    at_once = attack(make, data)
    monkeypatch.setattr(
        auditing, "_at_once", lambda _model, _histories, people, drawn: np.full(sum(map(len, drawn)), np.inf)
    )
    one_by_one = attack(make, data)
    assert one_by_one["items_foretold"] == 20
    assert one_by_one["auc"]["value"] == pytest.approx(at_once["auc"]["value"], abs=0.002)
    assert attack(lambda: find("item-knn")(neighbours=60), data)["items_foretold"] in (None, 20)


def test_who_learns_nothing_of_anybody_gives_nothing_away(data):
    """With so much regularization that all weights are level, the attack is at chance."""

    class Deaf(find("ease")):
        def train(self, data, seed=0):
            yield from super().train(replace(data, item=np.zeros_like(data.item)), seed)
            self.restore({name: np.zeros_like(value) for name, value in self.state().items()})

    found = attack(lambda: Deaf(regularization=5.0), data)
    assert found["auc"]["value"] == pytest.approx(0.5)
    assert found["tpr_at_1_percent"]["value"] <= 0.05


def test_what_cannot_be_attacked_says_why(data):
    with pytest.raises(WorkbenchError, match="the same list for everybody"):
        attack(find("popularity"), data)
    with pytest.raises(WorkbenchError, match="an audit needs 30"):
        attack(find("ease"), data.take(data.user < 10))


@pytest.fixture(scope="module")
def movies(shared_data, tmp_path_factory):
    """MovieLens 1M, the 1,000 most popular films."""
    folder = tmp_path_factory.mktemp("movies") / "data"
    import_file(shared_data("ml-1m") / "interactions_chronological.csv", folder)
    data = Interactions.open(folder)
    popular = np.argsort(-data.item_counts, kind="stable")[:1000]
    place = np.full(data.n_items, -1, np.int32)
    place[popular] = np.arange(1000)
    kept = data.take(place[data.item] >= 0)
    return replace(kept, item=place[kept.item], item_ids=data.item_ids.take(pa.array(popular)))


@pytest.mark.parametrize(
    ("regularization", "without", "beside"), [(1, 0.84, 0.997), (50, 0.73, 0.994), (500, 0.59, 0.977)]
)
def test_ease_on_movielens_1m(movies, monkeypatch, regularization, without, beside):
    monkeypatch.setattr(auditing, "RESAMPLES", 2)  # no interval is looked at
    found = attack(lambda: find("ease")(regularization=float(regularization)), movies)
    assert found["without_reference"]["auc"]["value"] == pytest.approx(without, abs=0.03)
    assert found["auc"]["value"] == pytest.approx(beside, abs=0.03)
    assert regularization != 500 or found["tpr_at_1_percent"]["value"] == pytest.approx(0.8, abs=0.06)
