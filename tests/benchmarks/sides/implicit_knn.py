"""Cosine item neighbours of implicit, 200 for each item, and everybody's 20 best unseen items."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from implicit.nearest_neighbours import CosineRecommender
from spent import spent


def main():
    source, target, threads, job = sys.argv[1:5]
    data = np.load(source)
    ones = np.ones(len(data["user"]), np.float32)
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    model = CosineRecommender(K=200, num_threads=int(threads))
    with spent() as took:
        model.fit(matrix, show_progress=False)
    result = {"entries": np.array(model.similarity.nnz)}
    if job == "lists":
        users = np.arange(matrix.shape[0])
        with spent() as took:
            lists, _ = model.recommend(users, matrix, N=20, filter_already_liked_items=True)
        result = {"lists": lists}
    np.savez(target, **result)
    sys.stdout.write(json.dumps(took) + "\n")


main()
