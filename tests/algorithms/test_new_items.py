"""Items that training has not met are placed like those that were known and that nobody chose."""

import numpy as np
import pytest

from tests.golden import interactions, with_facts
from workbench.algorithms import all_algorithms, find
from workbench.algorithms.base.algorithm import Algorithm
from workbench.data.interactions import UserItems
from workbench.data.side_files.items import Items
from workbench.errors import WorkbenchError

RNG = np.random.default_rng(5)
USER, ITEM = np.nonzero(RNG.random((30, 24)) < 0.4)
DATA = with_facts(interactions(USER[ITEM < 20], ITEM[ITEM < 20], 30, 24))  # nobody met items 20 to 23
UNMET = np.arange(20, 24)
SETTINGS = {
    "content": {"topics": 12},
    "feature-mf": {"epochs": 2, "factors": 4, "least_items": 1},
    "two-tower": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
    "deepfm": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
    "wide-and-deep": {"epochs": 1, "factors": 4, "width": 8, "least": 1},
}


def twins():
    """Other items of which the same is known as of those that nobody met."""
    known = DATA.item_features
    columns = (column.take(UNMET) for column in (known.item_ids, known.title, known.year, known.genres))
    return Items(*columns)


@pytest.mark.parametrize(
    ("name", "settings"), [*SETTINGS.items(), ("content", {}), ("content", {"weighting": "tf-idf"})]
)
def test_a_new_item_is_scored_as_its_twin(name, settings):
    algorithm = find(name).make(settings)
    list(algorithm.train(DATA))
    if name == "feature-mf":  # what an item is by itself was drawn, and of a new one nothing is
        for of_items in (algorithm._item_factors, algorithm._item_bias):
            of_items[UNMET] = 0
    # Folding in compares with all items, and so is not the same to the last digit.
    users, histories = np.array([0, 5], np.int32), UserItems.from_lists([[1, 2], [8]])
    before = algorithm.score(users, histories)
    algorithm.add_items(DATA.item_features, twins(), DATA.item_counts)
    after = algorithm.score(users, histories)
    np.testing.assert_allclose(after[:, : DATA.n_items], before, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after[:, DATA.n_items :], before[:, UNMET], rtol=1e-4, atol=1e-5)
    assert np.ptp(after[:, DATA.n_items :]) > 0


def test_all_that_place_items_are_tested_and_others_say_who_does():
    able = {name for name, kind in all_algorithms().items() if kind.add_items is not Algorithm.add_items}
    assert able == set(SETTINGS)
    with pytest.raises(WorkbenchError, match=r"EASE cannot place items.*such as content"):
        find("ease")().add_items(DATA.item_features, twins(), DATA.item_counts)
