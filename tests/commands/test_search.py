"""A search from the command line: its value, its sentences, and that it goes on."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.app.pages.compare.comparable import protocol_lines
from workbench.export.report import write_report
from workbench.files import read_json
from workbench.searching import trying
from workbench.searching.search_folder import Search
from workbench.training.run import Run


@pytest.fixture(scope="module")
def asked(folder):
    """A search of two algorithms, as it is typed."""
    return [
        *("search", folder / "ratings.csv", "--algorithm", "ease", "--algorithm", "bpr", "--trials", "4"),
        *("--fix", "epochs=2", "--range", "factors=4..8", "--range", "bpr.drawn=1,4", "--search", folder / "search"),
    ]


def test_a_search_tells_its_best_and_the_test_of_how_many_trials(asked, folder, ask, value, monkeypatch):
    status, _, err = ask(*asked[:-1], folder / "broken", "--trials", "0")
    assert (status, "trials must be" in err) == (1, True), err
    first, did = value(*asked, "--trials", "3", "--quiet"), trying.Trier.one
    assert first["trials"] == 3
    folder_of = first["search"]

    def cancelled(self, trial, tell):
        if trial.number == 3:
            raise trying.Cancelled
        did(self, trial, tell)

    with monkeypatch.context() as patch:
        patch.setattr(trying.Trier, "one", cancelled)
        status, _, err = ask("search", "--search", folder_of, "--trials", "4")
        assert (status, err.strip().splitlines()[-1]) == (
            130,
            f"workbench: Cancelled. To go on: workbench search --search {folder_of}",
        )
    found = value("search", "--search", folder_of, "--train-best")
    keys = {"search", "status", "trials", "pruned", "best", "seconds", "epochs"}
    assert keys <= set(found)
    assert (found["status"], found["trials"]) == ("done", 4)
    assert found["epochs"] == 2 * sum(trial.algorithm == "bpr" for trial in search_of(folder_of).trials())
    best = Run.open(Path(found["best"]["run"]))
    assert found["best"]["hyperparameters"].items() <= best.spec.hyperparameters.items()
    final = Run.open(best.folder.with_name(f"{best.name}-final"))
    assert str(final.folder) == found["final"]
    assert len(final.fold.train) == len(best.fold.train) + len(best.fold.validation.truth.item)
    assert final.fold.validation is None
    tested = [value("evaluate", run)["protocol"] for run in (final.folder, best.folder)]
    assert tested[0]["learned"] == "train and validation"
    assert tested[0]["chosen"].startswith("best of 4 trials on validation")
    assert tested[0]["chosen"].endswith("when this was tested, the test had been opened for 1 of them")
    assert tested[1]["chosen"].endswith(
        "the test had been opened for 2 of them, and the best of those is optimistic, too"
    )
    assert "chosen: best of 4 trials" in ask("evaluate", best.folder)[1]
    info = SimpleNamespace(
        title="EASE", spec=read_json(final.folder / "run.json"), evaluation=read_json(final.folder / "evaluation.json")
    )
    card = {line.what: line.how.lower() for line in protocol_lines([info], "ndcg@10")}
    assert (card["Learned from"], card["Chosen"]) == ("train and validation", tested[0]["chosen"].lower())
    write_report(folder / "report.html", "A project", [final])
    assert "est of 4 trials on validation" in (folder / "report.html").read_text(encoding="utf-8")


def search_of(folder):
    return Search.open(Path(folder))


def test_an_algorithm_tells_what_a_search_tries(ask):
    _, out, _ = ask("algorithms", "lightgcn")
    assert "A search tries 16 to 256." in out
    assert "A search tries all of them, with --advanced." in out
    epochs = out[out.index("--set epochs=") :].split("\n\n")[0]
    assert "A search" not in epochs


def test_what_a_search_does_not_take_is_said(asked, folder, ask):
    file = str(folder / "ratings.csv")
    told = {}
    for words, said in {
        ("search", "--search", folder / "none"): "is not the folder of a search",
        ("search", file, "--search", folder / "a"): "--algorithm NAME is needed",
        ("search", "--search", folder / "a", "--fix", "a=1"): "--fix: a search continues as it began",
        (*asked[:-1], folder / "a", "--range", "factor=1..2"): "Did you mean 'factors'?",
        (*asked[:-1], folder / "a", "--range", "ials.factors=1..2"): "ials is not searched",
        (*asked[:-1], folder / "a", "--range", "factors=x..2"): "is not NAME=LOW..HIGH",
        (*asked[:-1], folder / "a", "--limit", "megabytes=x"): "is a number",
        (*asked[:-1], folder / "a", "--limit", "kilograms=3"): "limits",
        (*asked[:-1], folder / "a", "--and", "beauty"): "second must be one of seconds",
        (*asked[:-1], folder / "a", "--metric", "gini@10"): "cannot look for",
        (*asked[:-1], folder / "a", "--split", "none-such"): "no split",
    }.items():
        status, _, err = ask(*words)
        if not status or said not in err:
            told[words[-2:]] = (status, err.strip().splitlines()[-1:])
    assert told == {}
    assert not (folder / "a").exists()


def test_a_damaged_search_says_so_or_goes_on(folder, tmp_path, ask):
    place, wrong = tmp_path / "one", []
    given = [
        "search",
        folder / "ratings.csv",
        "--algorithm",
        "random",
        "--algorithm",
        "ease",
        "--trials",
        "2",
        "--quiet",
    ]
    assert ask(*given, "--search", place)[0] == 0
    for file in ("search.json", "status.json", "journal.log", "trials.jsonl", "control.json"):
        path = place / file
        whole = path.read_bytes() if path.exists() else b'{"command": "stop", "version": 1}'
        for text in (b"\xff\xfe\n", b'{"version": 99}', whole[: len(whole) // 2]):
            path.write_bytes(text)
            status, _, err = ask("search", "--search", place, "--json", "--quiet")
            if status not in (0, 1) or "Error:" in err or "unexpectedly" in err:
                wrong.append((file, text[:20], status, err))
            path.write_bytes(whole)
    assert wrong == []
