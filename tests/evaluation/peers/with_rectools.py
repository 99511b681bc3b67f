"""Made ``rectools.json`` with RecTools 0.17.0 (pip install rectools==0.17.0) on ``lists.json``."""

import json
from pathlib import Path

import pandas as pd
from rectools import metrics as m

HERE = Path(__file__).parent
DATA = json.loads((HERE / "lists.json").read_text())
lists = pd.DataFrame(
    [(u, i, r) for u, one in enumerate(DATA["lists"]) for r, i in enumerate(one, 1)],
    columns=["user_id", "item_id", "rank"],
)
truth = pd.DataFrame([(u, int(i)) for u, one in enumerate(DATA["truth"]) for i in one], columns=["user_id", "item_id"])
train = pd.DataFrame([(u, i) for u, one in enumerate(DATA["train"]) for i in one], columns=["user_id", "item_id"])
catalog = list(range(DATA["n_items"]))
asked = {}
for k in (1, 5, 10):
    asked |= {
        f"precision@{k}": m.Precision(k),
        f"recall@{k}": m.Recall(k),
        f"f1@{k}": m.F1Beta(k),
        f"hit@{k}": m.HitRate(k),
        f"mrr@{k}": m.MRR(k),
        f"map@{k}": m.MAP(k),
        f"map_divided_by_k@{k}": m.MAP(k, divide_by_k=True),
        f"ndcg@{k}": m.NDCG(k, divide_by_achievable=True),
        f"miuf@{k}": m.MeanInvUserFreq(k),
        f"arp@{k}": m.AvgRecPopularity(k),
        f"coverage@{k}": m.CatalogCoverage(k, normalize=True),
    }
found = m.calc_metrics(asked, lists, truth, train, catalog)
(HERE / "rectools.json").write_text(
    json.dumps({k: float(v) for k, v in found.items()}, indent=1) + "\n", encoding="utf-8"
)
