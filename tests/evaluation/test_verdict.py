"""What a difference means is said in two answers, in the same words everywhere."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from workbench.evaluation.significance import compare_pair
from workbench.evaluation.verdict import verdict_of


@functools.cache
def found():
    """A pair of which every figure is known."""
    return replace(
        compare_pair(np.array([0.1, 0.2]), np.array([0.2, 0.4])),
        mean_a=0.2, mean_b=0.3, difference=0.1, low=0.05, high=0.15, p=0.001, p_adjusted=0.003, runs=3, pairs=3,
        test="wilcoxon", effect=0.3, gain=30, lose=10, users=100,
    )  # fmt: skip


def said(metric="ndcg@10", **changes):
    return verdict_of(replace(found(), **changes), "Popularity", "EASE", metric)


def test_the_better_run_is_named_first_with_both_answers():
    one = said()
    assert one.more_than_chance
    assert one.sentence == "More than chance: EASE is better than Popularity by 0.1000 (50 %) in NDCG@10."
    assert one.extent == "Size: large; better for 30 users, worse for 10, equal for 60."
    assert one.evidence == [
        "95 %: 0.0500 to 0.1500",
        "Cohen's d 0.30",
        "p = 0.003, Wilcoxon, corrected for the 3 pairs of 3 runs that were tested alike",
    ]
    assert one.in_full() == f"{one.sentence} {one.extent} ({'; '.join(one.evidence)})"


def test_the_other_way_round_it_says_the_same_of_the_other_run():
    turned = {"mean_a": 0.3, "mean_b": 0.2, "difference": -0.1, "low": -0.15, "high": -0.05, "gain": 10, "lose": 30}
    one, other = said(), said(**turned, effect=-0.3)
    assert other.sentence == "More than chance: Popularity is better than EASE by 0.1000 (50 %) in NDCG@10."
    assert (other.extent, other.evidence, other.size) == (one.extent, one.evidence, one.size)


def test_of_errors_the_smaller_one_is_better():
    one = said("rmse", mean_a=0.8, mean_b=0.9)
    assert one.fact == "Popularity is better than EASE by 0.1000 (11.1 %) in RMSE."
    assert "better for 30 users, worse for 10" in one.extent
    one = said("rmse", mean_a=0.9, mean_b=0.8, difference=-0.1, gain=10, lose=30)
    assert one.fact == "EASE is better than Popularity by 0.1000 (11.1 %) in RMSE."
    assert "better for 30 users, worse for 10" in one.extent


def test_of_what_is_neither_good_nor_bad_it_says_higher():
    one = said("arp@10")
    assert one.fact.startswith("EASE is higher than Popularity by 0.1000")
    assert "higher for 30 users, lower for 10" in one.extent


def test_what_may_be_chance_is_not_called_better():
    one = said(p_adjusted=0.05)
    assert not one.more_than_chance
    assert one.sentence == "Could be chance: EASE and Popularity differ by 0.1000 (50 %) in NDCG@10."
    assert one.extent.startswith("Size, if it is not chance: large; better for 30 users")
    assert one.evidence[-1].startswith("p = 0.05,")
    assert said(p_adjusted=0.0499).more_than_chance


@pytest.mark.parametrize(
    ("mean", "size", "words"),
    [
        (0.2099, "small", "hardly noticeable"),
        (0.211, "noticeable", "noticeable"),
        (0.219, "noticeable", "noticeable"),
        (0.221, "large", "large"),
        (0.6, "large", "large"),
    ],
)
def test_the_second_answer_is_what_part_of_the_mean_it_is(mean, size, words):
    one = said(mean_a=0.2, mean_b=mean, difference=mean - 0.2)
    assert (one.size, one.extent.partition(";")[0]) == (size, f"Size: {words}")
    assert one.answer == "More than chance"


def test_the_limits_of_a_size_belong_to_the_larger_one():
    sizes = [said(mean_a=1.0, mean_b=1 + share, difference=share).size for share in (0.05, 0.1)]
    assert sizes == ["noticeable", "large"]


def test_a_metric_that_nobody_knows_is_better_where_it_is_higher():
    assert said("future@10").fact.startswith("EASE is better than Popularity")


def test_a_small_difference_of_many_users_is_more_than_chance_and_hardly_noticeable_in_two_sentences():
    one = said(mean_a=0.3, mean_b=0.301, difference=0.001, effect=0.05)
    assert one.answer == "More than chance"
    assert "noticeable" not in one.sentence
    assert one.extent.startswith("Size: hardly noticeable")
    assert "d 0.05" in one.evidence[1]


def test_a_mean_of_nothing_has_no_part():
    one = said(mean_a=0.0, mean_b=0.1)
    assert one.fact == "EASE is better than Popularity by 0.1000 in NDCG@10."
    assert one.size == "large"


def test_equal_means_of_users_who_differ_are_told_with_the_users():
    one = said(mean_a=0.2, mean_b=0.2, difference=0.0, gain=1, lose=2)
    assert one.fact == "Popularity and EASE have the same mean in NDCG@10, though not for each user."
    assert one.size == "small"
    assert "better for 2 users, worse for 1, equal for 97" in one.extent  # of whom is named first


def test_no_difference_nobody_in_common_and_everybody_alike_are_said():
    none = said(difference=0.0, gain=0, lose=0, p_adjusted=1.0, effect=0.0)
    assert none.sentence == "No difference: Popularity and EASE are equal in NDCG@10 for each of 100 users."
    assert none.in_full() == none.sentence
    nobody = verdict_of(compare_pair(np.empty(0), np.empty(0)), "a", "b", "ndcg@10")
    assert not nobody.more_than_chance
    assert nobody.in_full() == "Nothing can be said: a and b have no users in common."
    assert "the same for every user" in said(effect=None).evidence
    assert said(low=None, high=None).evidence[0].startswith("Cohen's d")


def test_a_test_and_an_interval_that_disagree_are_both_told():
    moved = np.concatenate([np.full(60, 0.01), [-0.9, -0.8]])  # nearly all gain a little, two lose much
    found = compare_pair(np.ones(62), 1 + moved)
    one = verdict_of(found, "a", "b", "ndcg@10")
    assert one.more_than_chance
    assert found.low < 0 < found.high
    assert "surer for how many users than by how much" in one.evidence
    assert "surer for how many users than by how much" not in said().evidence
    assert "surer for how many users than by how much" in said(low=0.0).evidence
    assert "surer for how many users than by how much" not in said(low=-0.01, p_adjusted=0.2).evidence


def test_p_is_written_out_as_far_as_it_says_something():
    assert said(p_adjusted=1e-9).evidence[-1].startswith("p < 0.0001, Wilcoxon")
    assert said(p_adjusted=0.0001).evidence[-1].startswith("p = 0.0001,")
    assert said(runs=2, pairs=1).evidence[-1] == "p = 0.003, Wilcoxon"
    assert "t test, corrected for the 19,900 pairs of 200 runs" in said(test="t", runs=200, pairs=19_900).evidence[-1]


def test_sentences_can_be_translated():
    told = verdict_of(found(), "Popularity", "EASE", "ndcg@10", tr=lambda text: text.replace("chance", "Zufall"))
    assert told.answer == "More than Zufall"


@pytest.mark.parametrize(
    ("p", "words"), [(0.0496, "p = 0.0496"), (0.04999, "p = 0.04999"), (0.05, "p = 0.05"), (0.0504, "p = 0.05")]
)
def test_p_is_written_on_the_side_of_the_level_on_which_it_is(p, words):
    one = said(p=p, p_adjusted=p)
    assert one.evidence[-1].startswith(f"{words}, ")
    assert one.more_than_chance == (p < 0.05)


def test_many_times_as_much_is_a_plain_percentage():
    assert "by 0.1000 (2,000 %) in" in said(mean_a=0.005, mean_b=0.105).sentence
