"""Recall and NDCG at 5, 10 and 20 of given factors, over all items, with the evaluator of irspack."""

import json
import sys

import numpy as np
import scipy.sparse as sp
from irspack.evaluation import Evaluator
from spent import spent

ROWS = 512


def main():
    data = np.load(sys.argv[1])
    shape, users, items = tuple(data["sizes"]), data["user_factors"], data["item_factors"]

    def matrix(user, item):
        return sp.csr_matrix((np.ones(len(user)), (user, item)), shape=shape)

    with spent() as took:
        evaluator = Evaluator(
            matrix(data["test_user"], data["test_item"]),
            masked_interactions=matrix(data["user"], data["item"]),
            n_threads=int(sys.argv[3]),
        )
        chunks = (users[start : start + ROWS] @ items.T for start in range(0, len(users), ROWS))
        found = evaluator.get_scores_from_score_chunks(chunks, [5, 10, 20])
    np.savez(sys.argv[2], figures=[found["recall@20"], found["ndcg@20"]])
    sys.stdout.write(json.dumps(took) + "\n")


main()
