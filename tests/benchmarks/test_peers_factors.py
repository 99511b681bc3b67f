"""Races of factor models and SLIM against peers, run like those of `test_peers`."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp

from tests.algorithms.movielens import gowalla, last_held_out
from tests.benchmarks.peers import peer, race

pytestmark = pytest.mark.benchmark

FOLDS = {
    "ml-1m": (last_held_out, "ML-1M, last item of everybody", 10),
    "gowalla": (gowalla, "Gowalla, LightGCN split", 20),
}


def plain(fold, **more):
    """What both sides read."""
    sizes = np.array([fold.train.n_users, fold.train.n_items])
    return {"user": fold.train.user, "item": fold.train.item, "sizes": sizes} | more


def by_vectors(test, k):
    """A judge: recall and NDCG at `k` of all people, from vectors of users and items."""

    def judge(result):
        users, items = (np.load(result)[name] for name in ("users", "items"))
        discount, found = 1 / np.log2(np.arange(2, k + 2)), []
        for start in range(0, len(test), 1000):
            rows = np.arange(start, min(start + 1000, len(test)))
            scores, seen, truth = users[test.users[rows]] @ items.T, test.seen.rows(rows), test.truth.rows(rows)
            scores[np.repeat(np.arange(len(rows)), seen.lengths), seen.item] = -np.inf
            best = np.argpartition(-scores, k, axis=1)[:, :k]
            best = np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)
            for row, own in enumerate(best):
                hit, n = np.isin(own, truth[row]), truth.lengths[row]
                found.append((hit.sum() / n, hit @ discount / discount[: min(n, k)].sum()))
        recall, ndcg = np.mean(found, axis=0)
        return f"recall@{k} {recall:.4f}, NDCG@{k} {ndcg:.4f}"

    return judge


@pytest.mark.parametrize("factors", [64, 128])
@pytest.mark.parametrize("name", list(FOLDS))
@pytest.mark.parametrize("other", ["irspack", "implicit"])
def test_ials(say, tmp_path, shared_data, name, factors, other):
    """irspack's loss and solver are ours, so that equal epochs give equal quality; implicit's loss is another."""
    make, words, k = FOLDS[name]
    fold = make(shared_data(name))
    sides = {"ours": (sys.executable, "ours.py", "ials"), other: (peer(other), "factors.py", f"{other}_ials")}
    data = plain(fold, factors=np.array(factors), epochs=np.array(8))
    what = f"iALS, {factors} factors, {name}"
    race(say, what, tmp_path / "ials", data, sides, f"{words}, 8 epochs, training", by_vectors(fold.test, k), "≤ 0.5")


def test_bpr(say, tmp_path, shared_data):
    fold = gowalla(shared_data("gowalla"))
    sides = {"ours": (sys.executable, "ours.py", "bpr"), "implicit": (peer("implicit"), "factors.py", "implicit_bpr")}
    data = plain(fold, epochs=np.array(30))
    protocol = "Gowalla, LightGCN split, 30 epochs, training"
    race(say, "BPR, 64 factors", tmp_path / "bpr", data, sides, protocol, by_vectors(fold.test, 20), "≤ 1, ≥ 0.149")


@pytest.mark.parametrize("name", list(FOLDS))
@pytest.mark.parametrize("other", ["irspack", "rectools"])
def test_pure_svd(say, tmp_path, shared_data, name, other):
    make, words, k = FOLDS[name]
    fold = make(shared_data(name))
    sides = {"ours": (sys.executable, "ours.py", "pure_svd"), other: (peer(other), "factors.py", f"{other}_svd")}
    data = plain(fold, factors=np.array(64))
    what = f"PureSVD, 64 factors, {name}"
    race(say, what, tmp_path / "svd", data, sides, f"{words}, training", by_vectors(fold.test, k), "≤ 1")


def test_slim(say, tmp_path, shared_data):
    fold = last_held_out(shared_data("ml-1m"))
    weight = 0.025 * fold.train.n_users  # alpha 0.05, half of it L1, in the words of the peer
    x = sp.csr_matrix((np.ones(len(fold.train)), (fold.train.user, fold.train.item)))
    gram = (x.T @ x).toarray()

    def judge(result):
        file = np.load(result)
        w = (
            sp.csr_matrix((file["data"], file["indices"], file["indptr"]), shape=gram.shape)
            .toarray()
            .astype(np.float64)
        )
        lacking = np.identity(len(gram)) - w
        loss = (np.sum(lacking * (gram @ lacking)) + weight * np.sum(w**2)) / 2 + weight * np.abs(w).sum()
        return f"loss {loss:,.1f}, {np.count_nonzero(w):,} weights"

    sides = {"ours": (sys.executable, "ours.py", "slim"), "irspack": (peer("irspack"), "factors.py", "irspack_slim")}
    data = plain(fold, l1=np.array(weight), l2=np.array(weight))
    race(say, "SLIM", tmp_path / "slim", data, sides, "ML-1M, L1 and L2 151, training", judge, "≤ 0.33")
