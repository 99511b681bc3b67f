"""What all share that score a user and an item by layers of their own: losses, batches, scores in blocks, new people.

Such a model says what it knows of a user (`user_side`), of an item (`item_side`), and what comes of both (`meet`). What
concerns one side only is computed once for each user and item; only `meet` is computed for each pair, block by block.
The first layer of a network over both, ``W [p, q] + b``, is a sum of two such sides: ``W_p p + (W_q q + b)``.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms.base.activation import layer_of
from workbench.algorithms.base.negative_sampling import Unseen
from workbench.algorithms.base.padded_histories import cut
from workbench.algorithms.base.training_loop import Batch, Batches, NeuralAlgorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Numbers that the layers hold at once while they score: a processor keeps them in its cache.
BATCH_NUMBERS = 2**19
# Adagrad steps, and their size, that find the vector of a new person; items that theirs should be above, at most.
FOLD_IN_STEPS, FOLD_IN_RATE, COMPARED = 25, 0.1, 256
# Numbers that the compared items, and the newest of the person's own, may hold at most: somebody waits.
COMPARED_NUMBERS, OWN_NUMBERS = BATCH_NUMBERS // 4, 3 * BATCH_NUMBERS // 8
# Passes over a pair that a step takes, there and back; numbers that all of it may hold while somebody waits for reasons,
# about .2 s of them; and interactions that are left out in turn at least.
FOLD_IN_PASSES, WAITING_NUMBERS, LEAST_LEFT_OUT = 3, 200_000_000, 12


def declare_factors(default: int) -> Any:
    """Declare the length of vectors."""
    text = "Length of the vector of each user and item. More can tell finer tastes apart."
    return hyperparameter(default, "Factors", text, ge=1, le=4096, search=(8, 128))


def declare_layers(default: int) -> Any:
    """Declare how deep the network is."""
    text = "Layers between the vectors and the score; each is half as wide as the one before."
    return hyperparameter(default, "Layers", text, ge=1, le=8, search=(1, 4))


def declare_dropout(default: float) -> Any:
    """Declare how much is left out."""
    text = "Share of values set to zero at random between layers, against overfitting."
    return hyperparameter(default, "Dropout", text, ge=0, lt=1)


def declare_objective(default: str) -> Any:
    """Declare what is made small."""
    text = (
        "BCE predicts for each item whether it was chosen; BPR ranks chosen items above others; sampled softmax compares "
        "the chosen one with all drawn ones at once, and corrects for the items that were not drawn."
    )
    return hyperparameter(default, "Loss", text)


def declare_negatives(default: int) -> Any:
    """Declare how many items a chosen one is told from."""
    text = "Items not chosen that are drawn for each chosen one, again in each epoch."
    return hyperparameter(default, "Negative samples", text, ge=1, le=1000, log=True, search=(1, 16))


class PairScorer(NeuralAlgorithm):
    """Base of those with layers for a user and an item; not offered itself.

    The module that `build` makes has an embedding ``user``, whose rows are all that is learned of each user alone.
    """

    fold_in = "approximate"

    objective: Literal["bce", "bpr", "sampled-softmax"] = declare_objective("bce")
    negatives: int = declare_negatives(4)
    regularization: float = hyperparameter(
        0.0, "L2 weight", "Keeps the vectors of users small. Raise it on sparse data.", ge=0, le=100, search=(0, 0.01)
    )

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        """What is known of users, float (n, …), from their `vectors` (n, width) and indices (n,), -1 for new people."""
        return vectors

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        """What is known of items int64 (…), float (…, anything)."""
        raise NotImplementedError

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        """Scores (n, k) of users' sides (n, …) with items' sides, (n, k, …) or for all alike (1, k, …)."""
        raise NotImplementedError

    def pair_size(self) -> int:
        """Numbers that `meet` holds for one pair, about."""
        raise NotImplementedError

    def reads(self) -> int:
        """What is not read, somebody new is not placed by: somebody waits."""
        return max(1, OWN_NUMBERS // self.pair_size())

    def may_leave_out(self) -> int:
        """See `Algorithm.may_leave_out`; each time the person is placed anew, and meets all items."""
        own = min(self.reads(), COMPARED)
        pairs = self._sizes[1] + FOLD_IN_PASSES * FOLD_IN_STEPS * (self._compared(self._sizes[1]) + own)
        return max(LEAST_LEFT_OUT, min(super().may_leave_out(), WAITING_NUMBERS // (pairs * self.pair_size())))

    def _compared(self, n_items: int) -> int:
        """How many items those of somebody new are lifted above."""
        return min(COMPARED, max(1, COMPARED_NUMBERS // self.pair_size()), n_items)

    def others(self, data: Interactions) -> Array:
        """Items that may be drawn to compare with, int64; here all."""
        return np.arange(data.n_items)

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        vectors = module["user"](batch["user"])
        items = self.item_side(module, batch["items"])  # (n, 1 + negatives, …), the chosen one first
        scores = self.meet(module, self.user_side(module, vectors, batch["user"]), items)
        loss = pair_loss(scores, self.objective, self._sizes[1])
        return loss + self.held_down(vectors)

    def held_down(self, vectors: "Tensor") -> "Tensor | float":
        """Half the mean squared length of the batch's vectors, weighted."""
        return self.regularization / 2 * vectors.square().sum() / len(vectors) if self.regularization else 0.0

    def batches(self, data: Interactions) -> Batches:
        draw, rows = drawing(data, self.others(data))

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            order = rng.permutation(rows)
            for start in range(0, len(order), self.batch_size):
                chosen = order[start : start + self.batch_size]
                user, item = data.user[chosen].astype(np.int64), data.item[chosen].astype(np.int64)
                drawn = draw(np.repeat(user, self.negatives), rng).reshape(-1, self.negatives)
                done = min(1.0, (start + self.batch_size) / len(order))
                yield done, {"user": user, "items": np.column_stack([item, drawn])}

        return epoch

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        n_items, index = self._sizes[1], self.tensor(users.astype(np.int64))
        items = self.item_side(module, self.tensor(np.arange(n_items)))
        vectors = module["user"].weight[index]  # of new people the last user's, replaced at once
        new = np.flatnonzero(users < 0)
        if len(new):
            vectors[self.tensor(new)] = self._folded(module, items, histories.rows(new))
        people = self.user_side(module, vectors, index)
        found = torch.empty(len(users), n_items, device=self._device)
        for rows, columns in cells(len(users), n_items, BATCH_NUMBERS // self.pair_size()):
            found[rows, columns] = self.meet(module, people[rows], items[None, columns])
        return found

    def _folded(self, module: Any, items: "Tensor", histories: UserItems) -> "Tensor":
        """Vectors of new people, float (n, width): from the mean user, steps that lift their newest items above others."""
        vectors = module["user"].weight.mean(0).repeat(len(histories), 1)
        histories = newest(histories, self.reads())
        order = np.flatnonzero(histories.lengths > 0)
        for rows in cut(order, histories.lengths + COMPARED, max(1, 8 * BATCH_NUMBERS // self.pair_size())):
            vectors[self.tensor(rows)] = self._lifted(module, items, histories.rows(rows), vectors[self.tensor(rows)])
        return vectors

    def _lifted(self, module: Any, items: "Tensor", histories: UserItems, start: "Tensor") -> "Tensor":
        """Mean over a history of softplus(m - score), m the logarithm of the mean exp(score) of compared items, made small.

        The compared items are spread evenly over the catalogue, so that a history always gives the same vector.
        """
        import torch
        from torch.nn import functional

        spread = np.unique(np.linspace(0, len(items) - 1, self._compared(len(items))).astype(np.int64))
        compared, own = items[self.tensor(spread)], items[self.tensor(histories.item.astype(np.int64))]
        person = self.tensor(np.repeat(np.arange(len(histories)), histories.lengths))
        share = 1 / self.tensor(histories.lengths.astype(np.float32))[person]
        nobody = torch.full((len(start),), -1, dtype=torch.int64, device=self._device)
        together = torch.cat([compared, own])[None]

        def scores(people: "Tensor") -> "tuple[Tensor, Tensor]":
            """Scores of the compared items (n, k), and of each item of each history in turn."""
            if len(people) == 1:  # who waits for a list: one meeting, of one person with all
                met = self.meet(module, people, together)
                return met[:, : len(spread)], met[0, len(spread) :]
            return self.meet(module, people, compared[None]), self.meet(module, people[person], own[:, None]).squeeze(1)

        vectors, squares = start.clone(), torch.full_like(start, 1e-4)  # so that rounding is no direction
        for _ in range(FOLD_IN_STEPS):
            with torch.enable_grad():
                moving = vectors.detach().requires_grad_()
                others, chosen = scores(self.user_side(module, moving, nobody))
                level = others.logsumexp(1) - np.log(len(spread))
                loss = functional.softplus(level[person] - chosen) * share
                pull = self.regularization / 2 * moving.square().sum()
                (gradient,) = torch.autograd.grad(loss.sum() + pull, moving)
            squares += gradient.square()
            vectors = vectors - FOLD_IN_RATE * gradient / squares.sqrt()
        return vectors


def newest(histories: UserItems, most: int) -> UserItems:
    """The end of each history, without ratings and times."""
    to_end = np.repeat(histories.indptr[1:], histories.lengths) - np.arange(len(histories.item))
    indptr = np.concatenate([[0], np.cumsum(np.minimum(histories.lengths, most))])
    return UserItems(indptr, histories.item[to_end <= most])


def pair_loss(scores: "Tensor", objective: str, n_items: int) -> "Tensor":
    """Mean loss of scores (n, 1 + k), the chosen item's first, then those of k drawn uniformly.

    - ``bce``: mean over all pairs of ``-ln σ(s)`` of the chosen and ``-ln σ(-s)`` of the drawn
    - ``bpr``: mean over all drawn of ``-ln σ(s_chosen - s_drawn)``
    - ``sampled-softmax``: ``-ln`` of the chosen one's share, each drawn one counting for ``(n_items - 1) / k`` items
      (Jean et al., ACL 2015, arXiv:1412.2007)
    """
    from torch.nn import functional

    chosen, drawn = scores[:, :1], scores[:, 1:]
    if objective == "bce":
        return (functional.softplus(-chosen).sum() + functional.softplus(drawn).sum()) / scores.numel()
    if objective == "bpr":
        return functional.softplus(drawn - chosen).mean()
    each = max(1.0, (n_items - 1) / drawn.shape[1])
    return functional.softplus((drawn + np.log(each)).logsumexp(1) - chosen.squeeze(1)).mean()


def drawing(data: Interactions, among: Array) -> tuple[Callable[[Array, np.random.Generator], Array], Array]:
    """What draws items of `among` that users have not seen, and the rows of whom there are any for."""
    from dataclasses import replace

    import pyarrow as pa

    place = np.full(data.n_items, -1, np.int64)
    place[among] = np.arange(len(among))
    inside = data.take(place[data.item] >= 0)
    unseen = Unseen(replace(inside, item=place[inside.item], item_ids=data.item_ids.take(pa.array(among))))
    return lambda users, rng: among[unseen.draw(users, rng)], np.flatnonzero(unseen.has_any[data.user])


def cells(n: int, m: int, most: int) -> Iterator[tuple[slice, slice]]:
    """Blocks of `n` rows and `m` columns, of at most `most` cells each where that is not less than one."""
    wide = max(1, min(m, most))
    high = max(1, most // wide)
    for row in range(0, n, high):
        for column in range(0, m, wide):
            yield slice(row, min(n, row + high)), slice(column, min(m, column + wide))


def halves(width: int, layers: int) -> list[int]:
    """Widths of layers, each half of the one before."""
    return [max(1, width >> number) for number in range(layers)]


def tower(widths: Sequence[int], dropout: float, last: int = 1, activation: str = "relu") -> "nn.Sequential":
    """What comes after a first layer: an activation, then layers of the other `widths` and one of `last`."""
    from torch import nn

    parts: list[nn.Module] = [layer_of(activation)]
    for width, other in pairwise(widths):
        parts += [nn.Dropout(dropout), nn.Linear(width, other), layer_of(activation)]
    return nn.Sequential(*parts, nn.Dropout(dropout), nn.Linear(widths[-1], last))


def products(user: "Tensor", item: "Tensor") -> "Tensor":
    """Products (n, k) of vectors (n, d) with (n, k, d), or with the same for all (1, k, d)."""
    if len(item) == 1:
        return user @ item[0].T
    found: Tensor = (item * user[:, None]).sum(2)  # half the time of a batch of so small matrix products
    return found
