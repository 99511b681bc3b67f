"""Item neighbours of irspack, 200 for each item: cosine, or RP3beta."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from irspack import CosineKNNRecommender, RP3betaRecommender
from spent import spent


def main():
    data = np.load(sys.argv[1])
    ones = np.ones(len(data["user"]))
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    how = {"top_k": 200, "n_threads": int(sys.argv[3])}
    if sys.argv[4] == "walks":
        model = RP3betaRecommender(matrix, alpha=0.7, beta=0.5, **how)
    else:
        model = CosineKNNRecommender(matrix, shrinkage=0.0, **how)
    with spent() as took:
        model.learn()
    np.savez(sys.argv[2], entries=np.array(model.W.nnz))
    sys.stdout.write(json.dumps(took) + "\n")


main()
