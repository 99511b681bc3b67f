"""What all that predict the next item of a sequence share: the losses, the batches, the scores.

A model of this kind says how it reads: `read` gives a state after each item of a sequence, and `query` turns states into
vectors whose product with the vectors of the items are scores. It is the one step of inheritance more than the house has
otherwise, because without it each of these files would repeat the hundred lines here.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from workbench.algorithms.base.graph_file import write_graph
from workbench.algorithms.base.negative_sampling import Drawn
from workbench.algorithms.base.padded_histories import cut, last, pad, windows
from workbench.algorithms.base.portable import Portable
from workbench.algorithms.base.training_loop import Batch, Batches, NeuralAlgorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor

# Positions that a scoring pass holds at once.
BATCH_POSITIONS = 16_384
SAMPLED = ["sampled-softmax", "bce", "gbce"]
# What the right items of a batch are told from.
Against = Callable[[Array, np.random.Generator], Batch]


def declare_objective(default: str) -> Any:
    """Declare what is made small."""
    text = (
        "Softmax compares the next item with all others at once: the best up to some ten thousand items. Sampled softmax "
        "uses a few of them and corrects for that. BCE predicts one item at a time, right or wrong; calibrated BCE "
        "(gSASRec) prevents it from becoming overconfident with many negative samples."
    )
    return hyperparameter(default, "Loss", text)


def declare_negatives(default: int) -> Any:
    """Declare how many items the right one is told from."""
    text = "Items drawn in each step to compare with the right ones. Small catalogues are used whole."
    return hyperparameter(
        default,
        "Negative samples",
        text,
        ge=1,
        le=1_000_000,
        log=True,
        advanced=True,
        when={"objective": SAMPLED, "sampling": ["uniform", "popularity"]},
    )


def declare_length(default: int) -> Any:
    """Declare how far back is read."""
    text = "Only the last items are read; longer histories are cut for training."
    return hyperparameter(default, "Longest sequence", text, ge=1, le=10_000)


def declare_dropout(default: float) -> Any:
    """Declare how much is left out."""
    text = "Share of values set to zero at random in training, against overfitting."
    return hyperparameter(default, "Dropout", text, ge=0, lt=1)


def declare_factors(default: int) -> Any:
    """Declare the size of the items' vectors."""
    return hyperparameter(default, "Factors", "Length of the vector of each item.", ge=1, le=4096, search=(16, 256))


class NextItem(NeuralAlgorithm):
    """Base of those that read a history in its order and predict what comes next.

    The module that `build` makes has an embedding ``item``, one row for each item and then one for the start token (with
    which every sequence begins, so that an empty history has scores too), and perhaps an embedding ``bias``.
    """

    needs = ("time",)
    fold_in: ClassVar[Literal["exact", "approximate", "none"]] = "exact"
    knows_users: ClassVar[bool] = False  # whether `query` is told whose states they are

    max_length: int = declare_length(100)
    objective: Literal["softmax", "sampled-softmax", "bce", "gbce"] = declare_objective("softmax")
    sampling: Literal["uniform", "popularity", "batch"] = hyperparameter(
        "uniform",
        "Drawn",
        "Uniformly from all items, popular ones more often, or only the right ones of the same batch.",
        advanced=True,
        when={"objective": SAMPLED},
    )
    negatives: int = declare_negatives(256)
    calibration: float = hyperparameter(
        0.75,
        "Calibration",
        "Corrects the overconfidence that sampling causes: 0 not at all, 1 in full.",
        ge=0,
        le=1,
        advanced=True,
        when={"objective": "gbce"},
    )

    def reads(self) -> int:
        return self.max_length

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, …) after each of `items`, int64 (rows, length), which may be padded at their ends."""
        raise NotImplementedError

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        """Vectors (n, factors) to compare with the items'; `users` (n,), -1 for the unknown, where it `knows_users`."""
        return states

    def item_rows(self, module: Any) -> "Tensor":
        """What is compared with and read of each item, (n_items + 1 at least, factors)."""
        rows: Tensor = module["item"].weight
        return rows

    def output(self, module: Any) -> "tuple[Tensor, Tensor]":
        """Vectors (n_items, factors) and biases (n_items,) of the items."""
        weight = self.item_rows(module)[: self._sizes[1]]
        return weight, module["bias"].weight.squeeze(1) if "bias" in module else weight.new_zeros(len(weight))

    def looks(self, module: Any, items: "Tensor") -> "Tensor | None":
        """What is looked at, (layers, heads, length), when a sequence (1, length) has been read; None without attention."""
        return None

    def attended(self, history: UserItems, item: int) -> Array | None:
        sequence, _ = self.shown(history)
        self._module.eval()
        looks = self.looks(self._module, self.tensor(sequence[None]))
        if looks is None:
            return None
        at = np.flatnonzero(sequence < self._sizes[1])  # no start token and no mask
        weights = np.zeros((*looks.shape[:2], len(history.item)), np.float32)
        weights[:, :, len(history.item) - len(at) :] = looks.cpu().numpy()[:, :, at]
        return weights

    def item_vectors(self) -> Array:
        return np.asarray(self.output(self._module)[0].detach().cpu().numpy())

    def ahead(self) -> int:
        """How many items that come next each position learns to predict."""
        return 1

    def padding(self) -> int:
        """The token behind the end of a sequence."""
        return self._sizes[1]

    def shown(self, histories: UserItems) -> tuple[Array, Array]:
        """Sequences to score after, flat, and their lengths; the state after the last token counts."""
        return last(histories, self._sizes[1], self.max_length)

    def portable(self) -> Portable:
        if self.knows_users:  # the graph knows sequences alone
            return super().portable()
        (first, _), token = self.shown(UserItems.from_lists([[0]]))[0].tolist(), self._sizes[1]
        facts = {"token": token, "behind": first != token, "longest": self.max_length, "padding": self.padding()}
        return Portable("sequence", {}, facts, graph=lambda path: write_graph(self, self._module, path))

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        from workbench.algorithms.layers.binary_loss import binary_loss, calibration
        from workbench.algorithms.layers.softmax_loss import softmax_loss

        states = self.read(module, batch["items"]).flatten(0, 1)[batch["where"]]  # (n, …)
        query = self.query(module, states, batch.get("user"))  # (n, factors)
        weight, bias = self.output(module)
        if "negatives" in batch:
            drawn = len(batch["negatives"])
            power = calibration(drawn, len(weight), self.calibration) if self.objective == "gbce" else 1.0
            count = drawn if self.objective == "gbce" else 1
            return binary_loss(query, weight, bias, batch["target"], batch["negatives"], power, count)
        if "compared" in batch:
            weight, bias = weight[batch["compared"]], bias[batch["compared"]] + batch["counts_for"]
        return softmax_loss(query, weight, bias, batch["target"])

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        weight, bias = self.output(module)
        sequences, lengths = self.shown(histories)
        query = torch.empty(len(users), weight.shape[1], device=self._device)
        order = np.argsort(lengths, kind="stable")
        for rows in cut(order, lengths, BATCH_POSITIONS):
            items, _ = pad(sequences, np.cumsum(lengths)[rows] - lengths[rows], lengths[rows], self.padding())
            states = self.read(module, self.tensor(items))
            ends = states[self.tensor(np.arange(len(rows))), self.tensor(lengths[rows] - 1)]
            whose = self.tensor(users[rows].astype(np.int64)) if self.knows_users else None
            query[self.tensor(rows)] = self.query(module, ends, whose)
        return torch.addmm(bias, query, weight.T)

    def batches(self, data: Interactions) -> Batches:
        n_items, by_user = data.n_items, data.by_user
        # Read at position t: the item before; the start token in front of the first. To be predicted: the item at t.
        read = np.concatenate([[n_items], data.item[:-1]]).astype(np.int64)
        read[by_user.indptr[:-1][by_user.lengths > 0]] = n_items
        target = data.item.astype(np.int64)
        starts, lengths = windows(by_user, self.max_length)
        against = self.against(data)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            # Sequences of like length go together, not always the same ones.
            order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)))
            cuts = list(cut(order, lengths, self.batch_size))
            for done, number in enumerate(rng.permutation(len(cuts)), 1):
                rows = cuts[number]
                items, valid = pad(read, starts[rows], lengths[rows], n_items)
                goals, _ = pad(target, starts[rows], lengths[rows], 0)
                batch = {"items": items, "where": np.flatnonzero(valid), "target": _targets(goals, valid, self.ahead())}
                if self.knows_users:
                    batch["user"] = data.user[starts[rows]].astype(np.int64)[batch["where"] // items.shape[1]]
                yield done / len(cuts), batch | against(batch["target"], rng)

        return epoch

    def against(self, data: Interactions) -> Against:
        """What the right items of a batch are told from, by the objective."""
        every = self.sampling == "uniform" and self.negatives >= data.n_items
        drawn = Drawn(self.sampling, self.negatives, data.item_counts)

        def against(target: Array, rng: np.random.Generator) -> Batch:
            if self.objective in ("bce", "gbce"):
                return {"negatives": np.arange(data.n_items) if every else drawn.draw(target[target >= 0], rng)}
            if every or self.objective == "softmax":
                return {}
            return drawn.compared_rows(target, rng)

        return against


def _targets(goals: Array, valid: Array, ahead: int) -> Array:
    """What each valid position predicts: its item (n,), or with those that follow in the row (n, ahead), then -1."""
    if ahead == 1:
        return goals[valid]
    known = np.pad(np.where(valid, goals, -1), ((0, 0), (0, ahead - 1)), constant_values=-1)
    return np.lib.stride_tricks.sliding_window_view(known, ahead, axis=1)[valid]
