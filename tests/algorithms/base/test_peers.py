"""A training shared by two, over gloo, makes the steps of one that takes both batches of each at once.

``PEER_STEPS=100`` for the long form.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.algorithms.base.peers import Peers
from workbench.algorithms.sequential.sasrec import SASRec
from workbench.errors import Cancelled

STEPS = int(os.environ.get("PEER_STEPS", "25"))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    return build([(user, int(rng.integers(40)), 1.0, step) for user in range(60) for step in range(rng.integers(3, 9))])


def made(data, peers):
    """SASRec of double precision, without chance but that of its batches."""
    algorithm = SASRec(epochs=STEPS, learning_rate=0.01, batch_size=64, factors=8, blocks=1, dropout=0.0, max_length=8)
    algorithm._peers = peers
    algorithm._create(data.n_users, data.n_items, seed=5)
    algorithm._module.double()
    algorithm._optimizer = algorithm._make_optimizer(algorithm._module)
    return algorithm


def losses(algorithm, data, last=STEPS):
    """Mean losses of the first steps, and how many there were in an epoch."""
    algorithm._restored = True
    algorithm._peers.meet()
    found, in_first = [], 0
    for record in algorithm.train(data, seed=5):
        in_first += record.epoch == 0
        if not record.ends_epoch:
            found.append(record.loss)
            if len(found) == last:
                break
    algorithm._peers.leave()
    return found, in_first


def test_two_by_gloo_are_one_with_the_whole_batch(data, tmp_path):
    both = [made(data, Peers(2, rank, tmp_path / "meeting")) for rank in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        shared = list(pool.map(lambda one: losses(one, data), both))
    whole = made(data, Peers(2))
    expected, in_first = losses(whole, data)
    single, in_single = losses(made(data, Peers()), data)
    assert in_single % 2 == 1  # the last step of an epoch is of one batch alone
    assert in_first == in_single // 2 + 1
    assert expected[-1] < expected[0] - 0.05
    assert np.abs(np.array(single) - expected).max() > 0.01
    for found, _ in shared:
        assert np.allclose(found, expected, rtol=0, atol=1e-9)
    for one in both:
        for name, weight in one._module.state_dict().items():
            assert np.allclose(weight, whole._module.state_dict()[name], rtol=0, atol=1e-9), name


def test_when_the_first_ends_the_others_do(data, tmp_path):
    first, second = (made(data, Peers(2, rank, tmp_path / "meeting")) for rank in (0, 1))
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(losses, first, data, 3)
        other = pool.submit(losses, second, data)
        assert len(one.result()[0]) == 3
        with pytest.raises(Cancelled):
            other.result()
