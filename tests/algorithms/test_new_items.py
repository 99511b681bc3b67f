"""Items that training has not met are placed like those that were known and that nobody chose."""

from dataclasses import replace

import numpy as np
import pytest

from tests.golden import interactions, with_facts
from workbench.algorithms import all_algorithms, find
from workbench.algorithms.base.algorithm import Algorithm
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError

RNG = np.random.default_rng(5)
USER, ITEM = np.nonzero(RNG.random((30, 24)) < 0.4)
DATA = with_facts(interactions(USER[ITEM < 20], ITEM[ITEM < 20], 30, 24))  # nobody met items 20 to 23
DATA = replace(DATA, rating=(1 + (DATA.user + DATA.item) % 5).astype(np.float32))
UNMET = np.arange(20, 24)
RNG_VECTORS = np.random.default_rng(6).normal(size=(DATA.n_items, 5)).astype(np.float32)
DATA = replace(DATA, item_features=replace(DATA.item_features, vectors={"pictures": RNG_VECTORS}))
SETTINGS = {
    "vector-knn": {"power": 1.0},
    "vbpr": {"epochs": 1, "factors": 4, "vector_factors": 4},
    "content": {"topics": 12},
    "feature-mf": {"epochs": 2, "factors": 4, "least_items": 1},
    "two-tower": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
    "deepfm": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
    "wide-and-deep": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
    "factorization-machine": {"epochs": 2, "factors": 4, "least_items": 1},
    "text-cnn": {"epochs": 1, "factors": 4, "word_factors": 4, "filters": 4, "least_items": 1},
}


def rated(items):
    """Histories with ratings."""
    plain = UserItems.from_lists(items)
    return replace(plain, rating=np.full(len(plain.item), 4, np.float32))


def twins():
    """Other items of which the same is known as of those that nobody met."""
    known = DATA.item_features
    return known.take(UNMET)


@pytest.mark.parametrize(
    ("name", "settings"), [*SETTINGS.items(), ("content", {}), ("content", {"weighting": "tf-idf"})]
)
def test_a_new_item_is_scored_as_its_twin(name, settings):
    algorithm = find(name).make(settings)
    list(algorithm.train(DATA))
    if name == "factorization-machine":
        algorithm._vectors[UNMET] = algorithm._bias[UNMET] = 0
    if name == "feature-mf":  # what an item is by itself was drawn, and of a new one nothing is
        for of_items in (algorithm._item_factors, algorithm._item_bias):
            of_items[UNMET] = 0
    # Folding in compares with all items, and so is not the same to the last digit.
    users, histories = np.array([0, 5], np.int32), rated([[1, 2], [8]])
    before = algorithm.score(users, histories)
    algorithm.add_items(DATA.item_features, twins(), DATA.item_counts)
    after = algorithm.score(users, histories)
    np.testing.assert_allclose(after[:, : DATA.n_items], before, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after[:, DATA.n_items :], before[:, UNMET], rtol=1e-4, atol=1e-5)
    assert np.ptp(after[:, DATA.n_items :]) > 0
    # New items count as history, like their twins.
    of_twins = rated([[1, 22], [21]]), rated([[1, DATA.n_items + 2], [DATA.n_items + 1]])
    scores = [algorithm.score(np.full(2, -1, np.int32), shown) for shown in of_twins]
    np.testing.assert_allclose(scores[1], scores[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("others", [("content", "item-knn"), ("feature-mf", "item-knn")])
def test_a_blend_places_items_by_those_of_its_runs_that_can(others):
    members = [find(name).make(SETTINGS.get(name, {})) for name in others]
    for member in members:
        list(member.train(DATA))
    blend = find("blend").make({"runs": "a,b"})
    blend.join(members)
    blend._weights, blend._cold_weight = np.array([0.25, 0.75]), 0.5
    blend._cold_items = (DATA.item_counts == 0) & (others[0] == "content")
    if others[0] == "feature-mf":
        members[0]._item_factors[UNMET] = members[0]._item_bias[UNMET] = 0
    users, histories = np.array([0, -1], np.int32), UserItems.from_lists([[1, 2], [8]])
    before, alone = blend.score(users, histories), members[0].score(users, histories)
    blend.add_items(DATA.item_features, twins(), DATA.item_counts)
    after = blend.score(users, histories)
    # The new items are in the order in which the run that places them has their twins; the others hardly move.
    np.testing.assert_array_equal(after[:, DATA.n_items :].argsort(), alone[:, UNMET].argsort())
    assert np.corrcoef(after[:, : DATA.n_items].ravel(), before.ravel())[0, 1] > 0.98
    shown = UserItems.from_lists([[1, DATA.n_items], [8]])
    assert np.isfinite(blend.score(users, shown)).all()


def test_all_that_place_items_are_tested_and_others_say_who_does():
    able = {name for name, kind in all_algorithms().items() if kind.add_items is not Algorithm.add_items}
    assert able == {*SETTINGS, "blend"} == {name for name, kind in all_algorithms().items() if kind.places_items}
    with pytest.raises(WorkbenchError, match=r"EASE cannot place items.*such as content"):
        find("ease")().add_items(DATA.item_features, twins(), DATA.item_counts)
