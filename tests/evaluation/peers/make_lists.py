"""Made ``lists.json``: small lists, truth with ratings, and training, on which tools are held against each other."""

import json
from pathlib import Path

import numpy as np

USERS, ITEMS, LONG = 12, 30, 10

rng = np.random.default_rng(11)
popular = 1 / np.arange(1, ITEMS + 1)
train, truth, lists, scores = [], [], [], []
for _ in range(USERS):
    mixed = rng.choice(ITEMS, ITEMS, replace=False, p=popular / popular.sum())
    n = int(rng.integers(3, 9))
    train.append(sorted(map(int, mixed[:n])))
    hidden = mixed[n : n + int(rng.integers(1, 14))]
    truth.append({int(item): int(rng.integers(1, 6)) for item in hidden})
    taste = rng.normal(size=ITEMS) + np.isin(np.arange(ITEMS), hidden)
    taste[mixed[:n]] = -np.inf
    order = np.argsort(-taste)
    lists.append(list(map(int, order[:LONG])))
    scores.append([round(float(taste[item]), 6) for item in order[:LONG]])
found = {"n_items": ITEMS, "train": train, "truth": truth, "lists": lists, "scores": scores}
Path(__file__).with_name("lists.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
