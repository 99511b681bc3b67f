"""Neighbours of an item, and a map on which they are near."""

import functools

import numpy as np
import pytest

from tests.golden import golden_for
from workbench.algorithms import Algorithm, all_algorithms, find
from workbench.data.interactions import UserItems
from workbench.insight.items import Plane, people_of, similar, vectors_of

# A blend has no mind of its own.
ALGORITHMS = {name: kind for name, kind in all_algorithms().items() if name != "blend"}


@functools.cache
def ready(name):
    kind = ALGORITHMS[name]
    algorithm = find(name).make({"epochs": 3} if "epochs" in kind.model_fields else {})
    list(algorithm.train(golden_for(kind).train))
    return algorithm


def plane(vectors):
    return Plane.of(vectors).points(vectors)


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


@pytest.mark.parametrize("d", [3, 33, 64, 100])
def test_twins_are_equally_near_wherever_they_stand(d):
    class Learned(Algorithm):
        def item_vectors(self):
            return vectors

    twins = np.array([3, 50, 101, 199, 202])
    for seed in range(10):
        vectors = np.random.default_rng([d, seed]).normal(size=(203, d)).astype(np.float32)
        near = vectors[0] + 2 * vectors[1] * np.sign(vectors[0] @ vectors[1])
        vectors[vectors @ vectors[0] > 0] *= -1  # all others are far away
        vectors[0], vectors[twins] = -vectors[0], near
        found = similar(Learned(), 0, 5)
        assert sorted(found.items.tolist()) == twins.tolist()
        assert len(set(found.scores.tolist())) == 1


@pytest.mark.parametrize("name", ["ials", "pure-svd", "bpr", "lightgcn", "ease", "item-knn", "rp3beta", "slim"])
@pytest.mark.parametrize("item", [0, 2, 7])
def test_neighbours_by_brute_force(name, item):
    """One item after the other, in double precision: a cosine, or the score for somebody who has this item alone."""
    algorithm = ready(name)
    vectors = algorithm.item_vectors()
    if vectors is None:
        alike = algorithm.score(np.array([-1], np.int32), UserItems.from_lists([[item]]))[0].astype(np.float64).tolist()
    else:
        mine, alike = vectors[item].astype(np.float64), []
        for one in vectors.astype(np.float64):
            lengths = np.linalg.norm(one) * np.linalg.norm(mine)
            alike.append(float(one @ mine / lengths) if lengths > 0 else 0.0)
    found = similar(algorithm, item, 6)
    best = sorted((value for at, value in enumerate(alike) if at != item), reverse=True)[:6]
    np.testing.assert_allclose(found.scores, best, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose([alike[one] for one in found.items], best, rtol=1e-4, atol=1e-6)


def test_neighbours_alone_are_what_its_weights_say():
    algorithm = ready("ease")
    weights = algorithm.score(np.array([-1], np.int32), UserItems.from_lists([[2]]))[0]
    weights[2] = -np.inf
    np.testing.assert_allclose(similar(algorithm, 2, 4).scores, np.sort(weights)[::-1][:4], rtol=1e-6)


@pytest.mark.parametrize("name", ["ials", "ease"])
def test_two_tastes_lie_apart_on_the_map(name):
    data = golden_for(ALGORITHMS[name]).train
    met = np.flatnonzero(data.item_counts > 0)
    vectors = vectors_of(ready(name), data)
    points, people = (Plane.of(vectors).points(one) for one in (vectors, people_of(vectors, data.by_user)))
    points = points[met]
    assert points.shape == (len(met), 2)
    assert np.abs(points).max() <= 1
    users = data.matrix()[:, met].toarray()
    alike = np.corrcoef(users.T)
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    apart = ~np.eye(len(met), dtype=bool)
    assert np.corrcoef(alike[apart], distance[apart])[0, 1] < -0.5
    # People stand nearer to what they had than to what they had not.
    away = np.linalg.norm(people[: len(users), None] - points, axis=2)
    mine = users.sum(axis=1) > 0
    own, others = ((away * one).sum(axis=1) / np.maximum(one.sum(axis=1), 1) for one in (users, 1 - users))
    assert (own[mine] < others[mine]).all()


def test_a_map_of_next_to_nothing():
    assert plane(np.zeros((3, 1), np.float32)).tolist() == [[0, 0]] * 3
    assert plane(np.ones((1, 4), np.float32)).tolist() == [[0, 0]]
    alone = Plane.of(np.ones((1, 4), np.float32)).points(people_of(np.ones((1, 4)), UserItems.from_lists([[0], []])))
    assert np.abs(alone).max() <= 1


def test_who_had_one_item_stands_where_it_is():
    vectors = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    seen = Plane.of(vectors)
    np.testing.assert_allclose(
        seen.points(people_of(vectors, UserItems.from_lists([[3], [7]]))), seen.points(vectors)[[3, 7]], atol=1e-6
    )
    # By hand: the projection of the sum of both, made length 1, is that of the item they add up to.
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    both = (unit[3] + unit[7])[None]
    np.testing.assert_allclose(
        seen.points(people_of(vectors, UserItems.from_lists([[7, 3]]))), seen.points(both), atol=1e-6
    )
