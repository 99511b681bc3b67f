"""How other tools define what we define otherwise: "compare as".

Formulas alone make no equal numbers: the split, the candidates and the relevance must be those of the other tool too.
`masked` says what each leaves out of the lists at the test.

Read from the sources of RecBole 1.2.1, Elliot 0.3.1, WarpRec 2.2.8 and Surprise 1.1 (whose RMSE and MAE are ours), and
proven on stored lists in ``tests/evaluation/peers``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Peer:
    """A tool: its formulas by metric where they are not our defaults, and what it leaves out of the lists.

    Attributes
    ----------
    masked : {"train", "train+validation"}
    """

    title: str
    variants: Mapping[str, str] = field(default_factory=dict)
    masked: str = "train+validation"


PEERS = {
    "recbole": Peer("RecBole", {"aplt": "last-tenth", "entropy": "nats-per-item"}),
    "elliot": Peer(
        "Elliot",
        {"ndcg": "shifted", "ndcg_graded": "shifted", "map": "every-rank", "gini": "equality", "epc": "relevant"},
        masked="train",
    ),
    "warprec": Peer(
        "WarpRec",
        {
            "ndcg": "plus-one",
            "ndcg_graded": "plus-one",
            "gini": "scaled",
            "entropy": "nats",
        },
        masked="train",
    ),
    "surprise": Peer("Surprise"),
}
