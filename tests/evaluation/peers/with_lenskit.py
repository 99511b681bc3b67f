"""Made ``lenskit.json`` with LensKit 2025.8.1 (pip install lenskit==2025.8.1) on ``lists.json``.

Its NDCG gives the first two ranks the same weight unless told otherwise; here it is given the usual discount.
"""

import json
from pathlib import Path

import numpy as np
from lenskit.data import ItemList
from lenskit.metrics import NDCG, RBP, Hit, Precision, Recall, RecipRank

HERE = Path(__file__).parent
DATA = json.loads((HERE / "lists.json").read_text())
found = {}


def discount(ranks):
    return np.log2(ranks + 1)


for k in (1, 5, 10):
    asked = {
        "precision": Precision(k), "recall": Recall(k), "hit": Hit(k), "mrr": RecipRank(k),
        "ndcg": NDCG(k, discount=discount), "ndcg_linear": NDCG(k, gain="rating", discount=discount),
        "rbp": RBP(k, patience=0.8),
    }  # fmt: skip
    for name, metric in asked.items():
        values = []
        for one, truth in zip(DATA["lists"], DATA["truth"], strict=True):
            shown = ItemList(item_ids=one, ordered=True)
            hidden = ItemList(item_ids=list(map(int, truth)), rating=np.array(list(truth.values()), float))
            values.append(float(metric.measure_list(shown, hidden)))
        found[f"{name}@{k}"] = values
(HERE / "lenskit.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
