import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.algorithms import Algorithm, find
from workbench.control import Control
from workbench.data.splitting import LastN, Random
from workbench.errors import Cancelled, WorkbenchError
from workbench.evaluation import ranking
from workbench.evaluation.evaluate import evaluate, find_hits

RNG = np.random.default_rng(3)
ROWS = [(u, int(i), 1 + (u + int(i)) % 5, int(t)) for u in range(30) for t, i in enumerate(RNG.permutation(40)[:12])]
DATA = build(ROWS)
FOLD = Random(test=0.3, validation=0.1).split(DATA)


class Fixed(Algorithm):
    """Scores that a test knows; not registered, because it has no name."""

    title = "Fixed"

    def score(self, users, histories):
        rows = [np.random.default_rng(int(user) + 5).random(DATA.n_items) for user in users]
        return np.array(rows, np.float32).reshape(len(users), DATA.n_items)


def by_hand(k):
    """Recall and NDCG at k, user by user, without any of the code under test."""
    recalls, ndcgs = [], []
    for row, user in enumerate(FOLD.test.users):
        scores = np.random.default_rng(int(user) + 5).random(DATA.n_items).astype(np.float32)
        seen, truth = set(FOLD.test.seen[row].tolist()), set(FOLD.test.truth[row].tolist())
        ranked = [item for item in sorted(range(DATA.n_items), key=lambda i: -scores[i]) if item not in seen][:k]
        gains = [1 / np.log2(rank + 2) for rank, item in enumerate(ranked) if item in truth]
        ideal = [1 / np.log2(rank + 2) for rank in range(min(k, len(truth)))]
        recalls.append(len(gains) / len(truth))
        ndcgs.append(sum(gains) / sum(ideal))
    return recalls, ndcgs


@pytest.mark.parametrize("k", [3, 10])
def test_numbers_equal_those_of_a_loop_over_users(k):
    result = evaluate(Fixed(), FOLD.test, DATA.n_items, cutoffs=[k])
    recalls, ndcgs = by_hand(k)
    np.testing.assert_allclose(result.per_user[f"recall@{k}"], recalls)
    np.testing.assert_allclose(result.per_user[f"ndcg@{k}"], ndcgs)
    assert result.metrics[f"ndcg@{k}"]["mean"] == pytest.approx(np.mean(ndcgs))
    half = 1.96 * np.std(ndcgs, ddof=1) / np.sqrt(len(ndcgs))
    assert result.metrics[f"ndcg@{k}"]["low"] == pytest.approx(np.mean(ndcgs) - half, abs=1e-4)


def test_blocks_of_users_change_nothing(monkeypatch):
    whole = evaluate(Fixed(), FOLD.test, DATA.n_items)
    monkeypatch.setattr(ranking, "BLOCK_BYTES", 4 * DATA.n_items * 7)
    assert evaluate(Fixed(), FOLD.test, DATA.n_items).metrics == whole.metrics


def test_a_threshold_leaves_out_users_without_a_relevant_item_and_says_so():
    result = evaluate(Fixed(), FOLD.test, DATA.n_items, relevant_from=5)
    with_five = [row for row in range(len(FOLD.test)) if 5 in FOLD.test.truth.rows(np.array([row])).rating]
    assert result.who.tolist() == FOLD.test.who[with_five].tolist()
    assert result.protocol["relevance"] == "hidden ratings of 5 and more"
    with pytest.raises(WorkbenchError, match="Lower the threshold"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, relevant_from=6)


def test_rating_errors_are_over_pairs_and_only_of_those_who_predict():
    with pytest.raises(WorkbenchError, match="it only ranks items"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["rmse"])
    average = find("average").make({"by": "all"})
    list(average.train(FOLD.train))
    result = evaluate(average, FOLD.test, DATA.n_items, metrics=["rmse", "mae"])
    error = FOLD.test.truth.rating - FOLD.train.rating.mean()
    assert result.metrics["rmse"]["mean"] == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-6)
    assert result.metrics["mae"]["mean"] == pytest.approx(np.mean(np.abs(error)), rel=1e-6)
    assert result.metrics["rmse"]["low"] < result.metrics["rmse"]["mean"] < result.metrics["rmse"]["high"]


def test_wrong_metrics_and_cutoffs_are_refused_in_a_sentence():
    with pytest.raises(WorkbenchError, match="Did you mean 'ndcg'"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["ndgc"])
    with pytest.raises(WorkbenchError, match="from 1 up"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, cutoffs=[0])


def test_an_evaluation_can_be_cancelled():
    class Cancel(Control):
        def check(self):
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(Fixed(), FOLD.test, DATA.n_items, control=Cancel())


def test_hits_of_short_lists_are_none():
    truth = LastN(n=1, validation=0).split(DATA).test.truth
    assert not find_hits(np.full((len(truth), 3), -1, np.int32), truth, DATA.n_items).any()
