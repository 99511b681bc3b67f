import numpy as np
import pytest

from tests.data.test_interactions import build
from tests.golden import with_facts
from workbench.algorithms import Algorithm, find
from workbench.control import Control
from workbench.data.splitting import Part
from workbench.data.splitting.last_n import LastN
from workbench.data.splitting.random import Random
from workbench.errors import Cancelled, WorkbenchError
from workbench.evaluation import evaluate as judging
from workbench.evaluation import lists, ranking
from workbench.evaluation.evaluate import evaluate, evaluate_lists
from workbench.evaluation.lists import Negatives, _hits, co_distances, rank_all
from workbench.evaluation.means import measure
from workbench.metrics import Metric, all_metrics

METRICS = all_metrics()
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
    assert result.metrics[f"ndcg@{k}"]["low"] < np.mean(ndcgs) < result.metrics[f"ndcg@{k}"]["high"]


def same_figures(one, other):
    """Whether all figures of `one`, its values of each user too, are those of `other`, bit for bit."""
    assert one.metrics == {key: other.metrics[key] for key in one.metrics}
    for key, values in one.per_user.items():
        np.testing.assert_array_equal(values, other.per_user[key], err_msg=key)
    return True


@pytest.mark.parametrize("size", [1, 7, 16])
def test_blocks_of_users_change_nothing(monkeypatch, size):
    data = with_facts(FOLD.train)
    whole = evaluate(Fixed(), FOLD.test, DATA.n_items, train=data)
    monkeypatch.setattr(ranking, "BLOCK_BYTES", 4 * DATA.n_items * size)
    assert same_figures(evaluate(Fixed(), FOLD.test, DATA.n_items, train=data), whole)


@pytest.mark.parametrize("size", [1, 7, 16])
def test_a_user_has_the_same_figures_whoever_else_is_judged(size):
    data = with_facts(FOLD.train)
    whole = evaluate(Fixed(), FOLD.test, DATA.n_items, train=data)
    for start in range(0, len(FOLD.test), size):
        rows = np.arange(start, min(start + size, len(FOLD.test)))
        one = FOLD.test
        part = Part(one.who[rows], one.users[rows], *(x.rows(rows) for x in (one.histories, one.seen, one.truth)))
        some = evaluate(Fixed(), part, DATA.n_items, train=data)
        for key, values in some.per_user.items():
            np.testing.assert_array_equal(values, whole.per_user[key][rows], err_msg=key)


def test_every_metric_has_its_values_for_every_user_and_they_give_the_mean():
    data = with_facts(FOLD.train)
    result = evaluate(Fixed(), FOLD.test, DATA.n_items, train=data)
    asked = {name for name, metric in all_metrics().items() if metric.kind != "rating"}
    assert {key.partition("@")[0] for key in result.metrics} == asked
    for key, values in result.per_user.items():
        assert values.shape == (len(FOLD.test),)
        assert result.metrics[key]["mean"] == pytest.approx(np.nanmean(values), abs=1e-12)
        assert result.metrics[key]["low"] <= result.metrics[key]["mean"] <= result.metrics[key]["high"]
        assert result.metrics[key].get("users", len(values)) == (~np.isnan(values)).sum()
    assert result.lists.shape == (len(FOLD.test), 20)


@pytest.mark.parametrize("number", [0, 1])
def test_a_figure_asked_alone_is_the_one_asked_with_all_others(number):
    data = with_facts(FOLD.train)
    # Each metric by its first formula, and by its second one where it has two.
    variants = {name: list(one.formulas)[number % len(one.formulas)] for name, one in METRICS.items()}
    how = {"train": data, "variants": variants}
    together = evaluate(Fixed(), FOLD.test, DATA.n_items, **how)
    assert len(together.metrics) > 50
    for key in together.metrics:
        name, _, k = key.partition("@")
        assert same_figures(
            evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=[name], cutoffs=[int(k or 20)], **how), together
        )


def test_auc_equals_scikit_learn_over_all_candidates():
    from sklearn.metrics import roc_auc_score

    result = evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["auc", "r_precision"])
    for row, user in enumerate(FOLD.test.users):
        scores = np.random.default_rng(int(user) + 5).random(DATA.n_items).astype(np.float32)
        left = np.setdiff1d(np.arange(DATA.n_items), FOLD.test.seen[row])
        truth = np.isin(left, FOLD.test.truth[row])
        assert result.per_user["auc"][row] == pytest.approx(roc_auc_score(truth, scores[left]))
        best = left[np.argsort(-scores[left])[: truth.sum()]]
        assert result.per_user["r_precision"][row] == pytest.approx(np.isin(best, FOLD.test.truth[row]).mean())


def test_places_among_all_are_only_looked_at_unasked_where_that_is_little_work(monkeypatch):
    def measured(**more):
        return {name.partition("@")[0] for name in evaluate(Fixed(), FOLD.test, DATA.n_items, **more).metrics}

    assert {"auc", "r_precision", "ndcg"} <= measured()
    monkeypatch.setattr(judging, "FEW_SCORES", len(FOLD.test) * DATA.n_items - 1)
    assert measured() & {"auc", "r_precision", "ndcg"} == {"ndcg"}
    assert measured(metrics=["auc"]) == {"auc"}


def test_equal_scores_count_half_and_what_is_no_number_stands_last():
    from sklearn.metrics import roc_auc_score

    class Odd(Fixed):
        def score(self, users, histories):
            scores = super().score(users, histories).round(1)
            scores[:, ::7] = np.nan
            return scores

    result = evaluate(Odd(), FOLD.test, DATA.n_items, metrics=["auc"])
    for row, user in enumerate(FOLD.test.users):
        scores = np.random.default_rng(int(user) + 5).random(DATA.n_items).astype(np.float32).round(1)
        scores[::7] = -1
        left = np.setdiff1d(np.arange(DATA.n_items), FOLD.test.seen[row])
        truth = np.isin(left, FOLD.test.truth[row])
        assert result.per_user["auc"][row] == pytest.approx(roc_auc_score(truth, scores[left]))


def test_how_alike_audiences_are_is_the_cosine_of_columns():
    items = np.array([[0, 5, 7, -1], [3, 3 + 1, 0, 9]], np.int32)
    matrix = FOLD.train.matrix().toarray()
    unit = matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-9)
    for row, found in zip(items, co_distances(items, FOLD.train), strict=True):
        expected = [sum(1 - unit[:, i] @ unit[:, j] for j in row[:at]) if i >= 0 else 0 for at, i in enumerate(row)]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_too_many_pairs_are_counted_for_a_fixed_sample_of_people_and_that_is_said(monkeypatch):
    monkeypatch.setattr(lists, "CO_RATINGS", 800)
    first, again = (co_distances(np.array([[0, 5, 7]], np.int32), FOLD.train) for _ in range(2))
    assert first.tolist() == again.tolist()
    people = lists.co_matrix(FOLD.train).shape[0]
    assert 0 < people < DATA.n_users
    result = evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["diversity_co"], train=FOLD.train)
    assert result.protocol["audiences"] == f"a fixed sample of {people} of {DATA.n_users} people"


@pytest.mark.parametrize("by", ["uniform", "popularity"])
def test_sampled_candidates_are_flagged_and_easier(by):
    whole = evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["recall", "auc"], cutoffs=[3])
    negatives = Negatives(n=5, by=by, seed=1)
    some = evaluate(
        Fixed(), FOLD.test, DATA.n_items, metrics=["recall", "auc"], cutoffs=[3], negatives=negatives, train=FOLD.train
    )
    assert not whole.protocol["sampled"]
    assert some.protocol["sampled"]
    assert "5 other items" in some.protocol["candidates"]
    assert some.metrics["recall@3"]["mean"] > whole.metrics["recall@3"]["mean"]
    again = evaluate(
        Fixed(), FOLD.test, DATA.n_items, metrics=["recall", "auc"], cutoffs=[3], negatives=negatives, train=FOLD.train
    )
    assert again.metrics == some.metrics
    listed = rank_all(Fixed(), FOLD.test, DATA.n_items, 40, Control(), negatives=negatives, train=FOLD.train).items
    assert (listed >= 0).sum(axis=1).tolist() == (FOLD.test.truth.lengths + 5).tolist()


def test_formulas_can_be_chosen_and_are_told():
    result = evaluate(
        Fixed(), FOLD.test, DATA.n_items, metrics=["recall"], cutoffs=[2], variants={"recall": "truncated"}
    )
    assert result.protocol["formulas"]["recall"] == "hits among the first k / min(R, k)"
    assert result.protocol["definitions"] == {"recall": "truncated"}
    with pytest.raises(WorkbenchError, match="Did you mean 'truncated'"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, variants={"recall": "truncate"})


def test_a_metric_that_the_data_does_not_allow_is_refused_in_a_sentence():
    with pytest.raises(WorkbenchError, match="the items have no genres"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, metrics=["diversity"], train=FOLD.train)


def test_an_infinite_metric_takes_no_other_with_it(recwarn):
    def infinite(ranked, k):
        return np.divide(ranked.hits_at(k), np.arange(len(ranked.items)))  # the first user's is 0 / 0 or infinite

    def impossible(ranked, k):
        return np.array([1 / (k - k)])

    hard = [Metric(made.__name__, made.__name__, "ranking", {"": ""}, made) for made in (infinite, impossible)]
    ranked = rank_all(Fixed(), FOLD.test, DATA.n_items, 20, Control())
    means, own, undefined = measure(ranked, [hard[0], METRICS["ndcg"], hard[1]], [20], intervals=True)
    alone = measure(ranked, [METRICS["ndcg"]], [20])
    assert means["ndcg@20"] == alone[0]["ndcg@20"]
    assert means["infinite@20"]["users"] == len(FOLD.test) - 1
    assert np.isnan(own["infinite@20"][0])
    assert undefined["impossible@20"] == "impossible@20 has no number: division by zero."
    if ranked.hits[0].any():
        assert undefined["infinite@20"].startswith("infinite@20 is infinite for 1 of 30 users")
    assert "impossible@20" not in means
    assert not recwarn.list


def test_amounts_have_no_doubling_gain_and_everything_else():
    """Plays of a song are no grades: 2 to their power is infinite, or says nothing but who played most."""
    plays = build([(user, item, 1100 if item == 7 else rating, time) for user, item, rating, time in ROWS])
    part = Random(test=0.3, validation=0.1).split(plays).test
    found = evaluate(Fixed(), part, plays.n_items, train=FOLD.train)
    assert list(found.protocol["undefined"]) == ["ndcg_graded"]
    assert "--formula ndcg_graded=linear" in found.protocol["undefined"]["ndcg_graded"]
    usual = evaluate(Fixed(), FOLD.test, DATA.n_items, train=FOLD.train)
    assert usual.metrics.keys() - found.metrics.keys() == {f"ndcg_graded@{k}" for k in (5, 10, 20)}
    assert all(np.isfinite(value["mean"]) for value in found.metrics.values())
    asked = {"metrics": ["ndcg", "ndcg_graded"], "variants": {"ndcg": "plus-one", "ndcg_graded": "linear"}}
    some = evaluate(Fixed(), part, plays.n_items, **asked)
    assert (next(iter(some.metrics)), *some.protocol["undefined"]) == ("ndcg_graded@5", "ndcg")
    with pytest.raises(WorkbenchError, match="NDCG, graded has no number here: its gain doubles"):
        evaluate(Fixed(), part, plays.n_items, metrics=["ndcg_graded"])


def test_predicted_ratings_that_are_no_numbers_have_no_error_but_lists():
    average = find("average").make({"by": "all"})
    list(average.train(FOLD.train))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(average), "predict", lambda self, users, items: np.where(items == 3, np.nan, 3.0))
        found = evaluate(average, FOLD.test, DATA.n_items, metrics=["rmse", "ndcg"], cutoffs=[5])
    assert list(found.metrics) == ["ndcg@5"]
    assert "predicted ratings are no numbers" in found.protocol["undefined"]["rmse"]


def test_lists_made_elsewhere_are_judged_by_the_same_code():
    made = rank_all(Fixed(), FOLD.test, DATA.n_items, 20, Control()).items
    ours = evaluate(Fixed(), FOLD.test, DATA.n_items, train=FOLD.train)
    theirs = evaluate_lists(made, FOLD.test, DATA.n_items, train=FOLD.train)
    assert ours.metrics.keys() - theirs.metrics.keys() == {"auc", "r_precision"}
    assert theirs.metrics == {key: ours.metrics[key] for key in theirs.metrics}


def test_a_threshold_with_ratings_keeps_everybody_whose_ratings_are_judged():
    average = find("average").make({"by": "all"})
    list(average.train(FOLD.train))
    result = evaluate(average, FOLD.test, DATA.n_items, metrics=["rmse", "ndcg"], relevant_from=5)
    assert len(result.who) == len(FOLD.test) == len(result.per_user["rmse"])
    assert result.users == (~np.isnan(result.per_user["ndcg@5"])).sum() < len(FOLD.test)
    counts, own = result.per_user["ratings"], result.per_user["rmse"]
    assert np.sqrt((counts * own**2).sum() / counts.sum()) == pytest.approx(result.metrics["rmse"]["mean"])


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
    assert not _hits(np.full((len(truth), 3), -1, np.int32), truth, DATA.n_items)[0].any()


def test_a_cutoff_beyond_any_list_is_refused_before_lists_are_made():
    """A list as wide as the cutoff would be held for each user."""
    with pytest.raises(WorkbenchError, match=f"deeper than any list: there are {DATA.n_items} items"):
        evaluate(Fixed(), FOLD.test, DATA.n_items, cutoffs=(10, 10**9))
    assert "ndcg@1000" in evaluate(Fixed(), FOLD.test, DATA.n_items, cutoffs=(1000,)).metrics
