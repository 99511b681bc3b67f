import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.algorithms.factors.test_warp import WRAP, Chance, small_data
from workbench.algorithms.factors import logistic_mf
from workbench.algorithms.factors.logistic_mf import LogisticMF

MIX = 0xBF58476D1CE4E5B9


def loss_of_row(row, items, n_others, drawn, confidence, start, own, other):
    """The loss of one row and how many terms it has, as the paper defines it; own and other are (factors, biases)."""
    import torch

    p, bias = own[0][row], own[1][row]
    entries = [(j, confidence) for j in items]
    chance = Chance((int(start) + (int(row) + 1) * MIX) % WRAP)
    drawn = [chance.below(n_others) for _ in range(drawn)]
    entries += [(j, 0.0) for j in drawn if j not in items]
    total = torch.zeros((), dtype=torch.float64)
    for j, c in entries:
        x = p @ other[0][j] + bias + other[1][j]
        total = total + (1 + c) * torch.nn.functional.softplus(x) - c * x
    return total, len(entries)


def test_each_step_follows_the_gradient():
    import torch

    data = small_data()
    algorithm = LogisticMF(factors=5, epochs=2, negatives=3, confidence=2.5, regularization=0.3, learning_rate=0.5)
    start = LogisticMF(factors=5, negatives=3, confidence=2.5)
    start._begin(data, 6)
    sides = {
        side: [torch.tensor(getattr(start, f"_{side}_{name}").astype(np.float64)) for name in ("factors", "bias")]
        for side in ("user", "item")
    }
    squares = {side: [torch.ones_like(one) for one in parts] for side, parts in sides.items()}
    x = data.matrix().toarray() > 0
    records = [record for record in algorithm.train(data, 6) if record.ends_epoch]
    for epoch in range(2):
        starts = np.random.default_rng([6, epoch + 1]).integers(2**64, size=2, dtype=np.uint64)
        total, count = 0.0, 0
        for turn, (side, other, rows) in enumerate((("user", "item", x), ("item", "user", x.T))):
            own = [one.detach().requires_grad_() for one in sides[side]]
            loss = torch.zeros((), dtype=torch.float64)
            for row in np.flatnonzero(rows.any(axis=1)):
                items = set(np.flatnonzero(rows[row]).tolist())
                drawn = round(3 * x.sum() / rows.any(axis=1).sum())
                one, n = loss_of_row(row, items, rows.shape[1], drawn, 2.5, starts[turn], own, sides[other])
                loss, count = loss + one, count + n
            total += float(loss.detach())
            (loss + 0.3 / 2 * (own[0] ** 2).sum()).backward()
            for part in (0, 1):
                squares[side][part] += own[part].grad ** 2
                sides[side][part] = (own[part] - 0.5 * own[part].grad / squares[side][part].sqrt()).detach()
        assert records[epoch].loss == pytest.approx(total / count, rel=1e-4)
    for side, parts in sides.items():
        for name, expected in zip(("factors", "bias"), parts, strict=True):
            np.testing.assert_allclose(getattr(algorithm, f"_{side}_{name}"), expected, atol=1e-4)


@pytest.mark.parametrize("block", [50, 2**20])
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_and_blocks_change_no_bit(block, threads, monkeypatch):
    def train():
        algorithm = LogisticMF(factors=5, epochs=3)
        list(algorithm.train(small_data(n_users=40)))
        return algorithm.state()

    with threadpool_limits(1):
        expected = train()
    monkeypatch.setattr(logistic_mf, "BATCH_PRODUCTS", block)
    with threadpool_limits(threads):
        found = train()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
