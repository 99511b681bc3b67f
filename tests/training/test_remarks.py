"""What a training says of itself when it ends, wherever it is repeated."""

import numpy as np
import pytest

from workbench.algorithms import all_algorithms, find
from workbench.algorithms.linear import ease
from workbench.commands.train import _answer
from workbench.export.run_report import RunReport
from workbench.training.remarks import remarks_of, validated_on
from workbench.training.train import train_run


def about(status):
    return [remark.about for remark in status.remarks]


def test_who_learned_nothing_beyond_popularity_says_so_everywhere(make_run):
    run = make_run("random")
    [remark] = train_run(run.folder).remarks
    assert remark.about == "popularity"
    assert "not better than popularity by more than chance" in remark.sentence
    assert "Popularity" in remark.sentence
    assert "Random" in remark.sentence
    assert "NDCG@10" in remark.sentence
    assert remark.sentence in _answer(run).text
    assert RunReport.of(run).said == [remark.sentence]


@pytest.mark.parametrize(("algorithm", "chosen"), [("ease", {}), ("popularity", {}), ("biased-svd", {"epochs": 2})])
def test_whoever_is_better_or_has_nothing_to_be_held_against_says_nothing(make_run, algorithm, chosen):
    assert "popularity" not in about(train_run(make_run(algorithm, chosen).folder))


def test_whoever_still_learned_at_its_limit_says_so_until_it_has_more(make_run):
    run = make_run("biased-svd", {"epochs": 3, "factors": 4})
    assert about(train_run(run.folder)) == ["limit"]
    run.extend(5)
    assert run.status().remarks == []


@pytest.mark.parametrize(
    ("best", "epoch", "rising"), [(40, 40, True), (37, 40, True), (35, 40, False), (20, 30, False)]
)
def test_it_still_learned_where_the_best_epoch_is_among_the_last(make_run, best, epoch, rising):
    run, algorithm = make_run("biased-svd"), find("biased-svd").make({"epochs": 40})
    assert [remark.about for remark in remarks_of(run, algorithm, None, best, epoch)] == ["limit"] * rising


def test_what_to_try_are_hyperparameters_that_matter(make_run):
    run = make_run("item-knn")
    [remark] = remarks_of(run, find("item-knn").make({}), np.zeros(len(validated_on(run))), 0, 0)
    assert "Try other values of Neighbours (" in remark.sentence
    assert "More than chance: Popularity is better" in remark.sentence


@pytest.mark.parametrize("kind", all_algorithms().values(), ids=lambda kind: kind.name)
def test_who_predicts_ratings_says_that_lists_are_not_what_it_is_for(kind):
    assert bool(kind.caution()) == kind.predicts_ratings
    assert not kind.caution() or kind.caution().startswith(f"{find(kind.name).title} is made to predict ratings")


def test_fewer_factors_than_were_asked_are_told(make_run):
    run = make_run("pure-svd", {"factors": 2000})
    [told] = [remark.sentence for remark in train_run(run.folder).remarks if remark.about == "asked"]
    most = min(run.data.n_users, run.data.n_items) // 2
    assert f"It kept {most} factors and not 2000" in told
    assert "asked" not in about(train_run(make_run("pure-svd", {"factors": 2}).folder))


def test_how_exactly_it_calculated_is_told_where_it_had_a_choice(make_run, monkeypatch):
    monkeypatch.setattr(ease, "MANY_ITEMS", 2)
    run = make_run("ease", {"regularization": 50.0})
    told = train_run(run.folder).arithmetic
    assert told.startswith("Single precision")
    assert _answer(run).value["arithmetic"] == told
    assert ("Arithmetic", told) in RunReport.of(run).about
    assert train_run(make_run("popularity").folder).arithmetic == ""
