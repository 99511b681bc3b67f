"""EASE of irspack, which calls it DenseSLIM, with L2 weight 300."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from irspack import DenseSLIMRecommender
from spent import spent


def main():
    data = np.load(sys.argv[1])
    ones = np.ones(len(data["user"]))
    matrix = sp.csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    model = DenseSLIMRecommender(matrix, reg=300.0)
    with spent() as took:
        model.learn()
    np.savez(sys.argv[2], corner=np.asarray(model.W)[:50, :50])
    sys.stdout.write(json.dumps(took) + "\n")


main()
