"""Everybody's 20 best unseen items by given factors, with implicit."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from spent import spent


def main():
    data = np.load(sys.argv[1])
    ones = np.ones(len(data["user"]), np.float32)
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    model = AlternatingLeastSquares(factors=data["user_factors"].shape[1], num_threads=int(sys.argv[3]))
    model.user_factors, model.item_factors = data["user_factors"], data["item_factors"]
    with spent() as took:
        lists, _ = model.recommend(np.arange(matrix.shape[0]), matrix, N=20, filter_already_liked_items=True)
    np.savez(sys.argv[2], lists=lists)
    sys.stdout.write(json.dumps(took) + "\n")


main()
