"""Metrics are found however they are typed, and what is none is told before anything is measured."""

import pytest

from workbench.errors import WorkbenchError
from workbench.evaluation.metric_names import metric_key, named_metrics


def test_letters_and_blanks_do_not_matter():
    assert [metric_key(one) for one in ("NDCG@10", " ndcg@010", "RMSE")] == ["ndcg@10", "ndcg@10", "rmse"]
    assert named_metrics(["NDCG@10", "ndcg@5", "Recall"]) == (["ndcg", "recall"], [10, 5])
    assert named_metrics(None) == (None, [])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("ndcq@10", "There is no metric 'ndcq'. Did you mean 'ndcg'"),
        ("ndcg", "Say how far, as in ndcg@10"),
        ("rmse@10", "RMSE has no cutoff"),
        ("ndcg@0", "The cutoff of ndcg@0 is not a whole number"),
        ("ndcg@", "The cutoff of ndcg@ is not"),
    ],
)
def test_what_is_no_metric_is_told(asked, says):
    with pytest.raises(WorkbenchError, match=says):
        metric_key(asked)
