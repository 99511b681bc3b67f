"""What was in doubt when a file was read goes with the run, to its protocol, its test and its report."""

from types import SimpleNamespace

from workbench.app.pages.compare.comparable import protocol_lines
from workbench.export.report import write_report
from workbench.files import read_json
from workbench.training.run import Run


def test_doubts_stay_with_a_run(folder, tmp_path, ask, value):
    lines = (folder / "ratings.csv").read_text().splitlines()
    (tmp_path / "plain.csv").write_text("\n".join(line.rsplit(",", 1)[0] for line in lines) + "\n")
    run = tmp_path / "run"
    status, _, err = ask("train", tmp_path / "plain.csv", "--algorithm", "popularity", "--run", run)
    assert status == 0
    assert "In doubt: No column is a time" in err
    (doubt,) = read_json(run / "data" / "data.json")["report"]["doubts"]
    assert value("evaluate", run)["protocol"]["doubts"] == [doubt["sentence"]]
    assert f"in doubt: {doubt['sentence']}" in ask("evaluate", run)[1]
    info = SimpleNamespace(spec=read_json(run / "run.json"), evaluation=read_json(run / "evaluation.json"))
    assert doubt["sentence"] in [line.how for line in protocol_lines([info], "ndcg@10")]
    write_report(tmp_path / "report.html", "A project", [Run.open(run)])
    assert "No column is a time" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_inspection_tells_doubts_with_what_would_change_them(tmp_path, ask):
    path = tmp_path / "plays.csv"
    path.write_text("user,item,plays\n" + "".join(f"{i % 7},{i % 11},{i % 13 + 1}\n" for i in range(77)))
    _, out, _ = ask("inspect", path)
    assert "doubt (feedback)" in out
    assert "Try --feedback 'plays=like>=1'" in out


def test_counts_are_no_ratings_before_the_training_and_in_the_run(tmp_path, ask, value, monkeypatch):
    path = tmp_path / "plays.csv"
    path.write_text("user,item,plays\n" + "".join(f"{i % 7},{i % 11},{i % 13 + 1}\n" for i in range(77)))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    _, out, err = ask("train", path, "--algorithm", "average", "--run", ".")
    told = "takes the counts in 'plays' (1 to 13) for them"
    assert told in err[: err.index("Training")]
    assert f"The run is in {tmp_path / 'here'}. Next: workbench evaluate {tmp_path / 'here'}" in out
    assert told in value("evaluate", ".")["protocol"]["doubts"][-1]
    assert ask("train", "--run", ".")[2].startswith(f"The run in {tmp_path / 'here'} is done")
