"""Our side of every race."""

import json
import sys

import numpy as np
import pyarrow as pa
from spent import spent
from threadpoolctl import threadpool_limits

from workbench.algorithms import Algorithm
from workbench.data.interactions import Interactions, UserItems
from workbench.evaluation.ranking import list_blocks, recommend

# As irspack's side has them.
IALS_WEIGHTS = {"unobserved_weight": 10.0, "regularization": 0.01}


def interactions(user, item, n_users, n_items, rating=None):
    ids = [pa.array([str(one) for one in range(n)]) for n in (n_users, n_items)]
    return Interactions.build(user.astype(np.int32), item.astype(np.int32), *ids, rating=rating)


def small():
    """Something to learn from once, so that no compiler is timed."""
    user, item = np.repeat(np.arange(8), 3), np.tile(np.arange(6), 4)
    return interactions(user, item, 8, 6, (1 + item % 5).astype(np.float32))


def learn(make, data):
    """Train twice, first on something small; returns the algorithm and what the second took."""
    for _ in make().train(small()):
        pass
    algorithm = make()
    with spent() as took:
        for _ in algorithm.train(data):
            pass
    return algorithm, took


def rated(data):
    return interactions(data["user"], data["item"], *data["sizes"], data["rating"].astype(np.float32))


def predicted(algorithm, data):
    return {"predicted": algorithm.predict(data["test_user"].astype(np.int32), data["test_item"].astype(np.int32))}


def learn_and_predict(data, make):
    """Training and all predictions of the test, timed together."""
    warm, _ = learn(make, small())
    warm.predict(np.zeros(1, np.int32), np.zeros(1, np.int32))
    train, algorithm = rated(data), make()
    with spent() as took:
        for _ in algorithm.train(train):
            pass
        found = predicted(algorithm, data)
    return took, found


def svd(data):
    from workbench.algorithms.factors.biased_svd import BiasedSVD

    algorithm, took = learn(lambda: BiasedSVD(factors=100, epochs=20), rated(data))
    return took, predicted(algorithm, data)


def svdpp(data):
    from workbench.algorithms.factors.svdpp import SVDPlusPlus

    algorithm, took = learn(SVDPlusPlus, rated(data))
    return took, predicted(algorithm, data)


def items(data):
    from workbench.algorithms.neighbours.rating_knn import RatingKNN

    return learn_and_predict(data, RatingKNN)


def users(data):
    from workbench.algorithms.neighbours.rating_knn import RatingKNN

    return learn_and_predict(data, lambda: RatingKNN(by="user"))


def slope(data):
    from workbench.algorithms.neighbours.slope_one import SlopeOne

    return learn_and_predict(data, lambda: SlopeOne(weighted=False))


def walks(data):
    from workbench.algorithms.neighbours.rp3beta import RP3Beta

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: RP3Beta(neighbours=200, alpha=0.7, beta=0.5), train)
    return took, {"entries": np.array(len(algorithm._data))}


class Given(Algorithm):
    """Factors of users and items that are given."""

    title = "Given factors"

    def prepare(self, user_factors, item_factors):
        self._users, self._items = user_factors, item_factors
        return self

    def score(self, users, histories):
        return self._users[users] @ self._items.T

    def factor_scores(self, users, histories):
        return self._users[users], self._items, None


def given(data):
    """The algorithm, tried on a few people so that no compiler is timed."""
    train = interactions(data["user"], data["item"], *data["sizes"])
    model = Given().prepare(data["user_factors"], data["item_factors"])
    few = np.arange(40, dtype=np.int32)
    recommend(model, few, train.by_user.rows(few), 20, train.by_user.rows(few))
    return model, train


def factors(data):
    """The 20 best unseen items of all users, by the products of given factors."""
    model, train = given(data)
    found, users = np.empty((train.n_users, 20), np.int32), np.arange(train.n_users, dtype=np.int32)
    with spent() as took:
        for rows in list_blocks(model, train.n_users, train.n_items):
            seen = train.by_user.rows(rows)
            found[rows] = recommend(model, users[rows], seen, 20, seen)[0]
    return took, {"lists": found}


def folded_lists(data):
    """The 20 best unseen items of all users by iALS, whose factors follow from their histories."""
    from workbench.algorithms.factors.ials import IALS

    train = interactions(data["user"], data["item"], *data["sizes"])
    model, _ = learn(lambda: IALS(factors=64, epochs=int(data["epochs"]), **IALS_WEIGHTS), train)
    few, users = np.arange(40, dtype=np.int32), np.arange(train.n_users, dtype=np.int32)
    recommend(model, few, train.by_user.rows(few), 20, train.by_user.rows(few))
    found = np.empty((train.n_users, 20), np.int32)
    with spent() as took:
        for rows in list_blocks(model, train.n_users, train.n_items):
            seen = train.by_user.rows(rows)
            found[rows] = recommend(model, users[rows], seen, 20, seen)[0]
    return took, {"lists": found}


def evaluation(data):
    """Recall and NDCG at 5, 10 and 20 of given factors, and their intervals."""
    from workbench.data.splitting import Part
    from workbench.evaluation.evaluate import evaluate

    model, train = given(data)
    test = interactions(data["test_user"], data["test_item"], *data["sizes"])
    who = np.flatnonzero(test.by_user.lengths).astype(np.int32)
    shown = train.by_user.rows(who)
    part = Part(who, who, shown, shown, test.by_user.rows(who))
    metrics = ["recall", "ndcg"]
    evaluate(model, part.sample(100, 0), train.n_items, metrics=metrics)
    with spent() as took:
        found = evaluate(model, part, train.n_items, metrics=metrics)
    return took, {"figures": np.array([found.metrics[name]["mean"] for name in ("recall@20", "ndcg@20")])}


def sorting(data):
    """What that cannot do without: products block by block, and the 20 best of each row, in no order."""
    from workbench.evaluation.ranking import blocks

    user_factors, item_factors = data["user_factors"], data["item_factors"]
    found = np.empty((len(user_factors), 20), np.int32)
    with spent() as took:
        for rows in blocks(*data["sizes"]):
            found[rows] = np.argpartition(user_factors[rows] @ item_factors.T, -20, axis=1)[:, -20:]
    return took, {"lists": found}


def neighbours(data):
    from workbench.algorithms.neighbours.item_knn import ItemKNN

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: ItemKNN(neighbours=200, shrinkage=0.0), train)
    return took, {"entries": np.array(len(algorithm._data))}


def lists(data):
    from workbench.algorithms.neighbours.item_knn import ItemKNN
    from workbench.evaluation.ranking import blocks

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, _ = learn(lambda: ItemKNN(neighbours=200, shrinkage=0.0), train)
    few = np.zeros(1, np.int32)
    recommend(algorithm, few, train.by_user.rows(few), 20, train.by_user.rows(few))
    users = np.arange(train.n_users, dtype=np.int32)
    found = np.empty((train.n_users, 20), np.int32)
    with spent() as took:
        for rows in blocks(train.n_users, train.n_items):
            seen: UserItems = train.by_user.rows(rows)
            found[rows] = recommend(algorithm, users[rows], seen, 20, seen)[0]
    return took, {"lists": found}


def ease(data):
    from workbench.algorithms.linear.ease import EASE

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: EASE(regularization=300.0), train)
    return took, {"corner": algorithm._weights[:50, :50]}


def inverse(data):
    """What EASE cannot do without: the inverse of the Gram matrix, bare, by LAPACK in single precision."""
    import scipy.sparse as sp
    from scipy.linalg import lapack

    ones = np.ones(len(data["user"]), np.float32)
    x = sp.csr_matrix((ones, (data["user"], data["item"])), shape=data["sizes"])
    gram = np.asfortranarray((x.T @ x).toarray())
    gram[np.diag_indices_from(gram)] += 300.0
    with spent() as took:
        factor, _ = lapack.spotrf(gram, lower=1, overwrite_a=1)
        inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    corner = np.tril(inverse[:50, :50])
    corner = corner + np.tril(corner, -1).T
    weights = -corner / inverse.diagonal()[:50]
    np.fill_diagonal(weights, 0)
    return took, {"corner": weights.astype(np.float32)}


def ials(data):
    from workbench.algorithms.factors.ials import IALS

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(
        lambda: IALS(factors=int(data["factors"]), epochs=int(data["epochs"]), **IALS_WEIGHTS), train
    )
    return took, {"users": algorithm._user_factors, "items": algorithm._item_factors}


def bpr(data):
    from workbench.algorithms.factors.bpr import BPR

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: BPR(factors=64, epochs=int(data["epochs"])), train)
    one = np.ones((train.n_users, 1), np.float32)  # meets the biases
    items = np.hstack([algorithm._item_factors, algorithm._item_bias[:, None]])
    return took, {"users": np.hstack([algorithm._user_factors, one]), "items": items}


def pure_svd(data):
    from workbench.algorithms.factors.pure_svd import PureSVD

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: PureSVD(factors=int(data["factors"])), train)
    return took, {"users": train.matrix() @ algorithm._item_factors, "items": algorithm._item_factors}


def slim(data):
    from workbench.algorithms.linear.slim import SLIM

    train = interactions(data["user"], data["item"], *data["sizes"])
    algorithm, took = learn(lambda: SLIM(l1=float(data["l1"]), l2=float(data["l2"])), train)
    return took, {"indptr": algorithm._indptr, "indices": algorithm._indices, "data": algorithm._data}


def main():
    source, target, threads, job = sys.argv[1:5]
    with np.load(source) as file:
        data = {name: file[name] for name in file.files}
    data["sizes"] = tuple(int(one) for one in data["sizes"])
    with threadpool_limits(int(threads)):
        took, result = globals()[job](data)
    np.savez(target, **result)
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    main()
