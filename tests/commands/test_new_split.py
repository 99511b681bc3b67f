"""A split that is one new file: the command line knows it, and its folds are summed up."""

import json

from workbench.evaluation.comparable import key_of, terms_of
from workbench.export.report import write_report
from workbench.training.run import Run


def test_it_stands_in_the_help_and_can_be_asked_for(new_split, ask, fails, folder, tmp_path):
    _, out, _ = ask("train", "--help")
    told = " ".join(out.split())
    assert "rounds Hides each nth interaction: every one is hidden once. Settings: rounds, fold." in told
    assert "last-n Holds out each user's newest interactions" in told
    given = ["train", folder / "ratings.csv", "--algorithm", "popularity", "--run", tmp_path / "a"]
    assert "rounds must be a whole number at least 2" in fails(*given, "--split", new_split, "--split-set", "rounds=1")
    assert "Did you mean 'rounds'?" in fails(*given, "--split", "round")


def test_its_folds_are_comparable_summed_up_and_worded(new_split, ask, value, folder, tmp_path):
    for fold in range(3):
        given = ["--run", tmp_path / f"p{fold}", "--split", new_split, "--split-set", f"fold={fold}", "--quiet"]
        assert ask("train", folder / "ratings.csv", "--algorithm", "popularity", *given)[0] == 0
        found = value("evaluate", tmp_path / f"p{fold}")
        assert found["protocol"]["split_in_words"] == f"each interaction number {fold + 1} of 3 test"
    runs = [tmp_path / f"p{fold}" for fold in range(3)]
    keys = {key_of(terms_of(json.loads((run / "run.json").read_text())), fold=False) for run in runs}
    assert len(keys) == 1
    answer = value("compare", *runs, "--metric", "ndcg@10")
    (whole,) = answer["repeats"]
    assert (whole["what"], len(whole["runs"])) == ("folds", 3)
    assert "(standard error; 3 folds" in whole["words"]
    assert write_report(tmp_path / "report.html", "Rounds", [Run.open(run) for run in runs]) == 3
    assert "ach interaction number 2 of 3 test" in (tmp_path / "report.html").read_text(encoding="utf-8")
