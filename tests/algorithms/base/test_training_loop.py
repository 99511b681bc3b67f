"""The training loop: seeds, resume, records, unseen items, the softmax; with models small enough to check."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from safetensors.numpy import load_file, save_file

from workbench.algorithms import Record, all_algorithms
from workbench.algorithms.autoencoders.mult_dae import MultDAE
from workbench.algorithms.autoencoders.mult_vae import MultVAE
from workbench.algorithms.autoencoders.recvae import RecVAE
from workbench.algorithms.base.negative_sampling import Unseen
from workbench.algorithms.base.training_loop import NeuralAlgorithm
from workbench.algorithms.graphs.lightgcn import LightGCN
from workbench.algorithms.graphs.ngcf import NGCF
from workbench.algorithms.neural.convncf import ConvNCF
from workbench.algorithms.neural.gmf import GMF
from workbench.algorithms.neural.neumf import NeuMF
from workbench.algorithms.sequential.bert4rec import BERT4Rec
from workbench.algorithms.sequential.caser import Caser
from workbench.algorithms.sequential.din import DIN
from workbench.algorithms.sequential.gru4rec import GRU4Rec
from workbench.algorithms.sequential.narm import NARM
from workbench.algorithms.sequential.nextitnet import NextItNet
from workbench.algorithms.sequential.sasrec import SASRec
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.errors import WorkbenchError

NEURAL = [
    GMF(epochs=4, factors=8, batch_size=32, optimizer="adagrad"),
    GMF(epochs=4, factors=8, batch_size=32, objective="bpr"),
    NeuMF(epochs=4, factors=8, width=8, batch_size=32, dropout=0.3, objective="sampled-softmax"),
    ConvNCF(epochs=4, factors=8, filters=4, batch_size=32),
    DIN(epochs=4, factors=8, batch_size=32, dropout=0.3),
    GRU4Rec(epochs=4, factors=8, hidden=12, batch_size=32, layers=2, dropout=0.3),
    GRU4Rec(epochs=4, factors=8, hidden=12, batch_size=32, negatives=5, cell="lstm", optimizer="adamw"),
    SASRec(epochs=4, factors=8, batch_size=32, clip=1.0, objective="gbce", negatives=5),
    BERT4Rec(epochs=4, factors=8, batch_size=32, objective="bce", sampling="popularity", negatives=5),
    Caser(epochs=4, factors=8, batch_size=32, objective="sampled-softmax", sampling="batch"),
    NextItNet(epochs=4, factors=8, batch_size=32, objective="sampled-softmax", sampling="popularity", negatives=5),
    NARM(epochs=4, factors=8, hidden=12, batch_size=32, layers=2),
    MultDAE(epochs=4, factors=8, batch_size=8),
    MultVAE(epochs=4, factors=8, hidden=12, batch_size=8, annealing=3),
    RecVAE(epochs=4, factors=8, hidden=12, batch_size=8),
    LightGCN(epochs=4, factors=8, batch_size=32),
    LightGCN(epochs=4, factors=8, batch_size=32, objective="bpr", layers=2),
    NGCF(epochs=4, factors=8, batch_size=32, layers=2),
]


every_template = pytest.mark.parametrize("number", range(len(NEURAL)), ids=[f"{a.name}-{a.optimizer}" for a in NEURAL])


def some_data(n_users: int = 20, n_items: int = 15, seed: int = 0) -> Interactions:
    rng = np.random.default_rng(seed)
    rows = [(user, item) for user in range(n_users) for item in rng.permutation(n_items)[: rng.integers(1, 9)]]
    user, item = np.array(rows, np.int32).T
    ids = [pa.array([str(i) for i in range(n)]) for n in (n_users, n_items)]
    return Interactions.build(user, item, *ids, time=np.arange(len(user), dtype=np.int64))


def finish(algorithm: NeuralAlgorithm, data: Interactions, seed: int = 3) -> list[Record]:
    return list(algorithm.train(data, seed))


@cache
def trained(number: int, epochs: int = 4) -> NeuralAlgorithm:
    """One of `NEURAL` with what it has learned of `some_data`, for tests that do not change it."""
    algorithm = NEURAL[number].model_copy(deep=True, update={"epochs": epochs})
    finish(algorithm, some_data())
    return algorithm


def same(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


class Line(NeuralAlgorithm):
    """One weight w, the loss w² / 2 times the batch's factor: gradients by hand."""

    title = "Line"

    def build(self, n_users: int, n_items: int) -> Any:
        from torch import nn

        module = nn.Linear(1, 1, bias=False)
        nn.init.ones_(module.weight)
        return module

    def loss(self, module: Any, batch: dict[str, Any]) -> Any:
        return (module.weight**2 / 2 * batch["factor"]).sum()

    def batches(self, data: Interactions) -> Any:
        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, dict[str, Array]]]:
            for done in (0.5, 1.0):
                yield done, {"factor": np.array([self.weight_decay], np.float32)}

        return epoch


def test_two_steps_of_sgd_as_by_hand() -> None:
    line = Line(epochs=1, optimizer="sgd", learning_rate=0.5, weight_decay=1.0)
    records = finish(line, some_data())
    # 1 - 0.5 · 1 = 0.5, then 0.5 - 0.5 · 0.5 = 0.25; gradients that were not cleared would give -0.25.
    assert line.state()["module.weight"].item() == pytest.approx(0.25)
    assert [record.loss for record in records] == pytest.approx([0.5, 0.125, 0.3125])
    assert [(r.epoch, r.part, r.ends_epoch) for r in records] == [(0, 0.5, False), (0, 1.0, False), (1, 0.0, True)]


def test_every_epoch_and_every_seed_draws_anew() -> None:
    def drawn(seed: int) -> list[float]:
        numbers = []

        class Dice(Line):
            def batches(self, data: Interactions) -> Any:
                def epoch(rng: np.random.Generator) -> Iterator[tuple[float, dict[str, Array]]]:
                    numbers.append(rng.random())
                    yield 1.0, {"factor": np.zeros(1, np.float32)}

                return epoch

        finish(Dice(epochs=3), some_data(), seed)
        return numbers

    assert len({*drawn(0), *drawn(1)}) == 6
    assert drawn(0) == drawn(0)


def test_a_loss_that_is_no_number_is_said() -> None:
    line = Line(epochs=1, optimizer="sgd", learning_rate=0.5)
    line.weight_decay = float("nan")
    with pytest.raises(WorkbenchError, match="Line: the loss is no longer a number in epoch 1"):
        finish(line, some_data())


GO_ON = """
import json, sys
from pathlib import Path
import torch
from safetensors.numpy import load_file, save_file
from workbench.algorithms import find
from workbench.data.interactions import Interactions
torch.set_num_threads(1)  # as in these tests: sums are split by threads
folder = Path(sys.argv[1])
for number, (name, hyperparameters) in enumerate(json.loads(sys.argv[2])):
    algorithm = find(name).make(hyperparameters)
    algorithm.restore(load_file(folder / f"{number}.safetensors"))
    records = list(algorithm.train(Interactions.open(folder / "data"), 3))
    assert [record.epoch for record in records if record.ends_epoch] == [3, 4], records
    save_file(algorithm.state(), folder / f"{number}.safetensors")
"""


def test_epochs_apart_equal_epochs_together(tmp_path: Path) -> None:
    """2 epochs, saved, and 2 more in another process are the same 4, bit for bit."""
    data = some_data()
    data.save(tmp_path / "data")
    for number in range(len(NEURAL)):
        save_file(trained(number, epochs=2).state(), tmp_path / f"{number}.safetensors")
    asked = json.dumps([(template.name, template.model_dump()) for template in NEURAL])
    subprocess.run([sys.executable, "-c", GO_ON, str(tmp_path), asked], check=True, timeout=300)
    for number, template in enumerate(NEURAL):
        assert same(trained(number).state(), load_file(tmp_path / f"{number}.safetensors")), template


@every_template
def test_the_optimizer_remembers(number: int) -> None:
    """What is the same with the optimizer's state is not without it."""
    state, forgotten = trained(number, epochs=2).state(), NEURAL[number].model_copy(deep=True)
    forgotten.restore({name: value for name, value in state.items() if not name.startswith("optimizer.")})
    finish(forgotten, some_data())
    assert not same(trained(number).state(), forgotten.state())


@every_template
def test_scoring_and_dice_thrown_between_do_not_disturb(number: int) -> None:
    import torch

    data = some_data()
    disturbed, other = (NEURAL[number].model_copy(deep=True) for _ in range(2))
    for _ in disturbed.train(data, 3):
        disturbed.score(np.arange(5, dtype=np.int32), data.by_user.rows(np.arange(5)))
        torch.rand(3)
        np.random.rand(3)  # noqa: NPY002 - what others may do
    assert same(trained(number).state(), disturbed.state())
    finish(other, data, seed=4)
    assert not same(trained(number).state(), other.state())


@every_template
def test_scores_after_restore_need_no_training_data(number: int) -> None:
    ready, fresh = trained(number), NEURAL[number].model_copy(deep=True)
    fresh.restore(ready.state())
    users = np.array([0, 3, -1, -1], np.int32)
    histories = UserItems.from_lists([[1, 2], [4], [5, 6, 7], []])
    scores = ready.score(users, histories)
    assert scores.dtype == np.float32
    assert scores.shape == (4, some_data().n_items)
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, fresh.score(users, histories))
    for row in range(4):
        alone = ready.score(users[row : row + 1], histories.rows(np.array([row])))
        np.testing.assert_allclose(alone[0], scores[row], rtol=1e-4, atol=1e-5)


def test_state_does_not_change_with_the_weights() -> None:
    data, algorithm = some_data(), NEURAL[0].model_copy(deep=True)
    training = algorithm.train(data, 0)
    next(training)
    before = algorithm.state()
    kept = {name: value.copy() for name, value in before.items()}
    list(training)
    assert same(before, kept)
    assert not same(before, algorithm.state())


def test_other_data_is_refused_at_resume() -> None:
    algorithm = NEURAL[0].model_copy(deep=True, update={"epochs": 1})
    finish(algorithm, some_data())
    longer = NEURAL[0].model_copy(deep=True)
    longer.restore(algorithm.state())
    with pytest.raises(WorkbenchError, match="GMF was trained on 20 users and 15 items; this data has 21 and 15"):
        finish(longer, some_data(21))


def test_nothing_is_suspended_inside_a_torch_context() -> None:
    import torch

    for template in NEURAL:
        for _ in template.model_copy(deep=True, update={"epochs": 1}).train(some_data(), 0):
            assert torch.is_grad_enabled()


@every_template
def test_tensors_follow_the_device(number: int) -> None:
    """A step on torch's pretended device: it refuses to compute with a tensor that was left on the processor."""
    import torch

    data, algorithm = some_data(), NEURAL[number].model_copy(deep=True)
    algorithm._device = "meta"
    algorithm._create(data.n_users, data.n_items, 0)
    _, batch = next(algorithm.batches(data)(np.random.default_rng(0)))
    loss = algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
    assert loss.device.type == "meta"
    with torch.no_grad():
        scores = algorithm.scores(algorithm._module, np.array([0, -1], np.int32), UserItems.from_lists([[1], [2, 3]]))
    assert scores.device.type == "meta"


def test_unseen_items_are_unseen_and_uniform() -> None:
    data = some_data(6, 9, seed=5)
    unseen, rng = Unseen(data), np.random.default_rng(0)
    draws = 20_000
    for user in range(data.n_users):
        counts = np.bincount(unseen.draw(np.full(draws, user), rng), minlength=data.n_items)
        free = np.setdiff1d(np.arange(data.n_items), data.by_user[user])
        assert counts[data.by_user[user]].sum() == 0
        expected = draws / len(free)
        assert np.abs(counts[free] - expected).max() < 5 * expected**0.5


def test_who_has_seen_everything_is_left_out() -> None:
    user, item = np.array([0, 0, 0, 1], np.int32), np.array([0, 1, 2, 1], np.int32)
    data = Interactions.build(user, item, pa.array(["a", "b"]), pa.array(["x", "y", "z"]))
    algorithm = GMF(epochs=1, factors=2)
    (_, batch), *more = algorithm.batches(data)(np.random.default_rng(0))
    assert not more
    assert batch["user"].tolist() == [1]
    everything = data.take(data.user == 0)
    records = finish(GMF(epochs=2, factors=2), everything)
    assert [record.loss for record in records] == [None, None]


def test_without_rows_the_softmax_moves_nothing() -> None:
    import torch

    from workbench.algorithms.layers.softmax_loss import softmax_loss

    torch.full((7, 3), torch.nan)  # memory that is given again should not show
    weight, bias = torch.ones(7, 3, requires_grad=True), torch.ones(7, requires_grad=True)
    hidden, target = torch.empty(0, 3, requires_grad=True), torch.empty(0, dtype=torch.int64)
    softmax_loss(hidden, weight, bias, target, among=4).backward()
    for one in (weight, bias):
        assert one.grad is not None
        np.testing.assert_array_equal(one.grad.numpy(), 0)


@pytest.mark.parametrize("chunk", [1, 2**21])
def test_softmax_loss_and_its_gradients_are_those_of_torch(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch import nn

    from workbench.algorithms.layers.softmax_loss import softmax_loss

    monkeypatch.setattr("workbench.algorithms.layers.softmax_loss.CHUNK_BYTES", {"cpu": chunk})
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((150, 6), (11, 6), (11,))]
    target = torch.randint(11, (150,), generator=generator)
    ours = [one.clone().requires_grad_() for one in inputs]
    theirs = [one.clone().requires_grad_() for one in inputs]
    loss = softmax_loss(*ours, target)
    (3 * loss).backward()
    hidden, weight, bias = theirs
    expected = nn.functional.cross_entropy(hidden @ weight.T + bias, target)
    (3 * expected).backward()
    torch.testing.assert_close(loss, expected)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_declarations_do_not_load_torch() -> None:
    code = (
        "import sys; from workbench import algorithms; algorithms.all_algorithms(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert {"bpr", "gru4rec"} <= set(all_algorithms())
    assert "" not in all_algorithms()
    assert all(
        a.uses_torch and a.best_threads == 1 for a in all_algorithms().values() if issubclass(a, NeuralAlgorithm)
    )
