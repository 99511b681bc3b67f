"""GMF, matrix factorization whose product is weighed factor by factor.

He, Liao, Zhang, Nie, Hu, Chua, "Neural Collaborative Filtering", WWW 2017, arXiv:1708.05031, equation 9.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.pair_scorer import PairScorer, declare_factors, products
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate

if TYPE_CHECKING:
    from torch import Tensor, nn


class GMF(PairScorer):
    """Score of an item: ``h · (p_u ⊙ q_i) + b`` with learned weights h of the factors.

    With BCE, ``σ`` of the score is the chance that u chose i.
    """

    name, title = "gmf", "GMF"
    summary = (
        "Matrix factorization that learns how much each factor counts, from what was chosen and what was not. "
        "A plain start among the neural ones, for clicks and purchases. "
        "Its time grows with the interactions and the compared items."
    )
    reference = "He et al., Neural Collaborative Filtering, WWW 2017, arXiv:1708.05031"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(64)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        user, item = nn.Embedding(n_users, self.factors), nn.Embedding(n_items, self.factors)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.1)
        out = nn.Linear(self.factors, 1)
        nn.init.ones_(out.weight)
        nn.init.zeros_(out.bias)
        return nn.ModuleDict({"user": user, "item": item, "out": out})

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        weighed: Tensor = module["item"](items) * module["out"].weight[0]
        return weighed

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        scores: Tensor = products(user, item) + module["out"].bias
        return scores

    def pair_size(self) -> int:
        return 1
