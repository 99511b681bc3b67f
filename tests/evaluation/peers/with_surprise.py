"""Made ``surprise.json`` with Surprise 1.1.5 (pip install scikit-surprise): its functions on made-up ratings."""

import json
from pathlib import Path

import numpy as np
from surprise import accuracy
from surprise.prediction_algorithms.predictions import Prediction

rng = np.random.default_rng(6)
truth = rng.integers(1, 6, 40).astype(float)
predicted = np.clip(truth + rng.normal(size=40), 1, 5).round(3)
pairs = [Prediction(n % 7, n, r, e, {}) for n, (r, e) in enumerate(zip(truth, predicted, strict=True))]
found = {"truth": truth.tolist(), "predicted": predicted.tolist()}
found |= {name: float(getattr(accuracy, name)(pairs, verbose=False)) for name in ("rmse", "mae")}
Path(__file__).with_name("surprise.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
