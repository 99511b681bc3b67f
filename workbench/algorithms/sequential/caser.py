"""Caser, the last few items as a picture that convolutions look at.

Tang and Wang, "Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding", WSDM 2018,
arXiv:1809.07426.
"""

from typing import TYPE_CHECKING, Any, Literal

from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.next_item import NextItem, declare_dropout, declare_factors, declare_objective
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class Caser(NextItem):
    r"""The vectors of the last L items, one below the other, are an L × d picture E.

    - a horizontal filter F of height h slides down over h items at a time; of ``relu(F · E[i : i + h])`` the largest counts
    - a vertical filter is L weights, and gives the weighted sum of the items
    - z = relu(W [all horizontal, all vertical] + b), and the score of item i is ``w_i · [z, p_u] + b_i`` with the factors
      p_u of the user; somebody unknown has the mean of all users

    Each position of a history is a picture with what lies before it, and learns to predict the next items.
    On validation of parts of MovieTweetings and of Online Retail (700 and 300 people, the last item of each, 14 epochs) the
    last 10 items had NDCG@10 0.083 and 0.021, the last 5 of the authors' code 0.073 and 0.017. One vector for an item that
    is read and predicted, instead of two, was not better (0.073 and 0.018; of 10 items 0.078 and 0.017).

    Pictures overlap, so filters go once over the whole sequence and the largest is taken of each L - h + 1 places.
    """

    name, title = "caser", "Caser"
    summary = (
        "Treats the last few items like an image, with convolutions over consecutive items and over items that were "
        "skipped. For short memories. "
        "Takes minutes on a processor; a graphics card helps."
    )
    reference = "Tang, Wang, Caser, WSDM 2018, arXiv:1809.07426"
    fold_in = "approximate"
    knows_users = True

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(50)
    window: int = hyperparameter(
        10, "Last items used", "The number of most recent items that the network reads.", ge=1, le=100, search=(3, 15)
    )
    horizontal: int = hyperparameter(
        16, "Horizontal filters", "For each height from 1 to the last items used.", ge=1, le=512, search=(4, 64)
    )
    vertical: int = hyperparameter(4, "Vertical filters", "Weighted sums of the items.", ge=1, le=512, search=(1, 16))
    targets: int = hyperparameter(
        3,
        "Items predicted",
        "How many of the next items to predict, instead of only one.",
        ge=1,
        le=100,
        advanced=True,
    )
    user_factors: bool = hyperparameter(True, "Personal", "Whether the user counts too, not only the last items.")
    dropout: float = declare_dropout(0.5)
    activation: Activation = declare_activation("relu")
    objective: Literal["softmax", "sampled-softmax", "bce", "gbce"] = declare_objective("softmax")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        import torch
        from torch import nn

        d, height = self.factors, self.window
        wide = self.horizontal * height + self.vertical * d
        module = nn.ModuleDict(
            {
                "item": nn.Embedding(n_items + 1, d),
                "rows": nn.ModuleList(nn.Conv1d(d, self.horizontal, h) for h in range(1, height + 1)),
                "columns": nn.Linear(height, self.vertical, bias=False),
                "dropout": nn.Dropout(self.dropout),
                "dense": nn.Linear(wide, d),
                "user": nn.Embedding(n_users, d),
                "out": nn.Embedding(n_items, 2 * d),
                "bias": nn.Embedding(n_items, 1),
            }
        )
        for name in ("item", "user", "out"):
            nn.init.normal_(module[name].weight, std=d**-0.5)  # type: ignore[arg-type]
        with torch.no_grad():
            if not self.user_factors:
                module["user"].weight.zero_()  # type: ignore[operator]
        nn.init.zeros_(module["bias"].weight)  # type: ignore[arg-type]
        return module

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, what all filters say) of the picture that ends at each of `items` (rows, length)."""
        import torch
        from torch.nn import functional

        before = items.new_full((len(items), self.window - 1), self.padding())
        x = module["item"](torch.cat([before, items], 1))  # (rows, window - 1 + length, d)
        down = x.transpose(1, 2)
        seen = [
            functional.max_pool1d(bend(self.activation, module["rows"][h](down)), self.window - h, stride=1)
            for h in range(self.window)
        ]  # each (rows, horizontal, length)
        sums = module["columns"](x.unfold(1, self.window, 1))  # (rows, length, d, vertical)
        return torch.cat([torch.cat(seen, 1).transpose(1, 2), sums.flatten(2)], 2)

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        import torch

        z = bend(self.activation, module["dense"](module["dropout"](states)))
        if not self.user_factors or users is None:
            return torch.cat([z, torch.zeros_like(z)], 1)
        person = module["user"].weight
        known = (users >= 0)[:, None]
        return torch.cat([z, torch.where(known, person[users.clamp(min=0)], person.mean(0))], 1)

    def output(self, module: Any) -> "tuple[Tensor, Tensor]":
        return module["out"].weight, module["bias"].weight.squeeze(1)

    def ahead(self) -> int:
        return self.targets
