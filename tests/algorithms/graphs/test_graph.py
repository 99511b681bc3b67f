"""Models of the graph against dense matrices and sums in numpy."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms.graphs.graph import GraphModel
from workbench.algorithms.graphs.lightgcn import LightGCN
from workbench.algorithms.graphs.ngcf import NGCF
from workbench.data.interactions import Array, Interactions, UserItems


def some_data(n_users: int = 6, n_items: int = 8) -> Interactions:
    """One to five items of each but the last user; nobody chose the last item."""
    rng = np.random.default_rng(0)
    rows = [(u, i) for u in range(n_users - 1) for i in rng.permutation(n_items - 1)[: rng.integers(1, 6)]]
    user, item = np.array(rows, np.int32).T
    return Interactions.build(user, item, *(pa.array([str(i) for i in range(n)]) for n in (n_users, n_items)))


def cliques(n: int = 12, size: int = 4) -> tuple[Interactions, Array]:
    """Users in cliques that choose the items of their own, but for one item each that is held out; that item of each."""
    held = np.arange(n) // size * size + (np.arange(n) + 1) % size
    pairs = [(u, i) for u in range(n) for i in range(n) if u // size == i // size and i != held[u]]
    user, item = np.array(pairs, np.int32).T
    ids = pa.array([str(i) for i in range(n)])
    return Interactions.build(user, item, ids, ids), held


def normalized(data: Interactions) -> Array:
    """The matrix L, dense."""
    chosen, n = data.matrix().toarray().astype(np.float64), data.n_users
    whole = np.zeros((n + data.n_items,) * 2)
    whole[:n, n:], whole[n:, :n] = chosen, chosen.T
    root = 1 / np.sqrt(np.maximum(whole.sum(1), 1))
    return root[:, None] * whole * root


def ready(algorithm: GraphModel, data: Interactions) -> tuple[Any, Array]:
    """The module before its first step, its graph made and its vectors kept; the start vectors."""
    import torch

    algorithm._create(data.n_users, data.n_items, 1)
    algorithm.batches(data)
    module = algorithm._module.eval()
    with torch.no_grad():
        algorithm.keep(module, algorithm._graph)
    return module, module["start"].weight.detach().numpy().astype(np.float64)


def first_batch(algorithm: GraphModel, data: Interactions) -> dict[str, Array]:
    return next(algorithm.batches(data)(np.random.default_rng(0)))[1]


def test_the_graph_spreads_as_the_dense_matrix_and_so_does_its_gradient() -> None:
    import torch

    data, algorithm = some_data(), LightGCN(factors=3)
    ready(algorithm, data)
    dense = normalized(data)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(len(dense), 3, generator=generator, dtype=torch.float64, requires_grad=True)
    np.testing.assert_allclose(algorithm._graph.spread(x).detach(), dense @ x.detach().numpy(), rtol=1e-6, atol=1e-7)
    assert torch.autograd.gradcheck(lambda x: (algorithm._graph.spread(x) ** 2).sum(), (x,), rtol=1e-5)


@pytest.mark.parametrize("layers", [1, 3])
def test_lightgcn_averages_the_powers_of_the_matrix(layers: int) -> None:
    data, algorithm = some_data(), LightGCN(factors=4, layers=layers)
    module, start = ready(algorithm, data)
    dense = normalized(data)
    powers = [np.linalg.matrix_power(dense, k) @ start for k in range(layers + 1)]
    expected = np.mean(powers, axis=0)
    np.testing.assert_allclose(module.of_users, expected[: data.n_users], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(module.of_items, expected[data.n_users :], rtol=1e-5, atol=1e-6)


def test_lightgcn_folds_in_by_the_layers_of_the_items() -> None:
    data, algorithm = some_data(), LightGCN(factors=4, layers=3, objective="bpr")
    _, start = ready(algorithm, data)
    dense, history = normalized(data), [1, 4, 0]
    layers = [(np.linalg.matrix_power(dense, k) @ start)[data.n_users :] for k in range(4)]
    weight = 1 / np.sqrt(len(history) * np.maximum(1, data.item_counts[history]))
    vector = sum(weight @ layer[history] for layer in layers[:-1]) / 4
    scores = algorithm.score(np.array([-1, -1], np.int32), UserItems.from_lists([history, []]))
    np.testing.assert_allclose(scores[0], np.mean(layers, axis=0) @ vector, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(scores[1], 0)


def test_the_softmax_is_of_cosines() -> None:
    data, algorithm = some_data(), LightGCN(factors=4, layers=2, temperature=0.3, batch_size=6, length=0)
    module, _ = ready(algorithm, data)
    batch = first_batch(algorithm, data)
    users, items = (one.numpy().astype(np.float64) for one in (module.of_users, module.of_items))
    users, items = (one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12) for one in (users, items))
    losses = []
    for user in batch["user"]:
        logits = items @ users[user] / 0.3
        losses += [np.log(np.exp(logits).sum()) - logits[item] for item in data.by_user[user]]
    tensors = {name: algorithm.tensor(value) for name, value in batch.items()}
    assert algorithm.loss(module, tensors).item() == pytest.approx(np.mean(losses), rel=1e-5)
    everybody = np.arange(data.n_users, dtype=np.int32)
    np.testing.assert_allclose(algorithm.score(everybody, data.by_user), users @ items.T, rtol=1e-5, atol=1e-6)


def test_a_step_of_bpr_as_by_hand() -> None:
    """The gradient of E = M E⁰, M the mean of the powers of L, reaches E⁰ through M, which is symmetric."""
    data = some_data()
    settings = {"optimizer": "sgd", "learning_rate": 0.5, "regularization": 0.2, "batch_size": 9}
    algorithm = LightGCN(factors=3, layers=2, objective="bpr", **settings)
    module, start = ready(algorithm, data)
    dense, batch = normalized(data), first_batch(algorithm, data)
    mean = (np.eye(len(dense)) + dense + dense @ dense) / 3
    found, to_found, to_start = mean @ start, np.zeros_like(start), np.zeros_like(start)
    n = len(batch["user"])
    for u, i, j in zip(batch["user"], batch["item"] + data.n_users, batch["unseen"] + data.n_users, strict=True):
        miss = 1 / (1 + np.exp(found[u] @ (found[i] - found[j])))
        to_found[u] -= miss * (found[i] - found[j]) / n
        to_found[i] -= miss * found[u] / n
        to_found[j] += miss * found[u] / n
        for row in (u, i, j):
            to_start[row] += 0.2 * start[row] / n
    algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
    expected = start - 0.5 * (mean @ to_found + to_start)
    np.testing.assert_allclose(module["start"].weight.detach(), expected, rtol=1e-4, atol=1e-6)


def layers_of_ngcf(module: Any, dense: Array, start: Array) -> list[Array]:
    found = [start]
    for one, other in zip(module["sum"], module["product"], strict=True):
        message = dense @ found[-1]
        bent = (found[-1] + message) @ one.weight.detach().numpy().T + one.bias.detach().numpy()
        bent += (found[-1] * message) @ other.weight.detach().numpy().T
        found.append(np.where(bent > 0, bent, 0.2 * bent))
    return found


def side_by_side(layers: list[Array]) -> Array:
    return np.hstack([layers[0], *(one / np.linalg.norm(one, axis=1, keepdims=True) for one in layers[1:])])


def test_ngcf_as_by_hand_for_known_and_new_people() -> None:
    data, algorithm = some_data(), NGCF(factors=3, layers=2, objective="bpr")
    module, start = ready(algorithm, data)
    layers = layers_of_ngcf(module, normalized(data), start)
    found = side_by_side(layers)
    np.testing.assert_allclose(module.of_users, found[: data.n_users], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(module.of_items, found[data.n_users :], rtol=1e-4, atol=1e-6)
    history = [2, 5]
    weight = 1 / np.sqrt(len(history) * np.maximum(1, data.item_counts[history]))
    x = [np.zeros((1, 3))]
    for number, (one, other) in enumerate(zip(module["sum"], module["product"], strict=True)):
        message = weight @ layers[number][data.n_users :][history]
        bent = (x[-1] + message) @ one.weight.detach().numpy().T + one.bias.detach().numpy()
        bent += (x[-1] * message) @ other.weight.detach().numpy().T
        x.append(np.where(bent > 0, bent, 0.2 * bent))
    scores = algorithm.score(np.array([-1], np.int32), UserItems.from_lists([history]))
    np.testing.assert_allclose(scores[0], found[data.n_users :] @ side_by_side(x)[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("length", [0.0, 0.5, 1.0])
def test_scores_after_softmax_are_cosines_times_a_power_of_the_length(length: float) -> None:
    data, algorithm = some_data(), LightGCN(factors=4, layers=2, length=length)
    module, _ = ready(algorithm, data)
    users, items = (one.numpy().astype(np.float64) for one in (module.of_users, module.of_items))
    found = algorithm.score(np.arange(data.n_users), data.by_user)
    cosine = users @ items.T / np.outer(np.linalg.norm(users, axis=1), np.linalg.norm(items, axis=1))
    np.testing.assert_allclose(found, cosine * np.linalg.norm(items, axis=1) ** length, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("objective", ["softmax", "sampled-softmax", "bpr"])
@pytest.mark.parametrize("kind", [LightGCN, NGCF])
def test_learns_cliques_of_known_and_new_people(kind: type[GraphModel], objective: str) -> None:
    data, held = cliques()
    algorithm = kind.make(
        {"factors": 8, "layers": 2, "objective": objective, "negatives": 6, "epochs": 60, "learning_rate": 0.02}
    )
    list(algorithm.train(data, 0))
    everybody = np.arange(data.n_users, dtype=np.int32)
    for users in (everybody, np.full_like(everybody, -1)):
        scores = algorithm.score(users, data.by_user)
        scores[data.user, data.item] = -np.inf
        assert (scores.argmax(1) == held).all()


def test_dropout_of_ngcf_is_for_training_only() -> None:
    import torch

    data, algorithm = some_data(), NGCF(factors=3, layers=2, dropout=0.5)
    module, _ = ready(algorithm, data)
    graph = algorithm._graph
    assert torch.equal(algorithm.travel(module, graph), algorithm.travel(module, graph))
    module.train()
    assert not torch.equal(algorithm.travel(module, graph), algorithm.travel(module, graph))
    list(algorithm.train(data, 0))
    with torch.no_grad():
        kept = algorithm.travel(algorithm._module.eval(), graph)
    assert torch.equal(kept[: data.n_users], algorithm._module.of_users)
