import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.test_interactions import build
from workbench.data.splitting import Files, LastN, Random, make_split
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


def test_a_sample_of_people_keeps_their_rows_together():
    part = LastN(n=1, validation=0).split(DATA).test
    few = part.sample(3, seed=1)
    assert len(few) == 3
    for row, user in enumerate(few.who):
        assert few.histories[row].tolist() == part.histories[user].tolist()
    assert part.sample(100, seed=1) is part
