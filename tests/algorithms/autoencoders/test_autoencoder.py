"""Autoencoders of histories against steps, densities and sums written by hand, in numpy or scipy."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms.autoencoders.autoencoder import Autoencoder
from workbench.algorithms.autoencoders.mult_dae import MultDAE
from workbench.algorithms.autoencoders.mult_vae import MultVAE
from workbench.algorithms.autoencoders.recvae import RecVAE, log_prior
from workbench.data.interactions import Array, Interactions


def some_data(n_users: int = 7, n_items: int = 9) -> Interactions:
    """One to six items of each but the last user; nobody chose the last item."""
    rng = np.random.default_rng(0)
    rows = [(u, i) for u in range(n_users - 1) for i in rng.permutation(n_items - 1)[: rng.integers(1, 7)]]
    user, item = np.array(rows, np.int32).T
    return Interactions.build(user, item, *(pa.array([str(i) for i in range(n)]) for n in (n_users, n_items)))


def ready(algorithm: Autoencoder, data: Interactions) -> Autoencoder:
    """The algorithm before its first step, all its weights drawn, so that none is zero by chance of the start."""
    import torch

    algorithm._create(data.n_users, data.n_items, 1)
    generator = torch.Generator().manual_seed(2)
    for weight in algorithm._module.parameters():
        weight.data = 0.4 * torch.randn(weight.shape, generator=generator)
    return algorithm


def first_batch(algorithm: Autoencoder, data: Interactions) -> tuple[dict[str, Any], Array, Array]:
    """The first batch, as tensors; its histories as ones (n, n_items), and the same with rows of length 1."""
    batch = next(algorithm.batches(data)(np.random.default_rng(0)))[1]
    ones = np.zeros((len(batch["starts"]) - 1, data.n_items))
    for row, (start, end) in enumerate(zip(batch["starts"], batch["starts"][1:], strict=False)):
        ones[row, batch["items"][start:end]] = 1
    tensors = {name: algorithm.tensor(value) for name, value in batch.items()}
    return tensors, ones, ones / np.linalg.norm(ones, axis=1, keepdims=True)


def weights(algorithm: Autoencoder) -> dict[str, Array]:
    state = algorithm.state().items()
    return {name.removeprefix("module."): value.astype(np.float64) for name, value in state if "module." in name}


def log_softmax(logits: Array) -> Array:
    return logits - logits.max(1, keepdims=True) - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1))[:, None]


def test_a_step_of_mult_dae_as_by_hand() -> None:
    data = some_data()
    algorithm = ready(MultDAE(factors=3, dropout=0, optimizer="sgd", learning_rate=0.5, batch_size=4), data)
    batch, ones, x = first_batch(algorithm, data)
    w = weights(algorithm)
    a, b, c, d = (w[name] for name in ("first.weight", "first.bias", "out.weight", "out.bias"))
    h = np.tanh(x @ a + b)
    logits = h @ c.T + d
    loss = algorithm._step(batch)
    assert loss.item() == pytest.approx(-(ones * log_softmax(logits)).sum() / len(ones), rel=1e-5)
    to_logits = (ones.sum(1, keepdims=True) * np.exp(log_softmax(logits)) - ones) / len(ones)
    to_h = (to_logits @ c) * (1 - h**2)
    after = weights(algorithm)
    for name, before, gradient in (
        ("first.weight", a, x.T @ to_h),
        ("first.bias", b, to_h.sum(0)),
        ("out.weight", c, to_logits.T @ h),
        ("out.bias", d, to_logits.sum(0)),
    ):
        np.testing.assert_allclose(after[name], before - 0.5 * gradient, rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("kind", [MultDAE, MultVAE])
def test_scores_with_a_hidden_layer_as_by_hand(kind: type[MultDAE]) -> None:
    data = some_data()
    algorithm = ready(kind(factors=3, hidden=5, activation="sigmoid"), data)
    w = weights(algorithm)
    x = data.matrix().toarray() / np.sqrt(np.maximum(1, data.by_user.lengths))[:, None]

    def bend(z: Array) -> Array:
        return 1 / (1 + np.exp(-z))

    code = bend(x @ w["first.weight"] + w["first.bias"]) @ w["code.weight"].T + w["code.bias"]
    code = code[:, :3] if kind is MultVAE else bend(code)  # the mean stands before the log-variance
    expected = bend(code @ w["back.weight"].T + w["back.bias"]) @ w["out.weight"].T + w["out.bias"]
    users = np.full(data.n_users, -1, np.int32)
    np.testing.assert_allclose(algorithm.score(users, data.by_user), expected, rtol=1e-4, atol=1e-5)


def test_mult_vae_without_noise_and_price_is_mult_dae() -> None:
    data = some_data()
    shared = {"factors": 3, "hidden": 4, "activation": "none", "dropout": 0, "optimizer": "sgd", "learning_rate": 0.3}
    vae = ready(MultVAE(**shared, noise=False, kl_weight=0, annealing=0), data)
    dae = ready(MultDAE(**shared), data)
    of_vae = vae._module.state_dict()
    means = {name: value[:3] if name.startswith("code") else value for name, value in of_vae.items()}
    dae._module.load_state_dict(means)
    for _ in range(3):
        vae._step(first_batch(vae, data)[0])
        dae._step(first_batch(dae, data)[0])
    users = np.arange(data.n_users, dtype=np.int32)
    np.testing.assert_allclose(dae.score(users, data.by_user), vae.score(users, data.by_user), rtol=1e-5, atol=1e-6)


def test_the_price_of_mult_vae_is_the_divergence_from_the_normal() -> None:
    import torch

    data = some_data()
    algorithm = ready(MultVAE(factors=3, hidden=0, dropout=0, noise=False, kl_weight=0.7, annealing=0), data)
    batch, ones, x = first_batch(algorithm, data)
    w = weights(algorithm)
    code = x @ w["first.weight"] + w["first.bias"]
    mean, spread = torch.tensor(code[:, :3]), torch.tensor(np.exp(code[:, 3:] / 2))
    price = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, spread), torch.distributions.Normal(0, 1)
    )
    misfit = -(ones * log_softmax(code[:, :3] @ w["out.weight"].T + w["out.bias"])).sum() / len(ones)
    expected = misfit + 0.7 * float(price.sum()) / len(ones)
    assert algorithm.loss(algorithm._module, batch).item() == pytest.approx(expected, rel=1e-5)


def test_the_noise_of_mult_vae_has_the_variance_that_it_says() -> None:
    import torch

    data = some_data()
    codes = []

    class Noted(MultVAE):
        name = ""

        def decode(self, module: Any, code: Any) -> Any:
            codes.append(code.detach())
            return super().decode(module, code)

    algorithm = ready(Noted(factors=3, hidden=0, dropout=0), data)
    batch, _, x = first_batch(algorithm, data)
    for _ in range(4000):
        algorithm.loss(algorithm._module, batch)
    w, drawn = weights(algorithm), torch.stack(codes).numpy()
    code = x @ w["first.weight"] + w["first.bias"]
    np.testing.assert_allclose(drawn.mean(0), code[:, :3], atol=0.15)
    np.testing.assert_allclose(drawn.var(0), np.exp(code[:, 3:]), rtol=0.15)


def test_the_price_grows_with_the_epochs() -> None:
    data, algorithm = some_data(), MultVAE(batch_size=3, annealing=2, kl_weight=0.4)
    algorithm._create(data.n_users, data.n_items, 0)
    seen = []
    for epoch in range(3):
        algorithm._epochs_done = epoch
        seen += [float(batch["kl_weight"][0]) for _, batch in algorithm.batches(data)(np.random.default_rng(0))]
    np.testing.assert_allclose(seen, [0.1, 0.2, 0.3, 0.4, 0.4, 0.4], rtol=1e-6)


def test_dropout_leaves_items_out_and_makes_up_for_them() -> None:
    import torch

    data = some_data()
    algorithm = ready(MultDAE(factors=3, dropout=0.25, activation="none"), data)
    batch, _, x = first_batch(algorithm, data)
    first = algorithm._module["first"]
    read = torch.stack([algorithm.read(first, batch, 0.25) for _ in range(4000)]).detach().numpy()
    w = weights(algorithm)
    np.testing.assert_allclose(read.mean(0), x @ w["first.weight"] + w["first.bias"], atol=0.03)
    assert np.isclose(read, w["first.bias"]).all(2).any(), "of short histories all is left out now and then"


def test_sampled_softmax_as_by_hand() -> None:
    data = some_data(12, 40)
    algorithm = ready(MultDAE(factors=3, dropout=0, batch_size=3, objective="sampled-softmax", negatives=6), data)
    batch, ones, x = first_batch(algorithm, data)
    own, compared = np.flatnonzero(ones.sum(0)), batch["compared"].numpy()
    assert set(own) < set(compared)
    assert len(compared) < 40
    others = len(compared) - len(own)
    w = weights(algorithm)
    logits = np.tanh(x @ w["first.weight"] + w["first.bias"]) @ w["out.weight"].T + w["out.bias"]
    logits += np.where(np.isin(np.arange(40), own), 0, np.log((40 - len(own)) / others))
    expected = -(ones[:, compared] * log_softmax(logits[:, compared])).sum() / len(ones)
    assert algorithm.loss(algorithm._module, batch).item() == pytest.approx(expected, rel=1e-5)


def test_scores_of_recvae_as_by_hand() -> None:
    data = some_data()
    algorithm = ready(RecVAE(factors=3, hidden=4), data)
    w = {name.removeprefix("encoder."): value for name, value in weights(algorithm).items()}
    x = data.matrix().toarray() / np.sqrt(np.maximum(1, data.by_user.lengths))[:, None]

    def normed(z: Array, number: int) -> Array:
        z = z / (1 + np.exp(-z))
        z = (z - z.mean(1, keepdims=True)) / np.sqrt(z.var(1, keepdims=True) + 0.1)
        return z * w[f"norms.{number}.weight"] + w[f"norms.{number}.bias"]

    layers = [normed(x @ w["first.weight"] + w["first.bias"], 0)]
    for number in range(4):
        linear = layers[-1] @ w[f"deeper.{number}.weight"].T + w[f"deeper.{number}.bias"]
        layers.append(normed(linear + sum(layers), number + 1))
    expected = (layers[-1] @ w["mean.weight"].T + w["mean.bias"]) @ w["out.weight"].T + w["out.bias"]
    users = np.arange(data.n_users, dtype=np.int32)
    np.testing.assert_allclose(algorithm.score(users, data.by_user), expected, rtol=1e-3, atol=1e-4)


def test_the_prior_of_recvae_is_the_mixture() -> None:
    import torch
    from scipy import stats

    rng = np.random.default_rng(0)
    code, mean, log_variance = rng.normal(size=(3, 5, 2))
    expected = 0.15 * stats.norm.pdf(code) + 0.75 * stats.norm.pdf(code, mean, np.exp(log_variance / 2))
    expected += 0.1 * stats.norm.pdf(code, 0, np.exp(5))
    found = log_prior(*map(torch.tensor, (code, mean, log_variance)))
    np.testing.assert_allclose(found.numpy(), np.log(expected), rtol=1e-6)


def test_encoder_and_decoder_of_recvae_take_turns() -> None:
    data = some_data()
    algorithm = ready(RecVAE(factors=3, hidden=4, batch_size=3, encoder_passes=2, optimizer="sgd"), data)
    before, turns = weights(algorithm), []
    for _, batch in algorithm.batches(data)(np.random.default_rng(0)):
        algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
        after = weights(algorithm)
        changed = {name.split(".")[0] for name, value in after.items() if not np.array_equal(value, before[name])}
        turns.append(sorted(changed - ({"old"} if not turns else set())))  # which is renewed when an epoch begins
        before = after
    assert turns == 4 * [["encoder"]] + 2 * [["out"]]
    old = {name: value for name, value in before.items() if name.startswith("old")}
    next(algorithm.batches(data)(np.random.default_rng(0)))
    after = weights(algorithm)
    assert any(not np.array_equal(after[name], value) for name, value in old.items())
    for name in old:
        np.testing.assert_array_equal(after[name], after[name.replace("old", "encoder")])


@pytest.mark.parametrize(
    "algorithm",
    [
        MultVAE(factors=3, hidden=4, batch_size=5, annealing=0),
        RecVAE(factors=3, hidden=4, batch_size=5),
        MultDAE(factors=3, hidden=4, batch_size=5, objective="sampled-softmax", negatives=3),
    ],
    ids=lambda one: one.name,
)
def test_gradients_are_finite_differences(algorithm: Autoencoder) -> None:
    import torch

    data, algorithm = some_data(), algorithm.model_copy(deep=True)
    ready(algorithm, data)
    module = algorithm._module.double().train()
    batch = {
        name: value.double() if value.is_floating_point() else value
        for name, value in first_batch(algorithm, data)[0].items()
    }

    def loss() -> Any:
        torch.manual_seed(5)  # the same noise and the same left out
        return algorithm.loss(module, batch)

    loss().backward()
    rng, step = np.random.default_rng(0), 1e-6
    for name, weight in module.named_parameters():
        if weight.grad is None:  # the encoder before; the decoder while the encoder learns
            assert name.startswith(("old", "out"))
            continue
        flat = weight.data.view(-1)
        for place in rng.choice(len(flat), min(6, len(flat)), replace=False):
            kept, values = float(flat[place]), []
            for other in (kept + step, kept - step):
                flat[place] = other
                values.append(loss().item())
            flat[place] = kept
            difference = (values[0] - values[1]) / (2 * step)
            assert float(weight.grad.view(-1)[place]) == pytest.approx(difference, rel=1e-4, abs=1e-6), name
