"""A score is the sum of what the items of the history say: rows of weights, dense or compressed; or a number of each item."""

import numpy as np


def scores(model, history, user, counts):
    arrays, found = model.arrays, np.zeros(len(model.items), np.float32)
    for item, count in zip(history, counts, strict=True) if "weights" in arrays else ():
        some = slice(*arrays["indptr"][item : item + 2]) if "indptr" in arrays else item
        found[arrays["indices"][some] if "indptr" in arrays else slice(None)] += count * arrays["weights"][some]
    return found + arrays["bias"] if "bias" in arrays else found
