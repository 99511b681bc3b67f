"""Cosine item neighbours of implicit, 200 for each item, and everybody's 20 best unseen items."""

import json
import sys
import time

import numpy as np
import scipy.sparse as sp
from implicit.nearest_neighbours import CosineRecommender


def main():
    source, target, threads, job = sys.argv[1:5]
    data = np.load(source)
    ones = np.ones(len(data["user"]), np.float32)
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    model = CosineRecommender(K=200, num_threads=int(threads))
    began = time.perf_counter()
    model.fit(matrix, show_progress=False)
    seconds = time.perf_counter() - began
    result = {"entries": np.array(model.similarity.nnz)}
    if job == "lists":
        users = np.arange(matrix.shape[0])
        began = time.perf_counter()
        lists, _ = model.recommend(users, matrix, N=20, filter_already_liked_items=True)
        seconds = time.perf_counter() - began
        result = {"lists": lists}
    np.savez(target, **result)
    sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")


main()
