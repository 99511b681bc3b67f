"""Which numbers may be held against each other: one answer for all who ask."""

import pytest

from workbench.evaluation.comparable import TERMS, key_of, repeat_key, terms_of, unlike
from workbench.metrics import all_metrics

SPEC = {"algorithm": "ease", "hyperparameters": {"l2": 1}, "data_hash": "x", "split": "last-n",
        "split_settings": {"n": 1, "validation": 1}, "seed": 0, "filters": []}  # fmt: skip
PROTOCOL = {"sampled": False, "candidates": "all 9 items", "mask": "train+validation", "relevant_from": None,
            "formulas": {name: all_metrics()[name].formula for name in ("ndcg", "recall")}}  # fmt: skip


def terms(spec=(), protocol=()):
    return terms_of(SPEC | dict(spec), PROTOCOL | dict(protocol))


CHANGES = [
    ({"data_hash": "y"}, {}, "The data differs"),
    ({"split": "random", "split_settings": {}}, {}, "The split (last 1 of each user test"),
    ({"split_settings": {"n": 2, "validation": 1}}, {}, "The split (last 1 of each user test"),
    ({"split_settings": {"n": 1, "validation": 1, "show_validation": False}}, {},
     "The split (last-n, show_validation yes, n 1, validation 1 in a, last-n, show_validation no"),
    ({"filters": [{"name": "core", "settings": {"k": 5}}]}, {}, "The filters (none in a, 5-core in b)"),
    ({}, {"sampled": True, "candidates": "100 drawn"}, "The candidates (all items in a, 100 drawn in b)"),
    ({}, {"made_by": "lists.csv", "candidates": "as made"}, "The candidates (all items in a, as made in b)"),
    ({}, {"mask": "train"}, "What is left out of the lists (items of the person's training and validation"),
    ({}, {"relevant_from": 4.0},
     "What counts as relevant (every hidden interaction in a, hidden ratings of 4 and more in b)"),
    ({}, {"formulas": {"ndcg": "other"}}, "The formula of ndcg differs"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "protocol", "reason"), CHANGES)
def test_runs_that_were_tested_unlike_are_not_comparable_and_it_is_said_why(spec, protocol, reason):
    assert unlike({"a": terms(), "b": terms(spec, protocol)}, "ndcg@10").startswith(reason)
    for metric in (None, "ndcg@10"):
        assert key_of(terms(), metric) != key_of(terms(spec, protocol), metric)


def test_runs_that_were_tested_alike_are_comparable():
    other = terms({"seed": 3, "algorithm": "bpr"}, {"users": 9, "candidates": "all 9 items left by the filters"})
    assert unlike({"a": terms(), "b": other}, "ndcg@10") is None
    assert key_of(terms()) == key_of(other)


def test_a_term_is_named_for_each_that_there_is():
    assert list(TERMS) == list(terms())


def test_the_sentence_and_the_key_always_agree():
    """Whatever the sentence lets pass has the same key, and the other way round."""
    every = [terms()] + [terms(spec, protocol) for spec, protocol, _ in CHANGES]
    for metric in ("ndcg@10", "recall@5"):
        for a in every:
            for b in every:
                assert (unlike({"a": a, "b": b}, metric) is None) == (key_of(a, metric) == key_of(b, metric))


def test_formulas_of_other_metrics_matter_only_where_no_metric_is_named():
    other = terms(protocol={"formulas": PROTOCOL["formulas"] | {"recall": "full"}})
    assert unlike({"a": terms(), "b": other}, "ndcg@10") is None
    assert key_of(terms(), "ndcg@10") == key_of(other, "ndcg@10")
    assert key_of(terms()) != key_of(other)


def test_a_run_that_is_not_tested_stands_with_those_that_were_tested_as_is_usual():
    assert key_of(terms_of(SPEC)) == key_of(terms_of(SPEC, {})) == key_of(terms())
    assert key_of(terms_of(SPEC)) != key_of(terms(protocol={"relevant_from": 4.0}))


def test_settings_that_were_left_out_are_the_usual_ones():
    short = {"split_settings": {"n": 1}}
    assert key_of(terms(short)) == key_of(terms())
    assert key_of(terms({"split_settings": None})) == key_of(terms())
    assert key_of(terms({"split": "of-the-future", "split_settings": [1]})) != key_of(terms())


def test_folds_are_told_apart_where_they_are_not_summed_up():
    first, second = (terms({"split": "k-fold", "split_settings": {"k": 3, "fold": n}}) for n in (0, 1))
    assert key_of(first) != key_of(second)
    assert key_of(first, fold=False) == key_of(second, fold=False)
    assert "fold" in first["split"]
    alone = [terms({"split": "held-out", "split_settings": {"seed": n}}) for n in (0, 1)]
    assert len({key_of(one, fold=False) for one in alone}) == 2


def test_several_reasons_are_one_sentence():
    other = terms(protocol={"relevant_from": 4.0, "mask": "train"})
    told = unlike({"a": terms(), "b": other}, "ndcg@10")
    assert told.count(" differ,") == 1
    assert " and what counts as relevant" in told
    third = terms({"data_hash": "y"}, {"formulas": {"ndcg": "other"}, "sampled": True, "candidates": "few"})
    assert unlike({"a": terms(), "b": third}, "ndcg@10") == (
        "The data, the candidates (all items in a, few in b) and the formula of ndcg differ, "
        "so these numbers are not comparable."
    )
    assert unlike({"a": terms(), "b": terms({"data_hash": "y"})}, "ndcg@10") == (
        "The data differs, so these numbers are not comparable."
    )


def test_the_order_in_which_settings_are_written_does_not_matter():
    first, second = ({"filters": [{"name": "core", "n": 5}]}, {"filters": [{"n": 5, "name": "core"}]})
    assert key_of(terms(first)) == key_of(terms(second))
    assert repeat_key(SPEC | first) == repeat_key(SPEC | second)


def test_repeats_differ_in_seed_and_fold_alone():
    def spec(**changes):
        return SPEC | {"split": "k-fold", "split_settings": {"k": 3, "fold": 0}} | changes

    assert repeat_key(spec()) == repeat_key(spec(seed=4)) == repeat_key(spec(split_settings={"k": 3, "fold": 2}))
    assert repeat_key(spec()) != repeat_key(spec(algorithm="bpr"))
    assert repeat_key(spec()) != repeat_key(spec(split_settings={"k": 4, "fold": 0}))
    random = spec(split="random")
    assert repeat_key(random) != repeat_key(random | {"split_settings": {"k": 3, "fold": 2}})
