"""Factor models and SLIM of implicit, irspack and RecTools: iALS with our loss where it can be had, BPR, PureSVD, SLIM."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from spent import spent


def irspack_ials(matrix, data, threads):
    from irspack import IALSRecommender

    n_users, n_items = matrix.shape
    unobserved = 10.0 * matrix.nnz / (n_users * n_items)
    sizes = {"n_components": int(data["factors"]), "train_epochs": int(data["epochs"]), "n_threads": threads}
    model = IALSRecommender(matrix, alpha0=unobserved, reg=0.01, nu=1.0, **sizes)
    with spent() as took:
        model.learn()
    return took, {"users": model.get_user_embedding(), "items": model.get_item_embedding()}


def implicit_ials(matrix, data, threads):
    from implicit.cpu.als import AlternatingLeastSquares

    sizes = {"factors": int(data["factors"]), "iterations": int(data["epochs"]), "num_threads": threads}
    model = AlternatingLeastSquares(alpha=10.0, regularization=0.1, random_state=0, **sizes)
    with spent() as took:
        model.fit(matrix, show_progress=False)
    return took, {"users": model.user_factors, "items": model.item_factors}


def implicit_bpr(matrix, data, threads):
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    how = {"learning_rate": 0.05, "regularization": 0.01, "iterations": int(data["epochs"]), "num_threads": threads}
    model = BayesianPersonalizedRanking(factors=63, random_state=0, **how)  # and one more for the bias
    with spent() as took:
        model.fit(matrix, show_progress=False)
    return took, {"users": model.user_factors, "items": model.item_factors}


def irspack_svd(matrix, data, threads):
    from irspack import TruncatedSVDRecommender

    model = TruncatedSVDRecommender(matrix, n_components=int(data["factors"]))
    with spent() as took:
        model.learn()
    return took, {"users": model.get_user_embedding(), "items": model.get_item_embedding()}


def rectools_svd(matrix, data, threads):
    import pandas as pd
    from rectools.dataset import Dataset
    from rectools.models import PureSVDModel

    frame = pd.DataFrame({"user_id": data["user"], "item_id": data["item"], "weight": 1.0, "datetime": "2020-01-01"})
    dataset, model = Dataset.construct(frame), PureSVDModel(factors=int(data["factors"]))
    with spent() as took:
        model.fit(dataset)
    items = np.zeros((matrix.shape[1], int(data["factors"])))
    items[dataset.item_id_map.external_ids] = model.item_factors
    users = np.zeros((matrix.shape[0], int(data["factors"])))
    users[dataset.user_id_map.external_ids] = model.user_factors
    return took, {"users": users, "items": items}


def irspack_slim(matrix, data, threads):
    from irspack import SLIMRecommender

    l1, l2 = float(data["l1"]), float(data["l2"])
    weight = {"alpha": (l1 + l2) / matrix.shape[0], "l1_ratio": l1 / (l1 + l2)}
    model = SLIMRecommender(matrix, positive_only=True, n_threads=threads, **weight)
    with spent() as took:
        model.learn()
    weights = sp.csr_matrix(model.W)
    return took, {"indptr": weights.indptr, "indices": weights.indices, "data": weights.data}


def main():
    source, target, threads, job = sys.argv[1:5]
    data = np.load(source)
    ones = np.ones(len(data["user"]), np.float32)
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    took, result = globals()[job](matrix, data, int(threads))
    np.savez(target, **result)
    sys.stdout.write("\n" + json.dumps(took) + "\n")  # a line of its own, behind what peers draw


main()
