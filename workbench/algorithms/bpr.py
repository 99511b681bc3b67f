"""BPR, matrix factorization that learns to rank.

Rendle, Freudenthaler, Gantner, Schmidt-Thieme, "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009,
arXiv:1205.2618.
"""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms._torch import (
    NeuralAlgorithm,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
    declare_optimizer,
)
from workbench.data.interactions import Array, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Rows of the tables above which a step touches only the rows of its batch.
MANY_ROWS = 50_000
# Adagrad steps, and their size, that find the vector of a new person.
FOLD_IN_STEPS, FOLD_IN_RATE = 20, 0.1


class BPR(NeuralAlgorithm):
    """Score of an item: user factors · item factors + item bias; a seen item should beat an unseen one.

    For a user u, a seen item i and an unseen item j drawn uniformly, with x = score(u, i) - score(u, j), the loss is
    ``-ln sigmoid(x) + regularization / 2 · (|p_u|² + |q_i|² + |q_j|² + b_i² + b_j²)``, averaged over the batch.
    """

    name, title, family = "bpr", "BPR", "Factors"
    summary = (
        "Gives every user and item a few numbers so that what people chose scores above what they did not. "
        "A solid choice for likes, clicks and purchases, also with very many items. "
        "Its time grows with the interactions, the factors and the epochs; a graphics card helps."
    )
    reference = "Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009, arXiv:1205.2618"
    fold_in = "approximate"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(0.1)
    batch_size: int = declare_batch_size(1024)
    optimizer: Literal["adam", "adamw", "adagrad", "sgd"] = declare_optimizer("adagrad")
    factors: int = hyperparameter(
        64,
        "Factors",
        "Numbers for each user and item. More can tell apart more tastes.",
        ge=1,
        le=4096,
        search=(16, 256),
    )
    regularization: float = hyperparameter(
        0.01, "L2 weight", "Holds the factors down. Raise it on sparse data.", ge=0, le=100, log=True, search=(1e-4, 1)
    )

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        # Adagrad and SGD leave rows without gradient alone, so skipping them changes nothing but the time.
        sparse = n_users + n_items > MANY_ROWS and self.optimizer in ("adagrad", "sgd")
        user, item = (nn.Embedding(n, self.factors, sparse=sparse) for n in (n_users, n_items))
        bias = nn.Embedding(n_items, 1, sparse=sparse)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.1 / self.factors**0.5)
        nn.init.zeros_(bias.weight)
        return nn.ModuleDict({"user": user, "item": item, "bias": bias})

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        from torch.nn import functional

        user, seen, unseen = (
            module["user"](batch["user"]),
            module["item"](batch["item"]),
            module["item"](batch["unseen"]),
        )
        bias_seen, bias_unseen = module["bias"](batch["item"]), module["bias"](batch["unseen"])
        x = (user * (seen - unseen)).sum(1) + (bias_seen - bias_unseen).squeeze(1)  # (n,)
        squares = sum(part.square().sum() for part in (user, seen, unseen, bias_seen, bias_unseen))
        return functional.softplus(-x).mean() + self.regularization / 2 * squares / len(x)

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        known = np.flatnonzero(users >= 0)
        vectors = torch.zeros(len(users), self.factors, device=self._device)
        vectors[self.tensor(known)] = module["user"](self.tensor(users[known].astype(np.int64)))
        new = np.flatnonzero((users < 0) & (histories.lengths > 0))  # whoever has no history gets the biases
        if len(new):
            vectors[self.tensor(new)] = self._fold_in(module, histories.rows(new))
        return torch.addmm(module["bias"].weight.squeeze(1), vectors, module["item"].weight.T)

    def _fold_in(self, module: Any, histories: UserItems) -> "Tensor":
        """Vectors of new people, float (n, factors): the loss with all items held fixed, by Adagrad as in training.

        The unseen item of each comparison is the mean item, so that a history always gives the same vector.
        """
        import torch

        item, bias = module["item"].weight, module["bias"].weight.squeeze(1)
        index = self.tensor(histories.item.astype(np.int64))
        person = self.tensor(np.repeat(np.arange(len(histories)), histories.lengths))
        share = 1 / self.tensor(histories.lengths.astype(np.float32))[person, None]  # (entries, 1)
        lead, head_start = item[index] - item.mean(0), bias[index] - bias.mean()  # (entries, factors), (entries,)
        vectors = torch.zeros(len(histories), self.factors, device=self._device)
        squares = torch.zeros_like(vectors)
        for _ in range(FOLD_IN_STEPS):
            pull = torch.sigmoid(-(vectors[person] * lead).sum(1) - head_start)[:, None]  # (entries, 1)
            gradient = (self.regularization * vectors).index_add(0, person, -pull * lead * share)
            squares += gradient.square()
            vectors -= FOLD_IN_RATE * gradient / (squares.sqrt() + 1e-10)
        return vectors
