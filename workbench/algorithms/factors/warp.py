"""WARP, matrix factorization whose loss looks at the top of the list.

Weston, Bengio & Usunier, "WSABIE: Scaling Up To Large Vocabulary Image Annotation", IJCAI 2011.
"""

from workbench.algorithms.base.factor_ranker import OrderLearner, declare_factors, declare_rate, declare_weight
from workbench.declaring import hyperparameter


class WARP(OrderLearner):
    """Score of an item: user factors · item factors + item bias; a seen item should be at the top, not just above another.

    Items are drawn until one that is not seen scores too high. The sooner that happens, the lower the seen item must
    stand, and the harder it is pushed.
    """

    name, title = "warp", "WARP"
    summary = (
        "Gives every user and item a short vector, so that what users chose is at the top of their lists. "
        "Often better than BPR where only the first ranks count; quick without a graphics card."
    )
    reference = "Weston, Bengio & Usunier, WSABIE: Scaling Up To Large Vocabulary Image Annotation, IJCAI 2011"

    factors: int = declare_factors(64)
    epochs: int = hyperparameter(
        30, "Epochs", "Passes over the data. More fit the data better, until they overfit.",
        ge=1, le=10_000, search=(5, 100),
    )  # fmt: skip
    learning_rate: float = declare_rate(0.03)
    regularization: float = declare_weight(0.01)
    trials: int = hyperparameter(
        50,
        "Trials",
        "Maximum items drawn to find one that is ranked too high. Fewer are faster, and leave well-ranked items alone.",
        ge=1,
        le=100_000,
        log=True,
        search=(10, 500),
    )

    def settings(self) -> tuple[int, int, float, float, int]:
        return self.epochs, self.factors, self.learning_rate, self.regularization, self.trials
