"""The report is whole, true, escaped, and needs nothing but itself."""

import contextlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.importing.versions import rename
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import Negatives
from workbench.export.metrics import write_metrics
from workbench.export.report import Person, write_report
from workbench.export.report_plots import write_plots
from workbench.export.run_report import groups_of, report_on
from workbench.files import read_json, write_json
from workbench.project import Project
from workbench.training.comparing import compare_runs
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.run_notes import RunNotes
from workbench.training.train import train_run

EVIL = '<script src="http://x/y.js">alert("&")</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'
ALONE = {"meta", "line", "circle", "rect", "path", "br", "img", "link"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; complains of what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def read(path):
    """A page that was checked: nothing from outside, no script, no figure that is none."""
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text.partition("</style>")[0])
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|\{\{|\bundefined\b", page.text)
    return page


def make(folder, data, *asked, split=("last-n", {"n": 1, "validation": 1})):
    """Trained runs of some data: name, algorithm, hyperparameters."""
    data.save(folder / "data" / "small", {})
    runs = []
    for name, algorithm, settings in asked:
        run = Run.create(folder / "runs" / name, folder / "data" / "small", algorithm, settings, *split)
        train_run(run.folder)
        runs.append(run)
    return runs


def build(n_users=30, n_items=14, each=7, users=None, items=None):
    """People who take neighbouring items."""
    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(n_users, dtype=np.int32), each)
    item = np.concatenate([(rng.permutation(each + 3)[:each] + n) % n_items for n in range(n_users)]).astype(np.int32)
    ids = pa.array(users or [f"u{n}" for n in range(n_users)]), pa.array(items or [f"i{n}" for n in range(n_items)])
    return Interactions.build(user, item, *ids, time=np.arange(len(user), dtype=np.int64))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of one project, tested alike but for the last one, which was tested with candidates drawn by chance."""
    folder = tmp_path_factory.mktemp("report")
    made = make(
        folder,
        build(),
        ("a", "popularity", {}),
        ("b", "ease", {"regularization": 5.0}),
        ("c", "ease", {"regularization": 900.0}),
        ("d", "bpr", {"epochs": 3, "factors": 4}),
        ("e", "item-knn", {}),
    )
    for run in made[:4]:
        evaluate_run(run)
    evaluate_run(made[4], negatives=Negatives(3))
    return made


def test_it_says_what_the_numbers_are_and_what_they_depend_on(runs, tmp_path):
    write_report(tmp_path / "report.html", "Films", runs)
    page = read(tmp_path / "report.html")
    for run in runs[:4]:
        for value in read_json(run.folder / "evaluation.json")["metrics"].values():
            assert f"{value['mean']:.4f}" in page.text
    found = compare_runs(runs[:4], "ndcg@10")
    assert page.text.count("Could be chance") == sum(not one["more_than_chance"] for one in found["pairs"])
    for one in found["pairs"]:
        assert f"{abs(one['difference']):.4f}" in page.text
    assert "p corrected by Bonferroni, over all pairs of the runs of the project" in page.text
    assert "(6 pairs of 4 runs)" in page.text
    for words in (
        "Group 2", "not all have the same protocol", "Candidates were randomly sampled", "EASE (L2 weight 5)",
        "EASE (L2 weight 900)", "truth-in-history", "Seed", "numpy 2", "last 1 of each user test", "Data (SHA-256)",
        runs[0].spec.data_hash,
    ):  # fmt: skip
        assert words in page.text, words
    # Bars and cutoffs of each group; validation, trade-off, settings of EASE, users, parts, lists; a loss, the long tail.
    assert page.tags.count("figure") == 2 * 2 + 6 + 2
    assert "prefers-color-scheme: dark" in (tmp_path / "report.html").read_text()


def test_runs_that_were_judged_unlike_are_not_ranked_together(runs):
    groups = groups_of(report_on(runs), "ndcg@10")
    assert [[one.run.name for one in sorted(group.runs, key=lambda one: one.run.name)] for group in groups] == [
        ["a", "b", "c", "d"], ["e"],
    ]  # fmt: skip
    means = [one.mean("ndcg@10") for one in groups[0].runs]
    assert means == sorted(means, reverse=True)
    assert groups[1].pairs == []


def test_a_red_light_and_a_test_that_nobody_made_are_said(runs, tmp_path):
    path = runs[1].folder / "evaluation.json"
    kept = path.read_bytes()
    try:
        answer = read_json(path)
        answer["leaks"] = [{"name": "truth-in-history", "count": 3, "sentence": "3 hidden interactions are shown."}]
        write_json(path, answer)
        write_report(tmp_path / "red.html", "Films", runs[:2])
        red = read(tmp_path / "red.html")
        path.unlink()
        write_report(tmp_path / "none.html", "Films", [runs[1]])
        untested = read(tmp_path / "none.html")
    finally:
        path.write_bytes(kept)
    assert "EASE: 3 hidden interactions are shown." in red.text
    assert [dict([one])["class"] for one in red.attributes if one == ("class", "light red")] == ["light red"]
    assert "This run was not tested" in untested.text


def test_hostile_names_stay_text(runs, tmp_path):
    kept = {run.folder: RunNotes.read(run.folder) for run in runs[:3]}
    titles = [EVIL, "שלום\u202e\x01 " * 40, "映画" * 5000]
    try:
        for run, title in zip(runs, titles, strict=False):
            RunNotes(title, (EVIL,), f"{EVIL}\n\x00").write(run.folder)
        person = Person(EVIL, 3, [EVIL, "\u202eabc", "漢字" * 5000], [EVIL])
        write_report(tmp_path / "evil.html", EVIL, runs[:3], [person], EVIL)
        write_plots(tmp_path, runs[:3], "ndcg@10")
        write_metrics(tmp_path / "metrics.csv", runs[:3])
    finally:
        for folder, notes in kept.items():
            notes.write(folder)
    page = Page((tmp_path / "evil.html").read_text(encoding="utf-8"))
    assert not {"script", "img"} & set(page.tags)
    assert "{{ 7 * 7 }}" in page.text
    assert EVIL in page.text
    drawings = list(tmp_path.glob("*.svg"))
    assert drawings
    for one in drawings:
        tree = ET.parse(one)  # noqa: S314 - our own
        assert not [node for node in tree.iter() if node.tag.endswith(("script", "img", "image"))]


LONG = build(n_users=4, users=["x" * 10_000, "שלום", "映画", "\u202e<b>"], items=["é" * 10_000, *"abcdefghijklm"])
ALIKE = Interactions.build(
    np.repeat(np.arange(5, dtype=np.int32), 4),
    np.tile(np.arange(4, dtype=np.int32), 5),
    pa.array(list("abcde")),
    pa.array(list("wxyz")),
    rating=np.ones(20, np.float32),
    time=np.zeros(20, np.int64),
)


@pytest.mark.parametrize(
    ("data", "asked"),
    [(build(n_users=1), {}), (LONG, {}), (ALIKE, {}), (ALIKE, {"relevant_from": 9.0})],
    ids=["one user", "long names", "all alike", "no truth"],
)
def test_hostile_data(tmp_path, data, asked):
    runs = make(tmp_path, data, ("a", "popularity", {}), ("b", "random", {}))
    for run in runs:
        with contextlib.suppress(WorkbenchError):  # there may be nothing to judge
            evaluate_run(run, **asked)
    write_report(tmp_path / "report.html", "Films", runs)
    page = read(tmp_path / "report.html")
    assert "Popularity" in page.text
    assert ("More than chance? Large enough to matter?" in page.text) == all(
        (run.folder / "users.parquet").exists() for run in runs
    )


def test_metrics_that_are_no_numbers_are_dashes(runs, tmp_path):
    path = runs[0].folder / "evaluation.json"
    kept = path.read_bytes()
    try:
        answer = read_json(path)
        for value in answer["metrics"].values():
            value |= {"mean": None, "low": None, "high": None}
        write_json(path, answer)
        write_report(tmp_path / "report.html", "Films", runs[:2])
    finally:
        path.write_bytes(kept)
    page = read(tmp_path / "report.html")
    assert "–" in page.text


def test_runs_of_other_data_stand_apart_under_its_name_and_are_never_drawn_or_judged_together(runs, tmp_path):
    project = Project.create(tmp_path / "films")
    ours = make(project.folder, build(n_users=9), ("z", "popularity", {}), ("y", "random", {}))
    for run in ours:
        evaluate_run(run)
    rename(project, ours[0].data_folder.name, "the second")
    project.save()
    ours = [Run.open(run.folder) for run in ours]
    write_report(tmp_path / "report.html", "Films", [*runs[:2], *ours])
    page = read(tmp_path / "report.html")
    name = f"the second ({ours[0].spec.data_hash[:8]})"
    assert "do not all have the same data and protocol" in page.text
    assert len(re.findall(rf"Data: {re.escape(name)} · Split:", page.text)) == 1
    assert f"Long tail of {name}" in page.text
    assert len(re.findall("Best by NDCG@10 on the test set", page.text)) == 2
    groups = groups_of(report_on([*runs[:2], *ours]), "ndcg@10")
    assert [{run.run.name for run in group.runs} for group in groups] == [{run.name for run in runs[:2]}, {"z", "y"}]


def test_what_cannot_be_is_said(runs, tmp_path):
    with pytest.raises(WorkbenchError, match="at least one run"):
        write_report(tmp_path / "none.html", "Films", [])
    other = make(tmp_path, build(n_users=9), ("z", "popularity", {}))
    with pytest.raises(WorkbenchError, match="None of these runs was tested"):
        write_metrics(tmp_path / "none.csv", other)
    with pytest.raises(WorkbenchError, match="does not exist"):
        write_plots(tmp_path / "no", runs, "ndcg@10")
    with pytest.raises(WorkbenchError, match=r"The folder .* does not exist"):
        write_report(tmp_path / "no" / "report.html", "Films", runs)
    assert not list(tmp_path.glob("none*"))


def test_metrics_are_those_of_the_tests(runs, tmp_path):
    for ending in (".csv", ".xlsx", ".parquet", ".jsonl"):
        assert write_metrics(tmp_path / f"m{ending}", runs) > 50
    lines = (tmp_path / "m.csv").read_text().splitlines()
    assert lines[0] == "run,algorithm,metric,mean,low,high"
    value = read_json(runs[1].folder / "evaluation.json")["metrics"]["ndcg@10"]
    row = next(one for one in lines if one.startswith("b,ease,ndcg@10,"))
    assert [float(one) for one in row.split(",")[3:]] == [value["mean"], value["low"], value["high"]]
