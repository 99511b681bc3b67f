"""Made ``recbole.json`` with RecBole 1.2.1 (pip install recbole==1.2.1): its own metric classes on ``lists.json``."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import torch

setattr(np, "float", float)  # noqa: B010 - which numpy had when RecBole was written

from recbole.evaluator import metrics  # noqa: E402

HERE = Path(__file__).parent
DATA = json.loads((HERE / "lists.json").read_text())
CUTOFFS = [1, 5, 10]
LISTS = np.array(DATA["lists"])
HITS = np.array([[str(i) in truth for i in one] for one, truth in zip(LISTS, DATA["truth"], strict=True)])
LENGTHS = np.array([len(one) for one in DATA["truth"]]).reshape(-1, 1)


class Config(dict):
    def __getitem__(self, key):
        return self.get(key)


# What RecBole's collector would have gathered.
COLLECTED = {
    "rec.topk": torch.tensor(np.concatenate([HITS.astype(int), LENGTHS], axis=1)),
    "rec.items": torch.tensor(LISTS),
    "data.num_items": DATA["n_items"],
    "data.count_items": Counter(item for one in DATA["train"] for item in one),
}
config = Config(topk=CUTOFFS, metric_decimal_place=10)
names = ["Hit", "MRR", "MAP", "Recall", "NDCG", "Precision", "ItemCoverage", "AveragePopularity", "ShannonEntropy"]
found = {}
for name in [*names, "GiniIndex", "TailPercentage"]:
    found |= {key: float(value) for key, value in getattr(metrics, name)(config).calculate_metric(COLLECTED).items()}
(HERE / "recbole.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
