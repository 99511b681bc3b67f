"""Neighbours of an item, and a map on which they are near."""

import functools

import numpy as np
import pytest

from tests.golden import golden_for
from workbench.algorithms import all_algorithms, find
from workbench.data.interactions import UserItems
from workbench.insight.items import plane, similar, vectors_of

# A blend has no mind of its own.
ALGORITHMS = {name: kind for name, kind in all_algorithms().items() if name != "blend"}


@functools.cache
def ready(name):
    kind = ALGORITHMS[name]
    algorithm = find(name).make({"epochs": 3} if "epochs" in kind.model_fields else {})
    list(algorithm.train(golden_for(kind).train))
    return algorithm


@pytest.mark.parametrize("name", ALGORITHMS)
def test_everyone_knows_neighbours(name):
    found = similar(ready(name), 2, 5)
    assert len(found.items) == len(set(found.items.tolist())) == 5
    assert 2 not in found.items
    assert (np.diff(found.scores) <= 1e-6).all()
    vectors = ready(name).item_vectors()
    assert found.how == ("alone" if vectors is None else "vectors")
    assert vectors is None or len(vectors) == golden_for(ALGORITHMS[name]).train.n_items


def test_neighbours_by_vectors_are_those_of_the_largest_cosine():
    algorithm = ready("ials")
    vectors = algorithm.item_vectors().astype(np.float64)
    cosine = vectors @ vectors[2] / np.linalg.norm(vectors, axis=1).clip(1e-12) / np.linalg.norm(vectors[2])
    cosine[2] = -np.inf
    found = similar(algorithm, 2, 4)
    np.testing.assert_allclose(found.scores, np.sort(cosine)[::-1][:4], rtol=1e-4)


def test_neighbours_alone_are_what_its_weights_say():
    algorithm = ready("ease")
    weights = algorithm.score(np.array([-1], np.int32), UserItems.from_lists([[2]]))[0]
    weights[2] = -np.inf
    np.testing.assert_allclose(similar(algorithm, 2, 4).scores, np.sort(weights)[::-1][:4], rtol=1e-6)


@pytest.mark.parametrize("name", ["ials", "ease"])
def test_two_tastes_lie_apart_on_the_map(name):
    data = golden_for(ALGORITHMS[name]).train
    met = np.flatnonzero(data.item_counts > 0)
    points = plane(vectors_of(ready(name), data))[met]
    assert points.shape == (len(met), 2)
    assert np.abs(points).max() <= 1
    users = data.matrix()[:, met].toarray()
    alike = np.corrcoef(users.T)
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    apart = ~np.eye(len(met), dtype=bool)
    assert np.corrcoef(alike[apart], distance[apart])[0, 1] < -0.5


def test_a_map_of_next_to_nothing():
    assert plane(np.zeros((3, 1), np.float32)).tolist() == [[0, 0]] * 3
    assert plane(np.ones((1, 4), np.float32)).tolist() == [[0, 0]]
