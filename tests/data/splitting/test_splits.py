from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.test_interactions import build
from workbench.data.dates import milliseconds, written
from workbench.data.filtering import apply
from workbench.data.filtering.min_user import MinimumPerUser
from workbench.data.filtering.ratings import RatingRange
from workbench.data.interactions import Interactions
from workbench.data.splitting import DEFAULT, SHOWN, TEST, TRAIN, UNUSED, VALIDATION, all_splits, is_folded, make_split
from workbench.data.splitting.base import checks
from workbench.data.splitting.files import Files
from workbench.data.splitting.held_out import HeldOutUsers
from workbench.data.splitting.k_fold import KFold
from workbench.data.splitting.last_n import LastN
from workbench.data.splitting.random import Random
from workbench.data.splitting.time_cut import TimeCut
from workbench.data.splitting.time_series import TimeSeries
from workbench.errors import WorkbenchError

DATA = build([(user, item, 1 + item % 5, 10 * item) for user in range(6) for item in range(user, 12)])


def pairs(user_items, who):
    return {(int(user), int(item)) for row, user in enumerate(who) for item in user_items[row]}


@pytest.mark.parametrize("split", [Random(test=0.3, validation=0.2), LastN(n=2, validation=1)])
def test_every_interaction_lands_in_one_place_and_nothing_in_truth_is_in_a_history(split):
    fold = split.split(DATA)
    everything = pairs(DATA.by_user, range(DATA.n_users))
    train = set(zip(fold.train.user.tolist(), fold.train.item.tolist(), strict=True))
    test = pairs(fold.test.truth, fold.test.who)
    validation = pairs(fold.validation.truth, fold.validation.who)
    assert train | test | validation == everything
    assert len(train) + len(test) + len(validation) == len(everything)
    for part in (fold.test, fold.validation):
        assert not pairs(part.truth, part.who) & pairs(part.histories, part.who)
        assert not pairs(part.truth, part.who) & pairs(part.seen, part.who)


def test_last_n_hides_the_last_of_each_user_and_shows_validation_at_the_test():
    fold = LastN(n=1, validation=2).split(DATA)
    assert [fold.test.truth[row].tolist() for row in range(6)] == [[11]] * 6
    assert [fold.validation.truth[row].tolist() for row in range(6)] == [[9, 10]] * 6
    assert fold.test.histories[0].tolist() == list(range(11))
    assert fold.validation.histories[0].tolist() == list(range(9))


def test_validation_can_be_kept_from_the_history_but_never_comes_back_as_a_recommendation():
    fold = LastN(n=1, validation=2, show_validation=False).split(DATA)
    assert fold.test.histories[0].tolist() == list(range(9))
    assert fold.test.seen[0].tolist() == list(range(11))


def test_users_with_too_few_interactions_stay_in_training():
    data = build([(0, 0, 1, 0), (0, 1, 1, 1), (1, 0, 1, 0), (1, 1, 1, 1), (1, 2, 1, 2)])
    fold = LastN(n=1, validation=1).split(data)
    assert fold.test.who.tolist() == [1]
    assert len(fold.train) == 3


def test_people_without_training_are_told_apart():
    part = np.array([0, 0, 2, 2, 2], np.int8)
    fold = Files().split(build([(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (1, 0, 1, 0), (1, 1, 1, 1)], part=part))
    assert fold.test.who.tolist() == [0, 1]
    assert fold.test.users.tolist() == [0, -1]
    assert fold.validation is None


@given(st.integers(0, 5), st.floats(0.1, 0.5), st.floats(0, 0.4))
def test_a_random_split_depends_on_its_seed_and_shares_alone(seed, test, validation):
    split = Random(test=test, validation=validation, seed=seed)
    places = split.places(DATA)
    assert (places == split.places(DATA)).all()
    assert (places == 2).sum() == round(test * len(DATA))
    assert (places == 1).sum() == round(validation * len(DATA))
    assert (places != Random(test=test, validation=validation, seed=seed + 1).places(DATA)).any()


def test_a_split_that_leaves_nothing_is_refused_in_a_sentence():
    with pytest.raises(WorkbenchError, match="nothing to test on"):
        LastN(n=50).split(DATA)
    with pytest.raises(WorkbenchError, match="nothing to learn from"):
        Random(test=0.9, validation=0.1).split(DATA)
    with pytest.raises(WorkbenchError, match="needs a test file"):
        Files().split(DATA)


def test_splits_are_made_by_name_and_explain_what_is_wrong():
    assert make_split("last-n", {"n": 3}).n == 3
    with pytest.raises(WorkbenchError, match="Did you mean 'random'"):
        make_split("randm")
    with pytest.raises(WorkbenchError, match="test must be a number above 0 and below 1, not 2"):
        make_split("random", {"test": 2})
    with pytest.raises(WorkbenchError, match="k-fold: fold must be below 5, the number of parts, not 5"):
        make_split("k-fold", {"fold": "5"})
    with pytest.raises(WorkbenchError, match="Time cut: date must be a date such as 2020-12-31, not 'soon'"):
        make_split("time", {"date": "soon"})


def test_a_sample_of_people_keeps_their_rows_together():
    part = LastN(n=1, validation=0).split(DATA).test
    few = part.sample(3, seed=1)
    assert len(few) == 3
    for row, user in enumerate(few.who):
        assert few.histories[row].tolist() == part.histories[user].tolist()
    assert part.sample(100, seed=1) is part


# Any data, any split -------------------------------------------------------------------------------------------------

SOME_ROWS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 9), st.integers(1, 5), st.integers(0, 12)), min_size=1, max_size=60
)
MORE_ROWS = SOME_ROWS.map(
    lambda rows: rows + [(7 - u, 9 - i, 1, t) for u, i, _, t in rows] + [(0, i, 1, i) for i in range(10)]
)
SHARES, FEW, SEEDS = st.floats(0.05, 0.6), st.floats(0.1, 0.2), st.integers(0, 3)
SOME_SPLITS = st.one_of(
    st.builds(Random, test=SHARES, validation=SHARES | st.just(0), per_user=st.booleans(), seed=SEEDS),
    st.builds(LastN, n=st.integers(1, 3), validation=st.integers(0, 3), show_validation=st.booleans()),
    st.builds(TimeCut, test=SHARES, validation=SHARES | st.just(0), strangers=st.booleans()),
    st.builds(TimeCut, date=st.just("1970-01-01T00:00:00.006"), validation=SHARES, strangers=st.booleans()),
    st.builds(
        TimeSeries, windows=st.just(3), fold=st.integers(0, 2), test=FEW, validation=FEW, strangers=st.booleans()
    ),
    st.builds(
        HeldOutUsers, test=SHARES, validation=SHARES | st.just(0), shown=SHARES, seed=SEEDS, known_items=st.booleans()
    ),
    st.builds(HeldOutUsers, test=st.integers(1, 3), validation=st.integers(0, 3), hidden=st.just("last"), seed=SEEDS),
    st.builds(KFold, k=st.just(3), fold=st.integers(0, 2), validation=SHARES | st.just(0), seed=SEEDS),
    st.builds(KFold, k=st.just(3), fold=st.integers(0, 2), by=st.just("users"), validation=SHARES, seed=SEEDS),
)


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS | MORE_ROWS, SOME_SPLITS)
def test_a_fold_is_a_division_in_which_nothing_hidden_is_shown(rows, split):
    data = build(rows)
    try:
        fold = split.split(data)
    except WorkbenchError:
        places = split.places(data)
        assert not (places == TRAIN).any() or not (places == TEST).any()
        return
    places = fold.places
    assert (places == split.places(data)).all()
    assert set(np.unique(places).tolist()) <= {TRAIN, VALIDATION, TEST, SHOWN, UNUSED}
    assert len(fold.train) == (places == TRAIN).sum()
    parts = [(fold.test, TEST)] if fold.validation is None else [(fold.test, TEST), (fold.validation, VALIDATION)]
    assert (fold.validation is None) == (not (places == VALIDATION).any())
    trained = set(fold.train.user.tolist())
    for part, place in parts:
        assert len(part.truth.item) == (places == place).sum()
        assert (part.truth.lengths > 0).all()
        assert len(part.truth) == len(part.histories) == len(part.seen) == len(part)
        assert not pairs(part.truth, part.who) & pairs(part.histories, part.who)
        assert not pairs(part.truth, part.who) & pairs(part.seen, part.who)
        assert pairs(part.histories, part.who) <= pairs(part.seen, part.who)
        assert checks.shown_and_hidden(part, data.n_items) == 0
        assert part.users.tolist() == [who if who in trained else -1 for who in part.who]
    if split.holds_out:
        assert not trained & set(fold.test.who.tolist())
        assert split.model_dump().get("known_items") or (fold.test.histories.lengths > 0).all()
    if split.by_time:
        assert checks.learned_later(fold) == 0
        assert fold.validation is None or fold.validation.truth.time.max() < fold.test.truth.time.min()
        assert split.strangers or checks.without_history(fold.test) == 0
    assert fold.seen_at_test.content_hash == data.take((places != TEST) & (places != UNUSED)).content_hash
    shown = (places == TRAIN) | (places == SHOWN) | ((places == VALIDATION) & split.show_validation)
    assert fold.shown_at_test.content_hash == data.take(shown).content_hash


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS, st.integers(2, 5), st.sampled_from(["interactions", "users"]), SEEDS)
def test_of_k_folds_each_thing_is_hidden_once(rows, k, by, seed):
    data = build(rows)
    folds = [fold.places(data) for fold in KFold(k=k, by=by, seed=seed).folds()]
    assert len(folds) == k
    if by == "interactions":
        assert (sum((fold == TEST).astype(int) for fold in folds) == 1).all()
        sizes = [(fold == TEST).sum() for fold in folds]
        assert max(sizes) - min(sizes) <= 1
    else:
        judged = [set(data.user[fold == TEST].tolist()) for fold in folds]
        able = np.flatnonzero(data.by_user.lengths > 1)
        assert sorted(user for users in judged for user in users) == able.tolist()


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS, st.integers(1, 4), st.floats(0.05, 0.3), st.sampled_from([0, 0.2]))
def test_windows_follow_each_other_without_a_gap(rows, windows, share, validation):
    data = build(rows)
    split = TimeSeries(windows=windows, test=share, validation=validation)
    hidden = [fold.places(data) == TEST for fold in split.folds()]
    assert (sum(mask.astype(int) for mask in hidden) <= 1).all()
    for one, later in pairwise(hidden):
        if one.any() and later.any():
            assert data.time[one].max() < data.time[later].min()
    if round(share * len(data)):
        assert (data.time[hidden[-1]] == data.time.max()).any()  # the last window ends with the data


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS, st.integers(0, 3))
def test_random_of_each_user_takes_the_share_of_each_and_leaves_something(rows, seed):
    data = build(rows)
    places = Random(test=0.4, validation=0.2, per_user=True, seed=seed).places(data)
    for user in range(data.n_users):
        own = places[data.user == user]
        n = len(own)
        assert (own == TEST).sum() == min(round(0.4 * n), max(0, n - 1))
        assert n == 0 or (own == TRAIN).any()


# By hand -------------------------------------------------------------------------------------------------------------

# Two users; a has times 0, 1, 2, 3, b has 2, 3, 4, 5.
TWO = build([(0, i, 1, i) for i in range(4)] + [(1, i, 1, i + 2) for i in range(4)])


def test_a_time_cut_keeps_equal_times_together():
    # The newest half of 8 begins inside the two at time 3, or inside those at 2: both go to the test.
    assert TimeCut(test=0.5, validation=0).places(TWO).tolist() == [0, 0, 0, 2, 0, 2, 2, 2]
    assert TimeCut(test=0.375, validation=0).places(TWO).tolist() == [0, 0, 0, 2, 0, 2, 2, 2]
    assert TimeCut(test=0.25, validation=0.25).places(TWO).tolist() == [0, 0, 0, 1, 0, 1, 2, 2]


def test_a_time_cut_at_a_date_hides_from_that_moment_on():
    moment = "1970-01-01T00:00:00.003"
    assert TimeCut(date=moment, validation=0).places(TWO).tolist() == [0, 0, 0, 2, 0, 2, 2, 2]
    assert moment in TimeCut(date=moment).describe()


def test_people_without_a_history_can_be_left_out_of_a_time_cut():
    rows = [(0, 0, 1, 0), (0, 1, 1, 9), (1, 0, 1, 8), (1, 1, 1, 9)]
    fold = TimeCut(test=0.75, validation=0).split(build(rows))
    assert fold.test.users.tolist() == [0, -1]
    assert checks.without_history(fold.test) == 1
    fold = TimeCut(test=0.75, validation=0, strangers=False).split(build(rows))
    assert fold.test.who.tolist() == [0]
    assert (fold.places == UNUSED).sum() == 2


def test_time_windows_by_share_and_by_days():
    data = build([(0, i, 1, i * 86_400_000) for i in range(10)])
    places = [fold.places(data).tolist() for fold in TimeSeries(windows=2, test=0.2, validation=0.1).folds()]
    assert places == [[0, 0, 0, 0, 0, 1, 2, 2, 4, 4], [0, 0, 0, 0, 0, 0, 0, 1, 2, 2]]
    places = [fold.places(data).tolist() for fold in TimeSeries(windows=2, days=3, validation=0).folds()]
    assert places == [[0, 0, 0, 0, 2, 2, 2, 4, 4, 4], [0, 0, 0, 0, 0, 0, 0, 2, 2, 2]]


def test_held_out_users_show_the_first_of_what_they_did_where_the_last_is_hidden():
    data = build([(user, item, 1, item) for user in range(10) for item in range(10)])
    fold = HeldOutUsers(test=2, validation=0.1, shown=0.8, hidden="last", seed=1).split(data)
    assert (len(fold.test), len(fold.validation), fold.train.by_user.lengths.astype(bool).sum()) == (2, 1, 7)
    assert fold.test.users.tolist() == [-1, -1]
    assert [fold.test.histories[row].tolist() for row in range(2)] == [[*range(8)]] * 2
    assert [fold.test.truth[row].tolist() for row in range(2)] == [[8, 9]] * 2


def test_the_published_protocol_of_strong_generalisation():
    # Liang et al. 2018: likes from 4 stars on, people with 5 of them, some people held out, a fifth of theirs hidden.
    random = np.random.default_rng(0)
    rows = [(u, int(i), int(random.integers(1, 6)), 0) for u in range(60) for i in random.permutation(40)[: 4 + u % 30]]
    data, _ = apply([RatingRange(low=4), MinimumPerUser(n=5)], build(rows))
    fold = HeldOutUsers(test=8, validation=8, shown=0.8, known_items=True, seed=98765).split(data)
    assert data.rating.min() == 4
    assert len(fold.test) == len(fold.validation) == 8
    assert not set(fold.train.user) & set(fold.test.who)
    for part in (fold.test, fold.validation):
        lengths = data.by_user.lengths[part.who]
        used = [(fold.places[data.user == who] != UNUSED).sum() for who in part.who]
        assert used == (part.truth.lengths + part.histories.lengths).tolist()
        full = np.array(used) == lengths
        assert (part.truth.lengths[full] == lengths[full] // 5).all()
        assert full.any()
    assert not checks.hidden_items(fold.test, fold.train)[1]


def test_a_user_with_one_interaction_is_never_held_out():
    data = build([(0, 0, 1, 0), *((user, item, 1, item) for user in (1, 2) for item in range(3))])
    for seed in range(5):
        assert 0 not in HeldOutUsers(test=1, validation=0, seed=seed).split(data).test.who
        assert HeldOutUsers(test=1, validation=0, shown=1e-9, seed=seed).split(
            data
        ).test.histories.lengths.tolist() == [1]


@pytest.mark.parametrize("split", [TimeCut(), TimeSeries()])
def test_a_split_by_time_needs_times(split):
    ids = pa.array(["a", "b"])
    bare = Interactions(np.array([0, 1], np.int32), np.array([0, 1], np.int32), ids, ids)
    with pytest.raises(WorkbenchError, match="needs times"):
        split.split(bare)


@pytest.mark.parametrize("name", ["random", "last-n", "time", "time-series", "held-out-users", "k-fold"])
def test_one_interaction_is_refused_in_a_sentence_by_every_split(name):
    with pytest.raises(WorkbenchError, match="leaves nothing to"):
        make_split(name).split(build([(0, 0, 1, 0)]))


def test_all_at_one_moment_cannot_be_cut():
    with pytest.raises(WorkbenchError, match="nothing to learn from"):
        TimeCut().split(build([(user, item, 1, 7) for user in range(3) for item in range(3)]))


def test_every_split_can_be_told_and_has_its_folds():
    for name, kind in all_splits().items():
        split = make_split(name)
        assert split.describe()
        assert kind.title
        folds = split.folds()
        assert len(folds) == (getattr(split, split.many) if split.many else 1)
        assert [make_split(name, fold.model_dump()) for fold in folds] == folds


@pytest.mark.parametrize("name", ["random", "last-n", "time", "held-out-users", "k-fold"])
def test_what_validation_hides_is_learned_from_where_nothing_is_chosen_any_more(name):
    many = build([(user, item, 1 + item % 5, 10 * item) for user in range(40) for item in range(user % 6, 12)])
    fold = make_split(name, {"seed": 1} if name in ("random", "held-out-users", "k-fold") else {}).split(many)
    more = fold.learning_validation()
    known, learned = (set(zip(one.train.user.tolist(), one.train.item.tolist(), strict=True)) for one in (fold, more))
    validation = fold.validation
    assert more.validation is None
    assert learned == known | pairs(validation.truth, validation.who) | pairs(
        validation.histories.rows(np.flatnonzero(validation.users < 0)), validation.who[validation.users < 0]
    )
    assert pairs(more.test.truth, more.test.who) == pairs(fold.test.truth, fold.test.who)
    assert not learned & pairs(more.test.truth, more.test.who)


def test_a_new_file_is_a_split(new_split):
    assert list(all_splits())[-1] == new_split
    assert next(iter(all_splits())) == DEFAULT
    split = make_split(new_split, {"rounds": 4, "fold": 1})
    assert (split.part, split.parts, len(split.folds())) == (2, 4, 4)
    fold = split.split(DATA)
    assert np.flatnonzero(fold.places == TEST).tolist() == list(range(1, len(DATA), 4))
    assert is_folded(new_split)


def test_after_the_test_it_was_never_there():
    assert "rounds" not in all_splits()
    assert not is_folded("rounds")
    assert [name for name in all_splits() if is_folded(name)] == ["time-series", "k-fold"]


def test_every_split_declares_its_words():
    for name, kind in all_splits().items():
        split = make_split(name)
        words = kind.short.format(split=split)
        assert words
        assert "{" not in words
        assert len(words) < 20, "there is no room for more in the sidebar"
        assert kind.sentence.endswith((".", "?"))
    assert (
        make_split("random", {"test": 0.25}).short.format(split=make_split("random", {"test": 0.25})) == "random 25 %"
    )


# Checks --------------------------------------------------------------------------------------------------------------


def test_what_is_hidden_and_shown_is_found():
    part = np.array([0, 0, 2, 2, 0, 2], np.int8)
    rows = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 1, 1, 2), (0, 2, 1, 3), (1, 0, 1, 0), (1, 0, 1, 1)]
    data = build(rows, part=part)
    assert checks.shown_and_hidden(Files().split(data).test, data.n_items) == 2


def test_learning_from_the_future_is_found():
    fold = LastN(n=1, validation=0).split(TWO)
    assert checks.learned_later(fold) == 2  # b's 3 and 4 are not before a's hidden 3
    assert checks.first_hidden(fold) == 3


def test_strange_items_and_equal_times_are_counted():
    rows = [(0, 0, 1, 0), (0, 1, 1, 0), (0, 2, 1, 5), (1, 0, 1, 5), (1, 3, 1, 6)]
    data = build(rows)
    fold = LastN(n=1, validation=0).split(data)
    assert checks.hidden_items(fold.test, fold.train) == (2, 2)
    assert checks.equal_times(data) == 0.25  # one of four steps; from one user to the next is none


def test_moments_are_written_as_they_are_read():
    for text in ("2020-12-31", "2020-12-31 10:30:00", "1969-05-01 00:00:00.250"):
        assert written(milliseconds(text)) == text
    assert milliseconds("2020-01-01T01:00+01:00") == milliseconds("2020-01-01")
