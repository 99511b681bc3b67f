"""The one training loop of everything neural.

A neural algorithm says what is its own: `build` (its layers), `loss` (of one batch), `scores`, and `batches` where a batch
is not users, items and unseen items. Device, precision, optimizer, schedule, zero_grad, backward, step, seeds, records, and
saving so that training goes on bit for bit are done here, once for all.

torch is imported inside functions only: the process of the window reads the declarations and must never load it. How many
threads it takes is the caller's choice; one is best for steps as small as these (on two virtual cores, two threads took
ten to forty times as long as one for factor models in batches of 1,024).
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base import budget
from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.learned import USUAL, Learned
from workbench.algorithms.base.loss_meter import Meter
from workbench.algorithms.base.negative_sampling import Unseen
from workbench.algorithms.base.peers import Peers
from workbench.algorithms.base.step_size import gradient_norm, share_of_rate, shrink, weight_norm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

# One step's input: arrays by name, moved to the device by the loop.
Batch = dict[str, Array]
# Gives the batches of one epoch, each with the share of the epoch that is done after it.
Batches = Callable[[np.random.Generator], Iterator[tuple[float, Batch]]]

# Seconds between two gradients whose length is taken only to be shown.
GAUGE = 0.1


def declare_epochs(default: int) -> Any:
    """Declare how long to train; a subclass does it again where its default differs."""
    title, text = "Epochs", "Passes over the data. More fit the data better, until they overfit."
    return hyperparameter(default, title, text, ge=1, le=100_000, search=(5, 200), from_data=budget.epochs(default))


def declare_learning_rate(default: float) -> Any:
    """Declare the size of a step."""
    text = "Size of each step. Too high and the loss jumps, too low and training is slow."
    return hyperparameter(default, "Learning rate", text, gt=0, le=10, log=True, search=(default / 10, default * 10))


def declare_batch_size(default: int, of: str = "Interactions", search: tuple[int, int] = (256, 16_384)) -> Any:
    """Declare the number of interactions of a step, or of what a step is made of instead."""
    text = f"{of} per training step. Larger is faster, smaller often generalizes better."
    return hyperparameter(
        default,
        "Batch size",
        text,
        ge=1,
        le=1_000_000,
        log=True,
        search=search,
        from_data=budget.batch_size(default),
    )


def declare_optimizer(default: str) -> Any:
    """Declare how gradients become corrections."""
    text = "How gradients become steps. Each needs a different learning rate."
    return hyperparameter(default, "Optimizer", text, advanced=True)


class NeuralAlgorithm(Algorithm):
    """Base of the neural algorithms."""

    iterative = True
    uses_torch = True
    best_threads = 1
    adjustable = ("learning_rate",)
    batch_of: ClassVar[Literal["interactions", "users"]] = "interactions"  # what `batch_size` counts
    least_steps: ClassVar[budget.Steps] = budget.USUAL

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(1024)
    optimizer: Literal["adam", "adamw", "adagrad", "sgd"] = declare_optimizer("adam")
    weight_decay: float = hyperparameter(
        0.01,
        "Weight decay",
        "Pulls all weights towards zero at each step.",
        ge=0,
        le=1,
        advanced=True,
        when={"optimizer": "adamw"},
    )
    momentum: float = hyperparameter(
        0.0,
        "Momentum",
        "Share of each step that is carried over to the next. 0.9 speeds up flat regions.",
        ge=0,
        lt=1,
        advanced=True,
        when={"optimizer": "sgd"},
    )
    l2: float = hyperparameter(
        0.0,
        "L2 of weights",
        "Pulls weights towards zero by this share of their size, as part of the gradient.",
        ge=0,
        le=10,
        advanced=True,
        when={"optimizer": ["adam", "adagrad", "sgd"]},
    )
    l1: float = hyperparameter(
        0.0,
        "L1 of weights",
        "Pulls all weights towards zero by the same amount, so that those that matter little become zero.",
        ge=0,
        le=10,
        advanced=True,
    )
    schedule: Literal["constant", "cosine"] = hyperparameter(
        "constant",
        "Schedule",
        "Cosine starts gently and ends with ever smaller steps, which often ends better; the epochs are then its length.",
        advanced=True,
    )
    warm_up: float = hyperparameter(
        0.05,
        "Warm-up",
        "Share of the training in which the learning rate grows to its full value.",
        ge=0,
        lt=1,
        advanced=True,
        when={"schedule": "cosine"},
    )
    clip: float = hyperparameter(
        0.0,
        "Gradient clipping",
        "Longer gradients are scaled down to this norm, against jumps of the loss; 0: no clipping.",
        ge=0,
        le=1000,
        advanced=True,
    )
    precision: Literal["full", "mixed"] = hyperparameter(
        "full",
        "Precision",
        "Mixed computes layers in bfloat16 on a CUDA device: faster, a little less exact. Elsewhere it changes nothing.",
        advanced=True,
    )

    _module: Any = PrivateAttr(default=None)
    _optimizer: Any = PrivateAttr(default=None)
    _sizes: tuple[int, int] = PrivateAttr(default=(0, 0))  # n_users, n_items
    _epochs_done: int = PrivateAttr(default=0)
    _restored: bool = PrivateAttr(default=False)
    _rates: list[tuple[float, float]] = PrivateAttr(default_factory=list)  # epochs done, and the rate from there on
    _norms: Any = PrivateAttr(
        default=None
    )  # of the gradient and the weights when they were last measured, on the device
    _gauged: float = PrivateAttr(default=-GAUGE)
    _peers: Peers = PrivateAttr(default_factory=Peers)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        """Make the layers, with fresh weights from torch's generator (seeded by the loop)."""
        raise NotImplementedError

    def loss(self, module: "nn.Module", batch: "dict[str, Tensor]") -> "Tensor":
        """Mean loss of one batch, a scalar to differentiate."""
        raise NotImplementedError

    def scores(self, module: "nn.Module", users: Array, histories: UserItems) -> "Tensor":
        """What `score` promises, as a tensor; called without gradients and with dropout off."""
        raise NotImplementedError

    def batches(self, data: Interactions) -> Batches:
        """Prepare the batches: here each interaction once an epoch, in new order, with an item its user has not seen."""
        unseen = Unseen(data)
        rows = np.flatnonzero(unseen.has_any[data.user])  # who has seen all items teaches nothing about choosing

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            order = rng.permutation(rows)
            for start in range(0, len(order), self.batch_size):
                chosen = order[start : start + self.batch_size]
                user, item = data.user[chosen].astype(np.int64), data.item[chosen].astype(np.int64)
                done = min(1.0, (start + self.batch_size) / len(order))
                yield done, {"user": user, "item": item, "unseen": unseen.draw(user, rng)}

        return epoch

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if not self._restored:
            self._create(data.n_users, data.n_items, seed)
        elif self._sizes != (data.n_users, data.n_items):
            message = (
                f"{self.title} was trained on {self._sizes[0]:,} users and {self._sizes[1]:,} items; this data has "
                f"{data.n_users:,} and {data.n_items:,}. Go on with the data it began with, or start a new run."
            )
            raise WorkbenchError(message)
        self._restored = False
        batches = self.batches(data)
        for epoch in range(self._epochs_done, self.epochs):
            yield from self._epoch(batches, epoch, seed)

    def score(self, users: Array, histories: UserItems) -> Array:
        import torch

        training = self._module.training
        self._module.eval()
        with torch.no_grad():
            scores = self.scores(self._module, users, histories).cpu().numpy()
        self._module.train(training)
        return np.ascontiguousarray(scores, np.float32)

    def state(self) -> dict[str, Array]:
        sizes = {"n_users": self._sizes[0], "n_items": self._sizes[1], "epochs_done": self._epochs_done}
        state = super().state() | {name: np.array(value) for name, value in sizes.items()}
        # Copies: the weights go on changing, what was given out does not.
        for name, value in self._module.state_dict().items():
            state[f"module.{name}"] = value.cpu().numpy().copy()
        for number, values in self._optimizer.state_dict()["state"].items():
            for name, value in values.items():
                state[f"optimizer.{number}.{name}"] = value.cpu().numpy().copy()
        return state

    def shapes_of(self, state: dict[str, Array]) -> dict[str, Learned]:
        return super().shapes_of(state) | {name: USUAL[name] for name in ("n_users", "n_items", "epochs_done")}

    def restore(self, state: dict[str, Array]) -> None:
        import torch

        super().restore(state)
        self._create(int(state["n_users"]), int(state["n_items"]), seed=0)
        tensors = {name: torch.from_numpy(np.array(value)) for name, value in state.items() if "." in name}
        prefix = "module."
        weights = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        self._module.load_state_dict(weights)
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("optimizer."):
                _, number, key = name.split(".", 2)
                moments.setdefault(int(number), {})[key] = value
        self._check_moments(moments)
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self._epochs_done = int(state["epochs_done"])
        self._restored = True

    def _check_moments(self, moments: "dict[int, dict[str, Tensor]]") -> None:
        """Raise ValueError where the optimizer remembers what has not the shape of its weight: its kernel would not see."""
        weights = list(self._module.parameters())
        for number, values in moments.items():
            if number >= len(weights):
                raise ValueError(f"optimizer.{number} belongs to no weight")
            for key, value in values.items():
                if value.shape != (() if key == "step" else weights[number].shape):
                    raise ValueError(f"optimizer.{number}.{key} has the shape {tuple(value.shape)}")

    def adjust(self, name: str, since: float, value: float) -> None:
        """See `Algorithm.adjust`."""
        self._rates.append((since, value))

    def tensor(self, array: Array) -> "Tensor":
        """An array on the device, ready to index with or to compute with."""
        import torch

        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)

    def _create(self, n_users: int, n_items: int, seed: int) -> None:
        _seed_torch(np.random.SeedSequence(seed), self._device)
        self._sizes, self._epochs_done = (n_users, n_items), 0
        self._module = self.build(n_users, n_items).to(self._device)
        self._optimizer = self._make_optimizer(self._module)

    def _make_optimizer(self, module: "nn.Module") -> "Optimizer":
        import torch

        sparse = any(isinstance(part, torch.nn.Embedding) and part.sparse for part in module.modules())
        if sparse and (self.l1 or self.l2):
            message = (
                f"{self.title} has too many rows for L1 and L2 of weights with {self.optimizer}: each step would touch "
            )
            raise WorkbenchError(message + "all of them. Set both to 0, or choose the optimizer adam.")
        # One kernel for the whole step: three times as fast on a processor, but for dense gradients only.
        options: dict[str, Any] = {
            "lr": self.learning_rate,
            "fused": (self._device == "cpu" and not sparse) or None,
        }
        if sparse:
            torch.sparse.check_sparse_tensor_invariants.disable()  # type: ignore[no-untyped-call]  # the default, said aloud or else torch warns
        if self.optimizer == "adamw":
            options["weight_decay"] = self.weight_decay
        elif self.l2:
            options["weight_decay"] = self.l2
        if self.optimizer == "sgd":
            options["momentum"] = self.momentum
        kinds = {"adam": "Adam", "adamw": "AdamW", "adagrad": "Adagrad", "sgd": "SGD"}
        made: Optimizer = getattr(torch.optim, kinds[self.optimizer])(module.parameters(), **options)
        return made

    def _epoch(self, batches: Batches, epoch: int, seed: int) -> Iterator[Record]:
        # All chance comes from (seed, epoch): an epoch is the same whatever happened before it or while it was suspended.
        rng, seeds = np.random.default_rng([seed, epoch, 0]), np.random.SeedSequence([seed, epoch, 1])
        self._module.train()
        meter, before = Meter(waits=self._device != "cpu"), 0.0
        for part, group in self._peers.steps(batches(rng)):
            rate = self._set_rate((epoch + (before + part) / 2) / self.epochs, epoch + part)
            before = part
            seeded = list(zip(seeds.spawn(len(group)), group, strict=True))
            meter.add(self._joint_step(self._ready(self._peers.mine(seeded)), len(group)))
            loss = meter.look()
            if loss is not None and not np.isfinite(loss):
                message = f"{self.title}: the loss is no longer a number in epoch {epoch + 1}. Lower learning_rate."
                raise WorkbenchError(message)
            values = {"learning_rate": rate}
            if loss is not None and self._norms is not None:
                values |= {"gradient_norm": float(self._norms[0]), "weight_norm": float(self._norms[1])}
            yield Record(epoch, self.epochs, loss, ends_epoch=False, part=part, values=values)
        self._epochs_done = epoch + 1
        values = {"learning_rate": self._optimizer.param_groups[0]["lr"]}
        yield Record(epoch + 1, self.epochs, meter.mean(), values=values)

    def _set_rate(self, progress: float, reached: float) -> float:
        """Set the rate of a step in whose middle `progress` (0 to 1) is done, and after which `reached` epochs are."""
        base = next((rate for since, rate in reversed(self._rates) if reached > since), self.learning_rate)
        rate = base * share_of_rate(self.schedule, progress, self.warm_up)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        return rate

    def _ready(self, seeded: Iterable[tuple[np.random.SeedSequence, Batch]]) -> "Iterator[dict[str, Tensor]]":
        """Batches on the device, one after the other, each with the chance that is its own."""
        for seed, batch in seeded:
            _seed_torch(seed, self._device)
            yield {name: self.tensor(value) for name, value in batch.items()}

    def _step(self, batch: "dict[str, Tensor]") -> "Tensor":
        return self._joint_step([batch], 1)

    def _joint_step(self, batches: "Iterable[dict[str, Tensor]]", number: int) -> "Tensor":
        """One step by the mean loss of a number of batches; `batches` are those of them that are done here."""
        self._optimizer.zero_grad()
        losses = [self._gradient(batch) for batch in batches]
        if self._peers.size == 1:
            loss = losses[0]
        else:
            rate = self._optimizer.param_groups[0]["lr"]
            loss, rate = self._peers.average(self._module, losses, number, rate)
            for group in self._optimizer.param_groups:
                group["lr"] = rate
        now = time.perf_counter()
        if self.clip or now - self._gauged >= GAUGE:
            self._norms, self._gauged = (gradient_norm(self._module, self.clip), weight_norm(self._module)), now
        self._optimizer.step()
        if self.l1:
            shrink(self._module, self.l1 * self._optimizer.param_groups[0]["lr"])
        return loss

    def _gradient(self, batch: "dict[str, Tensor]") -> "Tensor":
        """Add the gradient of a batch to what stands in the weights; returns its loss."""
        with self._mixed():
            loss = self.loss(self._module, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _mixed(self) -> AbstractContextManager[Any]:
        """Layers in bfloat16, whose range needs no scaled loss; weights, their steps and scoring stay in float32."""
        if self.precision == "full" or not self._device.startswith("cuda"):
            return nullcontext()
        import torch

        return torch.autocast("cuda", torch.bfloat16)


def _seed_torch(sequence: np.random.SeedSequence, device: str) -> None:
    import torch

    seed = int(sequence.generate_state(1, np.uint64)[0] >> 1)
    if device == "cpu":
        torch.default_generator.manual_seed(seed)  # ten times as fast as the other, which looks for devices
    else:
        torch.manual_seed(seed)
