"""What charts of tested runs say, before anybody draws them."""

import math

import numpy as np
import pytest

from workbench.charts import learning, people, results, settings
from workbench.charts.runs import ChartRun, RunCurve, figures_of
from workbench.charts.style import COLORS, DARK, DASHES, GAIN, LIGHT, LOSE, MARKERS, color_of, round_of


def run(name, number=0, seconds=None, **metrics):
    found = {key.replace("_", "@"): dict(zip(("mean", "low", "high"), given, strict=False)) for key, given in
             metrics.items()}  # fmt: skip
    return ChartRun(f"id-{name}", name, number, "ease", "EASE", found, seconds)


def test_the_look_of_a_series_is_its_own_for_36_numbers():
    assert len({(color_of(number), round_of(number)) for number in range(36)}) == 36
    assert len(LIGHT) == len(DARK) == len(DASHES) == len(MARKERS) == COLORS == 6
    assert [color_of(number) for number in (0, 5, 6)] == [0, 5, 0]
    assert round_of(0) != round_of(6)
    assert [DASHES[round_of(one)] for one in (GAIN, LOSE)] == [None, None]


@pytest.mark.parametrize(
    ("metrics", "found"),
    [
        ({"a": {"mean": 0.5, "low": 0.1, "high": 0.9}}, (0.5, 0.1, 0.9)),
        ({"a": {"mean": 1, "low": None}}, (1.0, None, None)),
        ({"a": 0.25}, (0.25, None, None)),
        ({"a": {"mean": math.nan, "low": "x", "high": math.inf}}, (None, None, None)),
        ({"a": True}, (None, None, None)),
        ({"b": 1}, (None, None, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_figures_are_numbers_or_nothing(metrics, found):
    assert figures_of(metrics, "a") == found


def test_bars_begin_with_the_best():
    runs = [run("worse", 3, ndcg_10=(0.1, 0.05, 0.2)), run("none", 1), run("better", 2, ndcg_10=(0.3, 0.2, 0.4))]
    chart = results.bars(runs, "ndcg@10")
    assert [group.name for group in chart.groups] == ["better", "worse"]
    (bar,) = chart.groups[0].bars
    assert (bar.number, bar.value, bar.low, bar.high) == (2, 0.3, 0.2, 0.4)
    assert bar.words == "better: 0.3000 (0.2000 – 0.4000)"
    assert chart.title == "NDCG@10"
    assert chart.words == "on the test set · lines: 95 % interval of the mean over users"
    errors = results.bars([run("a", rmse=(0.9,)), run("b", rmse=(0.8,))], "rmse")
    assert [group.name for group in errors.groups] == ["b", "a"]
    assert errors.words == "on the test set · without intervals · lower is better"
    assert results.bars([], "ndcg@10").groups == []


def test_lengths_of_the_list_are_in_their_order():
    one = run("a", 4, ndcg_20=(0.3,), ndcg_5=(0.1,), ndcg_10=(0.2,), recall_10=(0.9,))
    chart = results.at_cutoffs([one, run("none")], "ndcg@10")
    (line,) = chart.lines
    assert (list(line.x), list(line.y), line.key, line.number) == ([5, 10, 20], [0.1, 0.2, 0.3], "id-a", 4)
    assert line.markers
    assert chart.title == "NDCG at k on the test set"
    assert results.at_cutoffs([run("a", rmse=(0.9,))], "rmse").lines == []


def test_the_front_is_that_of_both_figures_whichever_way_they_are():
    runs = [
        run("a", 0, 1.0, ndcg_10=(0.1,), coverage_10=(0.9,)),
        run("b", 1, 9.0, ndcg_10=(0.3,), coverage_10=(0.5,)),
        run("c", 2, 5.0, ndcg_10=(0.2,), coverage_10=(0.4,)),
        run("half", 3, 5.0, ndcg_10=(0.9,)),
    ]
    chart = results.trade_off(runs, "coverage@10", "ndcg@10")
    assert [point.name for point in chart.points] == ["a", "b", "c"]
    assert {chart.points[at].name for at in chart.front} == {"a", "b"}
    assert chart.words == "On the Pareto front (no run is better in both): 2 of 3"
    quick = results.trade_off(runs[:3], results.SECONDS, "ndcg@10")
    assert {quick.points[at].name for at in quick.front} == {"a", "b", "c"}
    assert quick.words.endswith("lower is better: seconds")
    assert quick.x.label == "Training, seconds"
    neither = results.trade_off([run("a", arp_10=(3,), ndcg_10=(0.2,))], "arp@10", "ndcg@10")
    assert neither.front == []
    assert "no Pareto front" in neither.words
    assert results.trade_off([], "ndcg@10", "coverage@10").points == []


def curve(name, metric, epochs, values, *, flat=False, seconds=None):
    seconds = [math.nan] * len(epochs) if seconds is None else seconds
    return RunCurve(run(name), metric, *map(np.array, (epochs, seconds, values)), flat)


def test_only_what_was_validated_alike_lies_over_each_other():
    curves = [
        curve("level", "ndcg@10", [0], [0.3], flat=True),
        curve("a", "ndcg@10", [1, 2], [0.1, 0.2], seconds=[3.0, 6.0]),
        curve("b", "rmse", [1, 2], [0.9, 0.8]),
        curve("none", "", [], []),
    ]
    chart = learning.validation(curves)
    assert [line.name for line in chart.lines] == ["level", "a"]
    assert (list(chart.lines[0].x), list(chart.lines[0].y)) == ([0, 2], [0.3, 0.3])
    assert chart.title == "NDCG@10 on validation"
    assert chart.x.whole
    by_seconds = learning.validation(curves, by_seconds=True)
    assert [list(line.x) for line in by_seconds.lines] == [[0, 6.0], [3.0, 6.0]]
    assert by_seconds.x.label == "seconds of training"
    assert learning.validation(curves[:1]).lines == []  # levels alone
    assert learning.validation([]).title == "Validation"
    assert learning.validation([curve("a", "ndcg@10", [1, 2], [1.0, 2.0])], by_seconds=True).lines == []


def with_settings(name, value, **given):
    return ChartRun(name, name, 0, "ease", "EASE", {"ndcg@10": {"mean": value}}, hyperparameters=given)


def test_only_what_runs_differ_in_has_an_axis():
    runs = [with_settings("a", 0.1, regularization=10.0, x=1), with_settings("b", 0.3, regularization=1000.0, x=1),
            with_settings("c", None, regularization=100.0, x=1)]  # fmt: skip
    chart = settings.hyperparameters(runs, "ndcg@10")
    assert [axis.name for axis in chart.axes] == ["L2 weight", "NDCG@10"]
    assert [one.places[0] for one in chart.lines] == pytest.approx([0, 1, 0.5])  # its scale is logarithmic
    assert [one.share for one in chart.lines] == [0.0, 1.0, None]
    assert chart.best == "b"
    assert chart.lines[0].words == "a: L2 weight 10, NDCG@10 0.1000"
    assert settings.hyperparameters(runs[:1], "ndcg@10").axes == []
    assert settings.hyperparameters([], "ndcg@10").lines == []


def test_of_errors_the_least_is_the_best():
    runs = [ChartRun(name, name, 0, "ease", "EASE", {"rmse": {"mean": value}}, hyperparameters={"x": value})
            for name, value in (("a", 0.9), ("b", 0.8))]  # fmt: skip
    assert settings.hyperparameters(runs, "rmse").best == "b"


def test_where_the_test_is_not_open_the_validation_judges():
    runs = [ChartRun(name, name, 0, "ease", "EASE", validated=("recall@10", value), hyperparameters={"x": value})
            for name, value in (("a", 0.5), ("b", 0.6))]  # fmt: skip
    assert settings.judged(runs, "ndcg@10") == ("recall@10", [0.5, 0.6])
    assert settings.hyperparameters(runs, "ndcg@10").axes[-1].name == "Recall@10"


ANSWER = {"users": 4, "gain": 1, "lose": 1, "same": 2, "mean": 0.05, "at": [0, 1, 2, 3], "by": [0.4, 0.0, 0.0, -0.2]}


def test_who_gains_is_green_whichever_way_the_metric_is():
    chart = people.gains(ANSWER, "x", "y", "ndcg@10")
    assert [(line.name, line.number) for line in chart.lines] == [("gain", GAIN), ("lose", LOSE)]
    assert (list(chart.lines[0].x), list(chart.lines[1].y)) == ([1, 2, 3], [0.0, 0.0, -0.2])
    assert chart.title == "NDCG@10, x → y"
    assert chart.words == "on the test set · 1 gain, 1 lose, 2 stay the same · mean +0.0500"
    errors = people.gains(ANSWER, "x", "y", "rmse")
    assert [(line.name, line.number) for line in errors.lines] == [("lose", LOSE), ("gain", GAIN)]
    assert "mean" not in people.gains(ANSWER | {"mean": None}, "x", "y", "rmse").words


def test_parts_say_whether_they_are_the_whole():
    part = {"name": "p", "count": 3.0, "mean": 0.5, "part": 0.2}
    answer = {"names": ["p", "q"], "squares": False, "runs": [{"segments": [part, None], "sum": 0.2, "whole": 0.2}]}
    chart = people.segments(answer, [run("a", 5)], "ndcg@10", by="users by age")
    assert [(bar.number, bar.value) for group in chart.groups for bar in group.bars] == [(5, 0.5), (5, None)]
    assert chart.title == "NDCG@10, users by age, mean of each"
    assert chart.words == "The segments sum to 0.2000, the overall NDCG@10 on the test set"
    adds = people.segments(answer, [run("a")], "ndcg@10", what="part")
    assert adds.groups[0].bars[0].value == 0.2
    answer["squares"] = True
    assert "0.4472², the square of the overall RMSE" in people.segments(answer, [run("a")], "rmse").words
    answer["runs"][0]["sum"] = 0.1
    assert "do not add up" in people.segments(answer, [run("a")], "ndcg@10").words


def test_sentences_are_given_in_the_language_of_who_reads_them():
    told = results.at_cutoffs(
        [run("a", ndcg_10=(0.1,))], "ndcg@10", lambda text: text.upper().replace("METRIC", "metric")
    )
    assert told.title == "NDCG AT K ON THE TEST SET"
    assert told.x.label == "CUTOFF K"
