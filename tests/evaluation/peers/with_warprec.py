"""Made ``warprec.json`` with WarpRec 2.2.8 on Python 3.12 (pip install --no-deps warprec==2.2.8; pip install torch
torchmetrics scipy pandas numpy loguru narwhals polars pyarrow pydantic pyyaml tabulate rich): its own metric
classes on ``lists.json``.

What only training and tuning need (Ray and others) is not installed and replaced by nothing.
"""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType


class Nothing(ModuleType):
    """A module that is not installed; what is asked of it is an empty class."""

    __path__ = ()

    def __getattr__(self, name):
        return type(name, (), {"__init__": lambda *_, **__: None})


for _ in range(60):
    try:
        importlib.import_module("warprec.evaluation.metrics")
        break
    except ModuleNotFoundError as error:
        sys.modules[error.name] = Nothing(error.name)

import torch  # noqa: E402
from warprec.evaluation.metrics.base_metric import BaseMetric  # noqa: E402
from warprec.utils.registry import metric_registry  # noqa: E402

HERE = Path(__file__).parent
DATA = json.loads((HERE / "lists.json").read_text())
THRESHOLD, N = 2, DATA["n_items"]
TRUTH = [{int(i): r for i, r in one.items() if r >= THRESHOLD} for one in DATA["truth"]]
JUDGED = [u for u in range(len(TRUTH)) if TRUTH[u]]
target, preds = torch.zeros(len(JUDGED), N), torch.full((len(JUDGED), N), -torch.inf)
for row, u in enumerate(JUDGED):
    for item, rating in TRUTH[u].items():
        target[row, item] = rating
    preds[row, DATA["lists"][u]] = torch.arange(len(DATA["lists"][u]), 0, -1).float()
counts = torch.tensor([sum(item in one for one in DATA["train"]) for item in range(N)]).float()
names = {
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "hit": "HitRate",
    "mrr": "MRR",
    "map": "MAP",
    "ndcg": "nDCG",
    "gini": "Gini",
    "entropy": "ShannonEntropy",
}
found = {}
for k in (1, 5, 10):
    best = torch.topk(preds, k, dim=1)
    blocks = {
        f"top_{k}_indices": best.indices,
        f"top_{k}_values": best.values,
        "binary_relevance": BaseMetric.binary_relevance(target),
        "discounted_relevance": BaseMetric.discounted_relevance(target),
        "valid_users": torch.ones(len(JUDGED)),
    }
    for block in ("binary_relevance", "discounted_relevance"):
        blocks[f"top_{k}_{block}"] = blocks[block].gather(1, best.indices)
    for ours, theirs in names.items():
        metric = metric_registry.get(
            theirs, k=k, num_users=len(JUDGED), num_items=N, item_interactions=counts, dist_sync_on_step=False
        )
        metric.update(preds, user_indices=torch.arange(len(JUDGED)), **blocks)
        (value,) = metric.compute().values()
        found[f"{ours}@{k}"] = float(torch.as_tensor(value).float().mean())
(HERE / "warprec.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
