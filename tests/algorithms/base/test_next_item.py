"""Losses, drawn items and batches that the models of sequences share."""

from typing import Any

import numpy as np
import pytest

from tests.algorithms.sequence_data import N_ITEMS, created, softmax
from tests.golden import cycle, learn_until
from workbench.algorithms import all_algorithms
from workbench.algorithms.base.negative_sampling import Drawn
from workbench.algorithms.base.next_item import NextItem
from workbench.algorithms.sequential.gru4rec import GRU4Rec
from workbench.algorithms.sequential.sasrec import SASRec
from workbench.data.interactions import Array
from workbench.declaring import applies

RNG = np.random.default_rng(0)
HIDDEN, WEIGHT, BIAS = RNG.normal(size=(9, 4)), RNG.normal(size=(N_ITEMS, 4)), RNG.normal(size=N_ITEMS)
TARGET = RNG.integers(N_ITEMS, size=9)


def binary(negatives: Array, power: float, count: float) -> float:
    import torch

    from workbench.algorithms.layers.binary_loss import binary_loss

    tensors = [torch.from_numpy(one) for one in (HIDDEN, WEIGHT, BIAS, TARGET, negatives)]
    return binary_loss(*tensors, power, count).item()


def test_bce_is_that_of_the_formula() -> None:
    from scipy.special import log_expit

    negatives = np.array([3, 0, 7, 7, 11])
    scores, total = HIDDEN @ WEIGHT.T + BIAS, 0.0
    for row, right in enumerate(TARGET):
        wrong = [log_expit(-scores[row, item]) for item in negatives if item != right]
        total -= log_expit(scores[row, right]) + sum(wrong) / len(negatives)
    assert binary(negatives, 1, 1) == pytest.approx(total / len(TARGET) / 2)


def test_calibrated_bce_is_that_of_the_paper() -> None:
    from workbench.algorithms.layers.binary_loss import calibration

    negatives, t = np.array([3, 0, 7, 11]), 0.75
    rate = len(negatives) / (N_ITEMS - 1)
    power = rate * (t * (1 - 1 / rate) + 1 / rate)
    assert calibration(len(negatives), N_ITEMS, t) == pytest.approx(power)
    scores, total = HIDDEN @ WEIGHT.T + BIAS + np.log(power / len(negatives)), 0.0
    for row, right in enumerate(TARGET):
        wrong = [np.log(1 - 1 / (1 + np.exp(-scores[row, item]))) for item in negatives if item != right]
        total -= (np.log((1 / (1 + np.exp(-scores[row, right]))) ** power) + sum(wrong)) / (len(negatives) + 1)
    assert binary(negatives, power, len(negatives)) == pytest.approx(total / len(TARGET))


def test_where_all_items_are_alike_the_constant_is_right_from_the_start() -> None:
    """Then the loss pulls the scores of all neither up nor down."""
    import torch

    from workbench.algorithms.layers.binary_loss import binary_loss, calibration

    n_items, negatives, power = 50, torch.arange(0, 50, 5), calibration(10, 50, 0.75)
    bias = torch.zeros(n_items, dtype=torch.float64, requires_grad=True)
    zeros = [torch.zeros(n, 2, dtype=torch.float64) for n in (10, n_items)]
    binary_loss(*zeros, bias, negatives + 1, negatives, power, 10).backward()
    assert bias.grad.sum().item() == pytest.approx(0, abs=1e-9)
    assert bias.grad.abs().sum() > 0.01


def test_calibration_from_none_to_all() -> None:
    from workbench.algorithms.layers.binary_loss import calibration

    assert calibration(10, 101, 0) == 1
    assert calibration(10, 101, 1) == pytest.approx(0.1)
    assert calibration(500, 101, 1) == 1  # all were compared: nothing to correct
    assert calibration(1, 1, 1) == 1


def test_calibrated_in_full_probabilities_are_those_of_all_items() -> None:
    """Without anything to read, BCE with few negatives overrates what it likes, and the calibration takes that back."""
    from scipy.special import log_expit

    from workbench.algorithms.layers.binary_loss import calibration

    chance, drawn = 0.3, 2  # of the right item; of the wrong ones, so many out of the 11 others in each step
    rate = drawn / (N_ITEMS - 1)
    for t, expected in ((1.0, chance), (0.0, chance / (chance + rate * (1 - chance)))):
        # Where -chance · power · ln σ(s) - rate · (1 - chance) · ln(1 - σ(s)) is least.
        power = calibration(drawn, N_ITEMS, t)
        s = np.linspace(-8, 8, 100_001)
        risk = -chance * power * log_expit(s) - rate * (1 - chance) * log_expit(-s)
        assert 1 / (1 + np.exp(-s[risk.argmin()])) == pytest.approx(expected, abs=1e-3)


def by_hand(scores: Array, batch: dict[str, Any], algorithm: NextItem) -> float:
    """The loss from scores (n, n_items) of all items."""
    from scipy.special import log_expit

    from workbench.algorithms.layers.binary_loss import calibration

    if "negatives" in batch:
        drawn, rows = batch["negatives"].numpy(), np.arange(len(scores))
        power = calibration(len(drawn), scores.shape[1], algorithm.calibration)
        if algorithm.objective == "gbce":
            scores = scores + np.log(power / len(drawn))
        right = scores[rows, batch["target"]]
        wrong = np.where(batch["target"].numpy()[:, None] == drawn, 0, -log_expit(-scores[:, drawn]))
        if algorithm.objective == "bce":
            return float(np.mean(-log_expit(right) + wrong.mean(1)) / 2)
        return float(np.mean(-power * log_expit(right) + wrong.sum(1)) / (1 + len(drawn)))
    if "compared" in batch:
        scores = scores[:, batch["compared"]] + batch["counts_for"].numpy()
    return float(-np.log(softmax(scores)[np.arange(len(scores)), batch["target"]]).mean())


@pytest.mark.parametrize("objective", ["softmax", "sampled-softmax", "bce", "gbce"])
@pytest.mark.parametrize("sampling", ["uniform", "popularity", "batch"])
def test_the_loss_of_a_model_is_that_of_its_scores(objective: str, sampling: str) -> None:
    import torch

    data = cycle().train
    for kind in (SASRec, GRU4Rec):
        algorithm = created(
            kind, data.n_items, factors=6, objective=objective, sampling=sampling, negatives=5, batch_size=64
        )
        _, arrays = next(algorithm.batches(data)(np.random.default_rng(0)))
        batch = {name: torch.from_numpy(value) for name, value in arrays.items()}
        with torch.no_grad():
            module = algorithm._module
            query = algorithm.query(module, algorithm.read(module, batch["items"]), None).flatten(0, 1)[batch["where"]]
            weight, bias = algorithm.output(module)
            scores = (query @ weight.T + bias).numpy().astype(float)
            loss = algorithm.loss(module, batch).item()
        assert "negatives" in batch or "compared" in batch or objective == "softmax"
        assert loss == pytest.approx(by_hand(scores, batch, algorithm), rel=1e-4)


@pytest.mark.parametrize("objective", ["sampled-softmax", "bce", "gbce"])
@pytest.mark.parametrize("sampling", ["uniform", "popularity", "batch"])
def test_every_loss_learns_the_cycle(objective: str, sampling: str) -> None:
    golden = cycle()
    algorithm = SASRec(
        factors=16, epochs=60, batch_size=256, learning_rate=5e-3, objective=objective, sampling=sampling, negatives=4
    )
    assert learn_until(lambda model: golden.grade(model, True) > 0.85, algorithm, golden.train)


def test_popular_items_are_drawn_more_often() -> None:
    counts, n = np.array([0, 9, 0, 29, 58]), 50_000
    drawn = Drawn("popularity", n, counts)
    found = np.bincount(drawn.draw(np.array([1]), np.random.default_rng(0)), minlength=5)
    expected = n * (counts + 1) / (counts + 1).sum()
    assert (np.abs(found - expected) < 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("sampling", ["uniform", "popularity", "batch"])
def test_what_is_compared_stands_for_all(sampling: str) -> None:
    """The sum over the compared items, each counted as often as it stands for, is that over all on average."""
    rng, n_items = np.random.default_rng(0), 100
    strength, counts = rng.uniform(1, 5, n_items), rng.integers(1, 30, n_items)
    drawn, sums = Drawn(sampling, 40, counts), []
    for _ in range(3000):
        target = rng.choice(n_items, 30, p=drawn.share)
        batch = drawn.compared(target, rng)
        assert batch["compared"][batch["target"]].tolist() == target.tolist()
        assert len(np.unique(batch["compared"])) == len(batch["compared"])
        sums.append((strength[batch["compared"]] * np.exp(batch["counts_for"])).sum())
    assert np.mean(sums) == pytest.approx(strength.sum(), rel=0.02)


def test_all_are_compared_where_there_are_no_more() -> None:
    data = cycle().train
    for objective, expected in (("sampled-softmax", None), ("bce", list(range(data.n_items)))):
        algorithm = SASRec(objective=objective, negatives=data.n_items)
        _, batch = next(algorithm.batches(data)(np.random.default_rng(0)))
        assert "compared" not in batch
        assert (batch["negatives"].tolist() if "negatives" in batch else None) == expected


def test_what_a_loss_does_not_use_is_not_asked_for() -> None:
    for kind in (one for one in all_algorithms().values() if issubclass(one, NextItem)):
        schema = kind.model_json_schema()["properties"]

        def shown(schema: Any = schema, **values: Any) -> set[str]:
            wishes = {name: one["default"] for name, one in schema.items()} | values
            return {name for name in ("sampling", "negatives", "calibration") if applies(schema[name], wishes)}

        assert shown(objective="softmax") == set()
        assert shown(objective="bce") == {"sampling", "negatives"}
        assert shown(objective="gbce") == {"sampling", "negatives", "calibration"}
        assert shown(objective="sampled-softmax", sampling="batch") == {"sampling"}


@pytest.mark.parametrize("chunk", [1, 2**21])
def test_several_targets_of_a_row_are_as_good_as_rows_with_one(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from workbench.algorithms.layers.binary_loss import binary_loss
    from workbench.algorithms.layers.softmax_loss import softmax_loss

    monkeypatch.setattr("workbench.algorithms.layers.softmax_loss.CHUNK_BYTES", {"cpu": chunk})
    target = np.stack([TARGET, (TARGET + 1) % N_ITEMS, np.where(np.arange(9) % 2, -1, (TARGET + 4) % N_ITEMS)], 1)
    row, place = np.nonzero(target >= 0)
    found = []
    for hidden, goal in ((HIDDEN, target), (HIDDEN[row], target[row, place])):
        inputs = [torch.from_numpy(one).clone().requires_grad_() for one in (hidden, WEIGHT, BIAS)]
        losses = [
            softmax_loss(*inputs, torch.from_numpy(goal)),
            binary_loss(*inputs, torch.from_numpy(goal), torch.tensor([3, 5]), 0.7, 2),
        ]
        sum(losses).backward()
        found.append([*losses, inputs[1].grad, inputs[2].grad])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)
