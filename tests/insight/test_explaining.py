"""Reasons add up to the score where they say so, are what leaving out shows elsewhere, and are reasons indeed."""

import functools

import numpy as np
import pytest

from tests.golden import golden_for
from workbench.algorithms import all_algorithms, find
from workbench.algorithms.base import pair_scorer
from workbench.data.importing.importer import read_interactions
from workbench.data.interactions import UserItems
from workbench.evaluation.ranking import rank_of, top_k
from workbench.insight.explaining import deletion_test, explain

# A blend has no mind of its own.
ALGORITHMS = {name: kind for name, kind in all_algorithms().items() if name != "blend"}
# Exact in what they say, but no sum over the history: means of some sort.
NO_SUMS = {"biases", "rating-knn", "slope-one"}
# Those whose scores do not depend on what is in a history.
IMPERSONAL = {"popularity"}
every_algorithm = pytest.mark.parametrize("name", ALGORITHMS)


@functools.cache
def ready(name, **settings):
    kind = ALGORITHMS[name]
    algorithm = find(name).make({"epochs": 3} | settings if "epochs" in kind.model_fields else settings)
    list(algorithm.train(golden_for(kind).train))
    return algorithm


def history_of(name, user=3):
    return golden_for(ALGORITHMS[name]).train.by_user.rows(np.array([user]))


def score(algorithm, history, item):
    return float(algorithm.score(np.array([-1], np.int32), history)[0, item])


def without(history, at):
    kept = np.delete(np.arange(len(history.item)), at)
    rating = None if history.rating is None else history.rating[kept]
    time = None if history.time is None else history.time[kept]
    return UserItems(np.array([0, len(kept)]), history.item[kept], rating, time)


def unseen(algorithm, history):
    return int(top_k(algorithm.score(np.array([-1], np.int32), history), 1, history)[0, 0])


@every_algorithm
def test_every_reason_is_what_leaving_it_out_does(name):
    algorithm, history = ready(name), history_of(name)
    item = unseen(algorithm, history)
    told = explain(algorithm, history, item)
    assert told.rank == 1
    assert told.score == pytest.approx(score(algorithm, history, item), rel=1e-5)
    assert sorted(one.at for one in told.reasons) == list(range(len(history.item)))
    for one in told.reasons[:3]:
        assert one.item == history.item[one.at]
        assert one.score_without == pytest.approx(score(algorithm, without(history, one.at), item), rel=1e-4, abs=1e-6)
        assert one.rank_without >= 1
    if told.how == "sum":
        assert told.base + sum(one.contribution for one in told.reasons) == pytest.approx(
            told.score, rel=1e-4, abs=1e-6
        )
    else:
        everything = algorithm.score(np.array([-1], np.int32), history)[0].astype(np.float64)
        rivals = [one for one in np.argsort(-everything) if one != item and one not in history.item][:100]
        one = told.reasons[0]
        less = algorithm.score(np.array([-1], np.int32), without(history, one.at))[0].astype(np.float64)
        lead, then = (scores[item] - scores[rivals].mean() for scores in (everything, less))
        assert one.contribution == pytest.approx(lead - then, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", [name for name, kind in ALGORITHMS.items() if kind.explains == "exact"])
def test_exact_reasons_are_sums(name):
    algorithm, history = ready(name), history_of(name)
    told = explain(algorithm, history, unseen(algorithm, history))
    assert (told.how == "sum") == (name not in NO_SUMS)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ials", {"rating_weight": 2.0}),
        ("content", {"topics": 3}),
        ("content", {"rating_weight": 0.9, "weighting": "tf-idf"}),
        ("user-knn", {"similarity": "bm25", "neighbours": 7}),
        ("user-knn", {"similarity": "asymmetric", "asymmetry": 0.2}),
    ],
)
def test_sums_whatever_the_settings(name, settings):
    algorithm = ready(name, **settings)
    for user in (0, 5, 11):
        history = history_of(name, user)
        for item in (unseen(algorithm, history), 0):
            parts = algorithm.contributions(history, item)
            nobody = without(history, slice(None))
            base = score(algorithm, nobody, item) if name == "content" else 0.0
            assert base + parts.sum() == pytest.approx(score(algorithm, history, item), rel=1e-3, abs=1e-5)


# Whose scores are sums over the history, by the arithmetic of their papers.
SUMS = ("item-knn", "user-knn", "ease", "edlae", "slim", "admm-slim", "sparse-ease", "rp3beta", "p3alpha", "ials",
        "pure-svd", "content")  # fmt: skip


@pytest.mark.parametrize("name", SUMS)
def test_reasons_add_up_to_the_score_of_any_item_for_anybody(name):
    algorithm = ready(name)
    for user in (0, 5, 11):
        history = history_of(name, user)
        scores = algorithm.score(np.array([-1], np.int32), history)[0].astype(np.float64)
        nobody = score(algorithm, without(history, slice(None)), 0)
        order = np.argsort(-scores)
        for item in (*order[:3].tolist(), int(order[len(order) // 2]), int(order[-1]), int(history.item[0])):
            told = explain(algorithm, history, item)
            assert told.how == "sum"
            assert len(told.reasons) == len(history.item)
            assert told.score == pytest.approx(scores[item], rel=1e-5, abs=1e-7)
            total = sum(one.contribution for one in told.reasons)
            size = max(sum(abs(one.contribution) for one in told.reasons), 1e-6)
            assert abs(told.base + total - told.score) < 1e-4 * size + 1e-7
            if name not in ("content", "pure-svd"):  # nobody without a history gets a score from the others
                assert abs(told.base) < 1e-3 * size + 1e-6, nobody


@pytest.mark.parametrize(
    "name", ["item-knn", "ease", "edlae", "slim", "admm-slim", "sparse-ease", "rp3beta", "p3alpha"]
)
def test_a_reason_of_a_linear_model_is_what_its_item_says_alone(name):
    algorithm, history = ready(name), history_of(name)
    item = unseen(algorithm, history)
    for one in explain(algorithm, history, item).reasons:
        alone = UserItems.from_lists([[one.item]])
        assert one.contribution == pytest.approx(score(algorithm, alone, item), rel=1e-4, abs=1e-6)


def test_reasons_of_ials_are_those_of_a_least_squares_over_all_items():
    """The score of an item if only this interaction were a 1, and all others that weigh as much were zeros."""
    algorithm, history = ready("ials"), history_of("ials")
    y, alpha = algorithm.state()["item_factors"].astype(np.float64), algorithm._alpha
    n, weights = len(history.item), np.full(len(y), alpha)
    weights[history.item] = 1
    ridge = algorithm.regularization * (n + alpha * len(y)) ** algorithm.frequency_exponent
    above = np.vstack([np.sqrt(weights)[:, None] * y, np.sqrt(ridge) * np.eye(y.shape[1])])
    item = unseen(algorithm, history)
    for one in explain(algorithm, history, item).reasons:
        target = np.zeros(len(above))
        target[one.item] = 1
        assert one.contribution == pytest.approx(y[item] @ np.linalg.lstsq(above, target)[0], rel=1e-3, abs=1e-5)


def test_reasons_by_hand():
    """EASE: an item of the history says for another what its weight says."""
    algorithm, history = ready("ease"), history_of("ease")
    item = unseen(algorithm, history)
    weights = algorithm.score(
        np.full(len(history.item), -1, np.int32), UserItems.from_lists([[i] for i in history.item])
    )
    for one in explain(algorithm, history, item).reasons:
        assert one.contribution == pytest.approx(weights[one.at, item], abs=1e-6)


def test_a_rank_is_the_place_in_the_list():
    scores = np.array([[2, 5, 5, np.nan, 5, 1, 2]], np.float32)
    for masked in ([], [1], [4, 5]):
        seen = UserItems(np.array([0, len(masked)]), np.array(masked, np.int32))
        listed = [int(item) for item in top_k(scores.copy(), 7, seen)[0] if item >= 0]
        assert [rank_of(scores[0], item, np.array(masked, int)) for item in listed] == list(range(1, len(listed) + 1))


def test_nothing_is_known_of_somebody_without_a_history():
    algorithm = ready("ease")
    told = explain(algorithm, UserItems.from_lists([[]]), 0)
    assert told.reasons == []
    assert told.base == told.score


@pytest.mark.parametrize("name", ["popularity", "ials", "user-knn", "gru4rec"])
def test_the_deletion_test_is_repeatable(name):
    algorithm, histories = ready(name), golden_for(ALGORITHMS[name]).train.by_user
    told = deletion_test(algorithm, histories, users=8)
    assert told == deletion_test(algorithm, histories, users=8)
    assert told.users == 8
    assert told.before >= 1
    if name in IMPERSONAL:
        assert told.top == told.random == told.before
        assert told.better == 1


@pytest.mark.parametrize("name", ["ials", "item-knn", "rp3beta", "user-knn"])
def test_deleting_the_first_reason_costs_more_than_deleting_any(name, sample):
    """For all algorithms: ``tests/benchmarks/test_faithfulness.py``."""
    data = read_interactions(sample / "ratings.csv")[0]
    algorithm = find(name).make({"epochs": 3} if name == "ials" else {})
    list(algorithm.train(data))
    few = data.by_user.rows(np.flatnonzero(data.by_user.lengths <= 60))
    told = deletion_test(algorithm, few, users=25)
    assert (told.users, told.before) == (25, 10)
    assert told.top > told.random
    assert told.better > 0.5


def test_the_deletion_test_by_brute_force():
    """Each interaction of each history left out, the item at place 10 sought in the list that is made then."""
    algorithm, histories = ready("item-knn"), golden_for(ALGORITHMS["item-knn"]).train.by_user
    users = np.flatnonzero(histories.lengths >= 2)
    befores, tops, means = [], [], []
    for user in users.tolist():
        history = histories.rows(np.array([user]))
        ranked = top_k(algorithm.score(np.array([-1], np.int32), history), 10, history)[0]
        item = int(ranked[ranked >= 0][-1])
        scores, places = [], []
        for at in range(len(history.item)):
            rows = algorithm.score(np.array([-1], np.int32), without(history, at))
            scores.append(rows[0, item])
            everything = top_k(rows, rows.shape[1], history)[0].tolist()
            places.append(1 + everything.index(item))
        befores.append(np.count_nonzero(ranked >= 0))
        tops.append(places[int(np.argmin(scores))])
        means.append(np.mean(places))
    told = deletion_test(algorithm, histories, users=len(users))
    assert told.users == len(users)
    assert told.before == pytest.approx(np.mean(befores))
    assert told.random == pytest.approx(np.mean(means))
    assert told.top == pytest.approx(np.mean(tops), rel=0.05)  # equal contributions may go either way


@pytest.mark.parametrize("name", ["sasrec", "bert4rec", "narm"])
def test_attention_is_what_the_layers_compute_with(name):
    algorithm, history = ready(name), history_of(name)
    weights = algorithm.attended(history, 0)
    assert weights.shape[2] == len(history.item)
    assert np.isfinite(weights).all()
    if name != "narm":  # whose weights need not add up to 1
        assert (weights >= 0).all()
        assert (weights.sum(axis=2) < 1).all()  # the rest looks at the start token, or at the mask
        assert (weights.sum(axis=2) > 0.5).all()
    told = explain(algorithm, history, 0)
    for one in told.reasons:
        assert one.attention == pytest.approx(weights[:, :, one.at].mean(), rel=1e-5)
    assert explain(ready("ease"), history_of("ease"), 0).reasons[0].attention is None


def test_attention_by_hand():
    """One head: softmax of query times keys, from the block's own weights, in numpy."""
    import torch

    from workbench.algorithms.layers.attention import Block, last_looks

    torch.manual_seed(3)
    block, x = Block(4, 1, 4, 0.0, torch.nn.ReLU()), torch.randn(1, 5, 4)
    with torch.no_grad():
        normed = block.norm_attention(x)[0].numpy()
        both = normed @ block.inputs.weight.numpy().T + block.inputs.bias.numpy()
        powers = np.exp(both[-1, :4] @ both[:, 4:8].T / 2)
        looks = last_looks(lambda: block(x), [block])
    np.testing.assert_allclose(looks[0, 0].numpy(), powers / powers.sum(), rtol=1e-5)


@pytest.mark.parametrize("name", ["ease", "rp3beta", "pure-svd"])
def test_what_need_not_be_asked_again_is_what_asking_gives(name, monkeypatch):
    algorithm, history = ready(name), history_of(name)
    item = unseen(algorithm, history)
    quick = explain(algorithm, history, item)
    monkeypatch.setattr("workbench.insight.explaining.MAX_SAID_NUMBERS", 0)
    slow = explain(algorithm, history, item)
    assert {one.at: one.rank_without for one in quick.reasons} == {one.at: one.rank_without for one in slow.reasons}
    for one, other in zip(quick.reasons, slow.reasons, strict=True):
        assert one.score_without == pytest.approx(other.score_without, rel=1e-4, abs=1e-6)


KNN = [{"centre": centre, "neighbours": k, "min_neighbours": least} for centre in ("baseline", "mean", "z-score", "none")
       for k, least in ((1, 1), (3, 2), (40, 4))]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *(("rating-knn", one) for one in KNN),
        ("rating-knn", {"by": "user", "neighbours": 3}),
        ("rating-knn", {"similarity": "cosine", "neighbours": 2}),  # many are equally similar
        ("slope-one", {"weighted": True}),
        ("slope-one", {"weighted": False}),
        ("sasrec", {"max_length": 3}),
        ("bert4rec", {"max_length": 3}),
        ("din", {"max_length": 3}),
        ("popularity", {}),
    ],
)
def test_scores_without_an_interaction_are_those_of_a_history_that_never_had_it(name, settings):
    algorithm = ready(name, **settings)
    for user in (0, 5, 11):
        history = history_of(name, user)
        places = np.random.default_rng(user).permutation(len(history.item))
        asked_anew = np.concatenate([algorithm.score(np.array([-1], np.int32), without(history, at)) for at in places])
        np.testing.assert_allclose(algorithm.scores_without(history, places), asked_anew, rtol=1e-5, atol=1e-5)
        parts = (history.item, history.rating, history.time)
        one = UserItems(np.array([0, 1]), *(None if part is None else part[:1] for part in parts))
        alone = algorithm.score(np.array([-1], np.int32), without(one, 0))
        np.testing.assert_allclose(algorithm.scores_without(one, np.array([0])), alone, rtol=1e-5, atol=1e-5)


def test_the_newest_are_left_out_where_each_takes_long_and_what_is_not_read_changes_nothing(monkeypatch):
    history = history_of("gmf")
    n, algorithm = len(history.item), ready("gmf")
    assert algorithm.may_leave_out() == 200
    monkeypatch.setattr(pair_scorer, "WAITING_NUMBERS", 0)
    monkeypatch.setattr(pair_scorer, "LEAST_LEFT_OUT", 3)
    told = explain(algorithm, history, unseen(algorithm, history))
    assert {one.at for one in told.reasons if not np.isnan(one.contribution)} == {n - 3, n - 2, n - 1}
    assert all(one.rank_without is None for one in told.reasons if one.at < n - 3)
    algorithm, history = ready("sasrec", max_length=3), history_of("sasrec")
    told = explain(algorithm, history, unseen(algorithm, history))
    older = {one.at: (one.contribution, one.score_without, one.rank_without) for one in told.reasons}
    assert all(older[at] == (0, told.score, told.rank) for at in range(len(older) - 3))
    assert older[len(older) - 1][0] != 0
