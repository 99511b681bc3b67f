"""Metrics that were measured one after another are kept as if they had been measured together."""

import re

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.training.evaluating import evaluate_run
from workbench.training.results import lists_of, read_answer, read_users
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture
def trained(project):
    """A run that ranks and predicts ratings, of which no test was opened."""
    place = project / "runs" / "kept"
    if not place.exists():
        train_run(Run.create(place, project / "data" / "small", "average", {}, "last-n", {"n": 2}, patience=0).folder)
    for name in ("evaluation.json", "users.parquet", "lists.npy"):
        (place / name).unlink(missing_ok=True)
    return Run.open(place)


@pytest.mark.parametrize("threshold", [None, 4.0])  # with one, some users have errors and no list
@pytest.mark.parametrize("turn", [1, -1])
def test_tests_of_one_protocol_add_up(trained, threshold, turn):
    asked = [(["ndcg", "recall"], [5]), (["rmse"], [5]), (["recall", "coverage"], [2, 20])]
    said = [evaluate_run(trained, metrics, k, threshold).get("earlier", "") for metrics, k in asked[::turn]]
    assert [one.startswith("Kept from an earlier test") for one in said] == [False, True, True]
    kept, users, lists = read_answer(trained.folder), read_users(trained.folder), lists_of(trained)[1].copy()
    assert list(kept["metrics"]) == ["coverage@2", "coverage@20", "ndcg@5", "recall@2", "recall@5", "recall@20", "rmse"]
    assert kept["protocol"]["cutoffs"] == kept["asked"]["cutoffs"] == [2, 5, 20]
    for name in ("evaluation.json", "users.parquet", "lists.npy"):
        (trained.folder / name).unlink()
    evaluate_run(trained, ["ndcg", "recall", "rmse", "coverage"], [2, 5, 20], threshold)
    together = read_answer(trained.folder)
    assert kept["metrics"] == {key: together["metrics"][key] for key in kept["metrics"]}
    assert kept["protocol"] == together["protocol"]
    assert set(kept["asked"]["metrics"]) == set(together["asked"]["metrics"])
    whole = read_users(trained.folder)
    for name in users.column_names:
        assert users.column(name).equals(whole.column(name)) or np.array_equal(
            users.column(name).to_numpy(), whole.column(name).to_numpy(), equal_nan=True
        ), name
    np.testing.assert_array_equal(lists, lists_of(trained)[1])


def test_another_protocol_takes_the_place_of_the_earlier_one_and_says_so(trained):
    evaluate_run(trained, ["ndcg", "rmse"], [5])
    told = evaluate_run(trained, ["recall"], [5], 4.0)["earlier"]
    assert told.startswith("The earlier test of this run was replaced, because it was of another protocol (relevance")
    assert list(read_answer(trained.folder)["metrics"]) == ["recall@5"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (
            "evaluation.json",
            '{"metrics": {}, "users": 3, "protocol": 4}',
            r"evaluation.json was damaged \(protocol: .*\)",
        ),
        ("evaluation.json", "{", "evaluation.json was damaged"),
        ("users.parquet", "x", "users.parquet or lists.npy was damaged"),
    ],
)
def test_an_earlier_test_that_is_damaged_is_replaced_and_that_is_told(trained, name, content, why):
    evaluate_run(trained, ["ndcg"], [5])
    (trained.folder / name).write_text(content)
    told = evaluate_run(trained, ["recall"], [5])["earlier"]
    assert re.fullmatch(rf"The earlier test of this run was replaced, because its {why}\.", told)
    assert list(read_answer(trained.folder)["metrics"]) == ["recall@5"]


def test_a_test_of_a_later_version_is_told_and_not_replaced(trained):
    evaluate_run(trained, ["ndcg"], [5])
    (trained.folder / "evaluation.json").write_text('{"version": 99}')
    before = {path.name: path.read_bytes() for path in trained.folder.iterdir() if path.is_file()}
    with pytest.raises(WorkbenchError, match="later version"):
        evaluate_run(trained, ["recall"], [5])
    assert {path.name: path.read_bytes() for path in trained.folder.iterdir() if path.is_file()} == before


def test_another_formula_replaces_its_metric_alone(trained):
    evaluate_run(trained, ["ndcg", "recall"], [5, 10])
    told = evaluate_run(trained, ["recall"], [5], variants={"recall": "truncated"})["earlier"]
    assert told == "Kept from an earlier test of the same protocol: ndcg."
    stored = read_answer(trained.folder)
    assert list(stored["metrics"]) == ["ndcg@5", "ndcg@10", "recall@5"]
    assert stored["protocol"]["definitions"] == {"recall": "truncated"}
