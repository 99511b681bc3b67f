import csv
import json
import re
from html.parser import HTMLParser

import pytest

from workbench import demo
from workbench.cli import main
from workbench.project import Project
from workbench.training.run import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A demo with its quick algorithms, without pictures; its output folder and its answer."""
    output = tmp_path_factory.mktemp("demo") / "out"
    quick = (("popularity", {}), ("item-knn", {}), ("biased-svd", {"epochs": 3}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "PLAN", quick)
        patch.setattr(demo, "_pictures", lambda *_: ([], "No pictures here."))
        said = []
        patch.setattr("sys.stdout.write", said.append)
        assert main(["demo", "--output", str(output), "--no-window", "--quiet", "--json"]) == 0
    return output, json.loads("".join(said))


def test_the_project_can_be_opened_and_holds_trained_runs(made):
    output, _ = made
    project = Project.open(output / "project")
    assert (project.name, project.data, project.split["name"]) == ("MovieLens small", "movielens-small", "random")
    runs = [Run.open(folder) for folder in project.run_folders()]
    assert sorted(run.spec.algorithm for run in runs) == ["biased-svd", "item-knn", "popularity"]
    assert {run.status().state for run in runs} == {"done"}
    assert len(runs[0].data) == 100_004
    looked = [run.folder for run in runs if json.loads((run.folder / "evaluation.json").read_text())["leaks"]]
    assert not looked, "the program's own example teaches to overlook warnings"


def test_lists_are_of_the_best_algorithm_with_titles(made):
    output, said = made
    with (output / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == said["recommendations"] == 671 * 10
    assert {"user", "rank", "item", "score", "title", "basis"} == set(rows[0])
    assert all(row["title"] for row in rows)
    assert next(iter(said["runs"])) == "Item kNN"


def test_metrics_are_one_table(made):
    output, said = made
    with (output / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "ndcg@10"]
    assert {float(row["mean"]) for row in rows} == set(said["runs"].values())
    assert all(float(row["low"]) < float(row["mean"]) < float(row["high"]) for row in rows)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "line", "circle", "rect", "path", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("line", "circle", "rect", "path"):
            return
        assert self.open.pop() == tag


def test_the_report_is_one_whole_page_that_needs_nothing_else(made):
    output, _ = made
    text = (output / "report.html").read_text(encoding="utf-8")
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.links == []
    assert "script" not in reader.tags
    assert reader.tags.count("svg") == 17  # of every kind of chart that there is something to draw of
    for words in (
        "GroupLens",
        "prefers-color-scheme",
        "Item kNN",
        "random interactions of each user",
        "What the numbers depend on",
    ):
        assert words in text
    assert not re.search(r"\bnan\b|None\b|\{\{|\bundefined\b", text)


def test_a_second_demo_adds_to_the_project_and_loses_nothing(made, monkeypatch, capsys):
    output, _ = made
    monkeypatch.setattr(demo, "PLAN", (("popularity", {}),))
    monkeypatch.setattr(demo, "_pictures", lambda *_: ([], "No pictures here."))
    before = set(Project.open(output / "project").run_folders())
    assert main(["demo", "--output", str(output), "--no-window", "--quiet"]) == 0
    assert before < set(Project.open(output / "project").run_folders())
    out = capsys.readouterr().out
    assert "Popularity" in out
    assert "No pictures here." in out


def test_pictures_that_cannot_be_drawn_are_said_in_a_sentence(tmp_path, monkeypatch):
    from workbench.commands.output import Progress

    monkeypatch.setattr("sys.executable", "/nowhere/python")
    pictures, missing = demo._pictures(tmp_path, tmp_path / "pictures", Progress(quiet=True))
    assert pictures == []
    assert missing.endswith(".")
