"""The person's vector is the solution of least squares over the history (iALS); a score is its product with an item's."""

import numpy as np


def scores(model, history, user, counts):
    if not len(history):
        return np.zeros(len(model.items), np.float32)
    factors, facts = model.arrays["factors"], model.facts
    own, unobserved = factors[history].astype(np.float64), facts["unobserved"]
    ridge = facts["regularization"] * (len(history) + unobserved * len(factors)) ** facts["frequency_exponent"]
    matrix = unobserved * model.arrays["gram"].astype(np.float64) + (own.T * (counts - unobserved)) @ own
    chosen = np.add.accumulate(counts[:, None] * factors[history], axis=0)[-1]  # in the order of the history
    person = np.linalg.solve(matrix + ridge * np.eye(len(matrix)), chosen.astype(np.float64)).astype(np.float32)
    return (factors.astype(np.float64) @ person).astype(np.float32)
