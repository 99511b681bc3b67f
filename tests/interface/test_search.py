"""A search in Python: DataFrames of trials, the best run, and that it goes on."""

import pytest

import workbench


def test_a_search_gives_its_trials_its_best_run_and_goes_on(fold, tmp_path):
    asked = {"ranges": {"regularization": (1, 1000)}, "second": "novelty", "progress": False}
    found = workbench.search(fold, ["ease"], trials=3, folder=tmp_path / "kept", **asked)
    trials = found.trials
    assert list(trials.index) == [0, 1, 2]
    assert (trials["state"] == "done").all()
    assert trials["regularization"].between(1, 1000).all()
    best = found.best
    assert best.records()["validation.ndcg@10"].iloc[-1] == trials["value"].max()
    assert best.hyperparameters["regularization"] == trials["regularization"][trials["value"].idxmax()]
    assert trials["value"].idxmax() in found.front.index
    assert len(best.recommend([1003], k=3)) == 3
    more = workbench.search(fold, ["ease"], trials=4, folder=tmp_path / "kept", **asked)
    assert more.trials.iloc[:3].equals(trials)
    assert len(more.trials) == 4
    with pytest.raises(workbench.WorkbenchError, match="differs in metric"):
        workbench.search(fold, ["ease"], trials=4, folder=tmp_path / "kept", metric="mrr@10", **asked)
    final = more.train_best(progress=False)
    assert "best of 4 trials on validation" in final.evaluate(["ndcg@10"]).attrs["protocol"]["chosen"]
    alike = workbench.train(fold, "ease", patience=0, learns_validation=True, **final.hyperparameters)
    assert alike.recommend(k=3).equals(final.recommend(k=3))


def test_what_a_search_is_not_asked_for_like_that(fold):
    for said, asked in {
        "two numbers in a tuple": {"ranges": {"regularization": 3}},
        "no argument 'patients'. Did you mean 'patience'": {"patients": 3},
        "no hyperparameter 'factor": {"fixed": {"factor": 3}},
        "trials must be": {"trials": 0},
    }.items():
        with pytest.raises(workbench.WorkbenchError, match=said):
            workbench.search(fold, "ease", **asked)
    assert repr(workbench.search(fold, "ease", trials=1)).endswith("1 trials, done>")
