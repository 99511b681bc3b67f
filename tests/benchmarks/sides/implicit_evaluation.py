"""Precision, NDCG, MAP and AUC at 5, 10 and 20 of given factors, with the evaluation of implicit: one pass for each."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k
from spent import spent


def main():
    data = np.load(sys.argv[1])

    def matrix(user, item):
        return sp.csr_matrix((np.ones(len(user), np.float32), (user, item)), shape=tuple(data["sizes"]))

    train, test = matrix(data["user"], data["item"]), matrix(data["test_user"], data["test_item"])
    threads = int(sys.argv[3])
    model = AlternatingLeastSquares(factors=data["user_factors"].shape[1], num_threads=threads)
    model.user_factors, model.item_factors = data["user_factors"], data["item_factors"]
    with spent() as took:
        for k in (5, 10, 20):
            found = ranking_metrics_at_k(model, train, test, K=k, show_progress=False, num_threads=threads)
    np.savez(sys.argv[2], figures=[found["precision"], found["ndcg"]])
    sys.stdout.write(json.dumps(took) + "\n")


main()
