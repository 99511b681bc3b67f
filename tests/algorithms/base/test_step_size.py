"""The learning rate's course, the length of the gradient, and what is told of them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.golden import checkerboard, cycle
from workbench.algorithms.base.next_item import NextItem
from workbench.algorithms.base.step_size import gradient_norm, share_of_rate
from workbench.algorithms.base.training_loop import NeuralAlgorithm
from workbench.algorithms.neural.gmf import GMF
from workbench.algorithms.sequential.gru4rec import GRU4Rec
from workbench.algorithms.sequential.sasrec import SASRec
from workbench.data.interactions import Array, Interactions


def test_the_course_of_the_rate() -> None:
    assert [share_of_rate("constant", progress, 0.2) for progress in (0, 0.1, 1)] == [1, 1, 1]
    course = [share_of_rate("cosine", progress, 0.2) for progress in (0, 0.1, 0.2, 0.4, 0.6, 1)]
    assert course == pytest.approx([0, 0.5, 1, 0.5 + np.sqrt(0.125), 0.5, 0])
    assert share_of_rate("cosine", 0, 0) == 1


class Slope(NeuralAlgorithm):
    """Two weights with gradients 3 and 4 at every step."""

    title = "Slope"

    def build(self, n_users: int, n_items: int) -> Any:
        from torch import nn

        module = nn.Linear(2, 1, bias=False)
        nn.init.zeros_(module.weight)
        return module

    def loss(self, module: Any, batch: dict[str, Any]) -> Any:
        return (module.weight * batch["slope"]).sum()

    def batches(self, data: Interactions) -> Any:
        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, dict[str, Array]]]:
            for done in (0.5, 1.0):
                yield done, {"slope": np.array([[3, 4]], np.float32)}

        return epoch


def slid(**hyperparameters: Any) -> tuple[list[float], list[dict[str, float]]]:
    algorithm = Slope(**({"optimizer": "sgd", "learning_rate": 1.0, "epochs": 1} | hyperparameters))
    values = [record.values for record in algorithm.train(cycle().train, 0)]
    return algorithm.state()["module.weight"][0].tolist(), values


def test_long_gradients_are_shortened_and_short_ones_are_not() -> None:
    assert slid()[0] == pytest.approx([-6, -8])
    assert slid(clip=0.5)[0] == pytest.approx([-0.6, -0.8], rel=1e-5)
    assert slid(clip=5.1)[0] == pytest.approx([-6, -8])


def test_steps_follow_the_schedule_to_the_digit() -> None:
    # Four steps, in the middle of which 1/8, 3/8, 5/8 and 7/8 are done; half of it is warm-up.
    weights, values = slid(schedule="cosine", warm_up=0.5, epochs=2)
    shares = [0.25, 0.75, 0.5 + np.sqrt(0.125), 0.5 - np.sqrt(0.125)]
    assert weights == pytest.approx([-3 * sum(shares), -4 * sum(shares)], rel=1e-5)
    rates = [one["learning_rate"] for one in values]
    assert rates == pytest.approx([*shares[:2], shares[1], *shares[2:], shares[3]])


def test_another_rate_holds_from_its_moment_on() -> None:
    algorithm = Slope(optimizer="sgd", learning_rate=1.0, epochs=2)
    algorithm.adjust("learning_rate", 0.5, 0.1)  # behind the first of four steps
    algorithm.adjust("learning_rate", 1.5, 10.0)  # behind the third
    rates = [record.values["learning_rate"] for record in algorithm.train(cycle().train, 0)]
    assert rates == pytest.approx([1, 0.1, 0.1, 0.1, 10, 10])
    assert algorithm.state()["module.weight"][0].tolist() == pytest.approx([-3 * 11.2, -4 * 11.2], rel=1e-6)


def test_momentum_by_hand() -> None:
    # Steps of 1 and of 1 + 0.5 times the gradient.
    assert slid(momentum=0.5)[0] == pytest.approx([-3 * 2.5, -4 * 2.5])


def test_penalties_by_hand() -> None:
    # L2: the second gradient is 3 + 0.1 × -3. L1: each step ends 0.5 nearer to zero.
    assert slid(l2=0.1)[0] == pytest.approx([-3 - 2.7, -4 - 3.6])
    assert slid(l1=0.5)[0] == pytest.approx([-3 - 3 + 1, -4 - 4 + 1])
    assert slid(l1=3.5)[0] == pytest.approx([0, -1], abs=1e-6)  # what is small becomes zero


def test_the_length_of_the_weights_is_told() -> None:
    assert slid(clip=100.0)[1][1]["weight_norm"] == pytest.approx(5)  # after the first step, at the second


def test_the_gradient_is_told() -> None:
    assert slid()[1][0]["gradient_norm"] == pytest.approx(5)
    assert slid(clip=1.0)[1][1]["gradient_norm"] == pytest.approx(5)  # as it was before it was shortened


def test_measuring_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    states = []
    for gauge in (0.0, 1e9):
        monkeypatch.setattr("workbench.algorithms.base.training_loop.GAUGE", gauge)
        algorithm = GMF(epochs=2, factors=4, batch_size=64)
        list(algorithm.train(checkerboard().train, 0))
        states.append(algorithm.state())
    assert all(np.array_equal(states[0][name], states[1][name]) for name in states[0])


def test_sparse_gradients_are_shortened_like_dense_ones() -> None:
    import torch
    from torch import nn

    norms, grads = [], []
    for sparse in (True, False):
        table = nn.Embedding(4, 2, sparse=sparse)
        nn.init.ones_(table.weight)
        (table(torch.tensor([1, 3, 1])) * torch.tensor([[1.0], [2.0], [3.0]])).sum().backward()
        norms.append(float(gradient_norm(table, 2.0)))
        grads.append(table.weight.grad.to_dense())
    assert norms == pytest.approx([np.sqrt(2 * 4**2 + 2 * 2**2)] * 2)
    torch.testing.assert_close(*grads)
    assert grads[0].norm().item() == pytest.approx(2.0, rel=1e-5)


def test_the_schedule_goes_on_where_it_stopped() -> None:
    data, wishes = cycle().train, {"factors": 8, "epochs": 4, "schedule": "cosine", "clip": 0.5, "batch_size": 256}
    whole, half, rest = (SASRec(**wishes) for _ in range(3))
    list(whole.train(data, 1))
    for record in half.train(data, 1):
        if record.ends_epoch and record.epoch == 2:
            break
    rest.restore(half.state())
    list(rest.train(data, 1))
    assert all(np.array_equal(value, rest.state()[name]) for name, value in whole.state().items())


@pytest.mark.filterwarnings("ignore:CUDA is not available")
def test_mixed_precision_is_for_cuda_alone() -> None:
    import torch

    algorithm = SASRec(precision="mixed")
    for device, mixed in (("cpu", False), ("meta", False), ("cuda", True), ("cuda:1", True)):
        algorithm._device = device
        assert isinstance(algorithm._mixed(), torch.autocast) == mixed
    algorithm.precision = "full"
    assert not isinstance(algorithm._mixed(), torch.autocast)


@pytest.mark.parametrize("kind", [SASRec, GRU4Rec], ids=lambda kind: kind.name)
@pytest.mark.parametrize("objective", ["softmax", "sampled-softmax", "bce", "gbce"])
def test_losses_take_what_layers_give_in_mixed_precision(kind: type[NextItem], objective: str) -> None:
    """bfloat16 on the processor stands in for CUDA: the loss is near that of full precision, gradients are float32."""
    import torch

    algorithm = kind(factors=16, objective=objective, negatives=5, batch_size=256)
    data = cycle().train
    algorithm._create(data.n_users, data.n_items, 0)
    algorithm._module.eval()
    _, arrays = next(algorithm.batches(data)(np.random.default_rng(0)))
    batch = {name: algorithm.tensor(value) for name, value in arrays.items()}
    losses = []
    for mixed in (False, True):
        algorithm._optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            loss = algorithm.loss(algorithm._module, batch)
        loss.backward()
        losses.append(loss.item())
        assert loss.dtype == torch.float32
        assert all(weight.grad.dtype == torch.float32 for weight in algorithm._module.parameters())
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
