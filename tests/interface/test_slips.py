"""Arguments of the wrong kind, as people give them: each is refused with a sentence, none ends in a wrong number."""

import pytest

import workbench
from workbench.errors import WorkbenchError


def test_what_the_steps_take_is_said(data, fold, run):
    for slip, said in (
        (lambda: workbench.split(data.interactions, "last-n"), "split takes what read_interactions gave"),
        (lambda: workbench.split(data, None), "name of a split"),
        (lambda: workbench.train(data, "ease"), "train takes what split gave"),
        (lambda: workbench.train(fold, None), "name of an algorithm"),
        (lambda: workbench.train(fold, "ease", folder=""), "needs a name"),
        (lambda: workbench.compare(run), "Two or more runs"),
        (lambda: workbench.compare(["runs/a", "runs/b"]), "compare takes runs"),
        (lambda: workbench.compare([run, run], ["ndcg@10", "recall@10"]), "one metric"),
    ):
        with pytest.raises(WorkbenchError, match=said):
            slip()


def test_wrong_cutoffs_and_negatives_are_refused(run):
    for slip, said in (
        (lambda: run.evaluate(["ndcg@-1"], progress=False), "cutoff of ndcg@-1"),
        (lambda: run.evaluate(["ndcg@x"], progress=False), "cutoff of ndcg@x"),
        (lambda: run.evaluate(["ndcg@0"], progress=False), "cutoff of ndcg@0"),
        (lambda: run.evaluate(["ndcg@10"], negatives=-1, progress=False), "from 1 to a billion"),
        (lambda: run.evaluate(["ndcg@10"], negatives=5, negatives_by="foo", progress=False), "uniform"),
    ):
        with pytest.raises(WorkbenchError, match=said):
            slip()
