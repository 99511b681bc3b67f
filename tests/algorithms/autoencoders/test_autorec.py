"""AutoRec against its formula in numpy, and on the official folds."""

import numpy as np
import pytest

from tests.algorithms.rated import dense, errors, small, trained
from workbench.algorithms.autoencoders.autorec import PRIOR, AutoRec
from workbench.data.interactions import Array, Interactions, UserItems


def scaled(data: Interactions) -> Array:
    """Ratings of each item, centred and divided by their spread, NaN where there is none: (n_items, n_users)."""
    return ((dense(data) - data.rating.mean()) / data.rating.std()).T


def ready(data: Interactions, **settings: float) -> tuple[AutoRec, dict[str, Array]]:
    """The algorithm before its first step, and its weights by the names in its docstring."""
    algorithm = AutoRec(factors=3, optimizer="sgd", learning_rate=0.5, biases=False, **settings)
    algorithm._create(data.n_users, data.n_items, 1)
    algorithm.batches(data)
    return algorithm, weights(algorithm)


def weights(algorithm: AutoRec) -> dict[str, Array]:
    names = {"V": "into.weight", "mu": "into.bias", "W": "out.weight", "b": "out.bias"}
    state = algorithm._module.state_dict()
    return {short: state[name].numpy().astype(np.float64) for short, name in names.items()}


def codes(w: dict[str, Array], ratings: Array) -> Array:
    return 1 / (1 + np.exp(-(np.nan_to_num(ratings) @ w["V"] + w["mu"])))


def loss(w: dict[str, Array], ratings: Array, weight: float) -> float:
    misses = (codes(w, ratings) @ w["W"].T + w["b"] - ratings)[~np.isnan(ratings)]
    return float(np.mean(misses**2) + weight / 2 * (np.sum(w["V"] ** 2) + np.sum(w["W"] ** 2)))


def test_a_step_is_that_of_the_formula() -> None:
    _, data = small()
    algorithm, before = ready(data, regularization=5.0, batch_size=1000)
    (_, batch), *more = algorithm.batches(data)(np.random.default_rng(0))
    assert not more
    ratings, weight = scaled(data), 5.0 / len(data)
    found = algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
    assert found.item() == pytest.approx(loss(before, ratings, weight), rel=1e-5)
    after, step = weights(algorithm), 1e-6
    for name, table in before.items():
        for place in np.random.default_rng(0).choice(table.size, min(8, table.size), replace=False):
            sides = []
            for shift in (step, -step):
                moved = table.copy()
                moved.flat[place] += shift
                sides.append(loss(before | {name: moved}, ratings, weight))
            expected = table.flat[place] - 0.5 * (sides[0] - sides[1]) / (2 * step)
            assert after[name].flat[place] == pytest.approx(expected, rel=1e-4, abs=1e-6), name


def test_batches_hold_each_rating_once() -> None:
    _, data = small()
    algorithm, _ = ready(data, batch_size=30)
    batches = [batch for _, batch in algorithm.batches(data)(np.random.default_rng(0))]
    assert len(batches) > 2
    assert sum(len(batch["user"]) for batch in batches) == len(data)
    ratings = np.concatenate([batch["rating"] for batch in batches])
    np.testing.assert_allclose(np.sort(ratings), np.sort(scaled(data)[~np.isnan(scaled(data))]), rtol=1e-5)


def test_predictions_are_those_of_the_formula_and_means_stand_for_the_unknown() -> None:
    _, data = small()
    algorithm, _ = trained(AutoRec(factors=4, epochs=3, biases=False), data)
    w = weights(algorithm)
    h = codes(w, scaled(data))
    met_item, met_user = data.item_counts > 0, data.by_user.lengths > 0
    h = np.vstack([np.where(met_item[:, None], h, h[met_item].mean(0)), h[met_item].mean(0)])
    decoders = np.hstack([w["W"], w["b"][:, None]])
    average = decoders[met_user].mean(0)
    decoders = np.vstack([np.where(met_user[:, None], decoders, average), average])
    expected = data.rating.mean() + data.rating.std() * (decoders[:, :-1] @ h.T + decoders[:, -1:])
    users, items = (grid.ravel().astype(np.int32) for grid in np.indices((data.n_users, data.n_items)))
    found = algorithm.predict(users, items).reshape(data.n_users, -1)
    np.testing.assert_allclose(found, np.clip(expected[:-1, :-1], 1, 5), rtol=1e-4)
    unknown = np.full(data.n_items, -1, np.int32)
    of_nobody = algorithm.predict(unknown, np.arange(data.n_items, dtype=np.int32))
    np.testing.assert_allclose(of_nobody, np.clip(expected[-1, :-1], 1, 5), rtol=1e-4)


def test_a_new_person_is_the_average_one_corrected_by_ridge_regression() -> None:
    _, data = small()
    algorithm, _ = trained(AutoRec(factors=4, epochs=3, biases=False), data)
    h, average = algorithm._module.codes.numpy(), algorithm._module.decoders[-1].numpy().astype(np.float64)
    history = UserItems(np.array([0, 3]), np.array([1, 4, 6], np.int32), np.array([5, 1, 2], np.float32))
    known = np.hstack([h[[1, 4, 6]], np.ones((3, 1))])
    rest = (history.rating - data.rating.mean()) / data.rating.std() - known @ average
    # The same minimum as augmented least squares: the prior as further rows.
    stacked = np.vstack([known, np.sqrt(PRIOR) * np.eye(5)])
    more = np.linalg.lstsq(stacked, np.concatenate([rest, np.zeros(5)]), rcond=None)[0]
    expected = data.rating.mean() + data.rating.std() * (
        np.hstack([h[:-1], np.ones((len(h) - 1, 1))]) @ (average + more)
    )
    np.testing.assert_allclose(algorithm.score(np.array([-1], np.int32), history)[0], expected, rtol=1e-4)


def test_with_biases_it_learns_what_they_leave_over() -> None:
    _, data = small()
    algorithm, _ = trained(AutoRec(factors=4, epochs=3), data)
    rest = data.rating.astype(np.float64) - data.rating.mean()
    of_user, of_item = np.zeros(data.n_users), np.zeros(data.n_items)
    for _ in range(5):
        for item in range(data.n_items):
            rows = data.item == item
            of_item[item] = (rest[rows] - of_user[data.user[rows]]).sum() / (rows.sum() + 5)
        for user in range(data.n_users):
            rows = data.user == user
            of_user[user] = (rest[rows] - of_item[data.item[rows]]).sum() / (rows.sum() + 5)
    users, items = (grid.ravel().astype(np.int32) for grid in np.indices((data.n_users, data.n_items)))
    ratings = np.full((data.n_items, data.n_users), np.nan)
    ratings[data.item, data.user] = (rest - of_user[data.user] - of_item[data.item]) / data.rating.std()
    w, met_item, met_user = weights(algorithm), data.item_counts > 0, data.by_user.lengths > 0
    h = codes(w, ratings)
    h[~met_item] = h[met_item].mean(0)
    decoders = np.hstack([w["W"], w["b"][:, None]])
    decoders[~met_user] = decoders[met_user].mean(0)
    expected = (
        data.rating.mean()
        + of_user[:, None]
        + of_item
        + data.rating.std() * (decoders[:, :-1] @ h.T + decoders[:, -1:])
    )
    found = algorithm.predict(users, items).reshape(data.n_users, -1)
    np.testing.assert_allclose(found, np.clip(expected, 1, 5), rtol=1e-4)
    np.testing.assert_allclose(algorithm.score(users[:: data.n_items], data.by_user), expected, rtol=1e-4)


def test_tensors_follow_the_device() -> None:
    import torch

    _, data = small()
    algorithm = AutoRec(factors=3)
    algorithm._device = "meta"
    algorithm._create(data.n_users, data.n_items, 0)
    _, batch = next(algorithm.batches(data)(np.random.default_rng(0)))
    assert algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()}).device.type == "meta"
    with torch.no_grad():
        scores = algorithm.scores(algorithm._module, np.array([0, 1], np.int32), UserItems.from_lists([[1], [2]]))
    assert scores.device.type == "meta"


def test_error_on_a_fold_of_movielens(shared_data) -> None:  # type: ignore[no-untyped-def]
    """Half the epochs of the preset and a sixth of its factors."""
    quick = {"factors": 50, "epochs": 10, "learning_rate": 0.003, "regularization": 60.0, "schedule": "cosine"}
    rmse, _ = errors(shared_data("ml-100k"), lambda: AutoRec.make(quick), numbers=[1])
    assert rmse < 0.935
