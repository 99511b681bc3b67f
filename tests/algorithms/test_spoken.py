"""What words, people and each kind of vectors say adds up to the score, and is what leaving the kind out takes away."""

from dataclasses import replace

import numpy as np
import pytest

from tests.algorithms.stepped import some_data, with_item_vectors
from workbench.algorithms import all_algorithms, find
from workbench.algorithms.base.algorithm import Algorithm

SETTINGS = {
    "content": {"vector_weight": 0.8},
    "vector-knn": {},
    "vbpr": {"epochs": 2, "factors": 3, "vector_factors": 2},
    "feature-mf": {"epochs": 2, "factors": 3, "least_items": 1},
}
NOBODY = np.full(1, -1, np.int32)


@pytest.mark.parametrize(("name", "settings"), SETTINGS.items())
def test_the_kinds_add_up_to_the_score(name, settings):
    data = with_item_vectors(some_data())
    algorithm = find(name).make(settings)
    list(algorithm.train(data))
    history = data.by_user.rows(np.array([2]))
    scores = algorithm.score(NOBODY, history)[0]
    for item in range(data.n_items):
        said = algorithm.spoken(history, item, data.item_features)
        assert sum(said.values()) == pytest.approx(scores[item], rel=1e-4, abs=1e-5), item
        assert {"a", "b"} <= said.keys() <= {"a", "b", "people", "words"}
        if item == 4:
            assert said["b"] == pytest.approx(0, abs=1e-6)  # of which it has none


def test_a_kind_says_what_is_gone_without_it():
    data = with_item_vectors(some_data())
    only = replace(data.item_features, vectors={"a": data.item_features.vectors["a"]})
    history = data.by_user.rows(np.array([2]))
    both, alone = find("content").make({}), find("content").make({"vector_kinds": "a"})
    without = find("content").make({"vector_kinds": "none"})
    for made, items in ((both, data.item_features), (alone, only), (without, data.item_features)):
        list(made.train(replace(data, item_features=items)))
    said = alone.spoken(history, 1, only)
    gone = alone.score(NOBODY, history)[0, 1] - without.score(NOBODY, history)[0, 1]
    assert said["a"] == pytest.approx(gone, abs=1e-5)
    assert without.spoken(history, 1, data.item_features).keys() == {"people", "words"}
    assert both.spoken(history, 1, data.item_features)["a"] != said["a"]


def test_all_that_tell_are_tested():
    assert {name for name, kind in all_algorithms().items() if kind.spoken is not Algorithm.spoken} == set(SETTINGS)
