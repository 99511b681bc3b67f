"""The pictures of the page Compare, with trained and tested runs and the worker that divides and compares them."""

import csv
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.app.fake_runs import done_run, epoch_records, evaluation, set_status, write_records
from tests.app.trained import LEFT, Opened, films, make_project, unnamed
from workbench.app.pages.compare import charts
from workbench.app.pages.compare.chart import chart_runs, titles
from workbench.app.pages.compare.page import ComparePage
from workbench.app.widgets.basic import Text
from workbench.charts.chart import GridChart, LineChart
from workbench.clicks.estimating import estimate
from workbench.clicks.policies import lists_of_run
from workbench.clicks.reading import read_impressions
from workbench.data.side_files.people import Users
from workbench.export.report_plots import chart_run, charts_of
from workbench.export.run_report import groups_of, report_on
from workbench.export.svg import draw
from workbench.files import write_json
from workbench.project import Project
from workbench.training import comparing
from workbench.training import results as kept
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

KINDS = tuple(name for name in charts.all_charts() if name != "clicks")  # which needs a log
WITH_JOBS = ("users", "parts", "overlap")
FIGURES = {
    "ndcg@5": (0.3, 0.2, 0.4),
    "ndcg@10": (0.4, 0.3, 0.5),
    "coverage@10": (0.7, None, None),
    "gini@10": (0.7, None, None),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Twelve users, of whom something is known but of the last, and four runs that are trained and tested."""
    data, items = films()
    project = make_project(tmp_path_factory.mktemp("pictures") / "films", data, items, ())
    kinds = pa.array([["=night", "推荐 " + "x" * 10_000][number % 2] for number in range(11)] + [None])
    years = pa.array([str(20 + number) for number in range(11)] + [None])
    Users(data.user_ids, pa.table({"kind": kinds, "age": years})).write(project.data_folder)
    data.write_about(project.data_folder)
    chosen = {
        "0-popularity": {},
        "1-random": {},
        "2-ease": {"regularization": 1.0},
        "3-ease": {"regularization": 1000.0},
    }
    for name, hyperparameters in chosen.items():
        run = Run.create(
            project.runs_folder / name,
            project.data_folder,
            name[2:],
            hyperparameters,
            "last-n",
            project.split["settings"],
        )
        train_run(run.folder)
    for folder in project.run_folders():
        evaluate_run(Run.open(folder))
    return project


@pytest.fixture
def opened(trained, qtbot, home, light, keep, real_worker):
    trained.view = {}
    trained.save()
    made = Opened(qtbot, Project.open(trained.folder), "compare", real_worker)
    made.until(lambda: len(made.page.pictures._runs) == 4)
    yield made
    made.close()


@pytest.fixture
def show(session, project, keep, qtbot, light):
    """The page on a project of runs that only look trained; no job can be done."""

    def make():
        session.open_project(project.folder)
        page = keep(ComparePage(session))
        page.resize(1100, 700)
        page.show()
        page.shown()
        page.finish()  # the pictures come a frame later
        return page

    return make


def turn(opened, kind):
    """Click on a picture's name, and wait until it is drawn."""
    pictures = opened.page.pictures
    opened.click(pictures.tabs.buttons[kind])
    opened.until(lambda: not pictures.picture.nothing())
    return pictures.picture


def rows_of(path):
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


# Choosing ---------------------------------------------------------------------------------------------------------------


def test_each_picture_is_drawn_named_and_remembered(opened):
    for kind in KINDS:
        turn(opened, kind)
        assert not [(kind, one, one.parent()) for one in unnamed(opened.page.pictures)]
        opened.page.pictures.grab()
        assert opened.session.project.view("pictures")["shown"] == kind
    opened.session.project.set_view("pictures", {"shown": "bars"})
    opened.session.project_changed.emit()  # as another project that was left at the bars
    assert opened.page.pictures.tabs.current == "bars"
    opened.session.project.set_view("pictures", {"shown": "what is no picture"})
    opened.session.project_changed.emit()
    assert opened.page.pictures.tabs.current == "curves"


TOY = '''"""A toy chart: how many runs there are."""

from PySide6.QtWidgets import QLabel

from workbench.app.pages.compare.chart import ComparisonChart


class CountChart(ComparisonChart):
    """A number."""

    name, title, order = "toy_count", "Toy count", 99

    def draw(self) -> None:
        self.set_content(QLabel(f"{len(self.runs)} runs"))
'''


def test_one_file_adds_a_chart(show, project, tmp_path, monkeypatch):
    """A file in the folder is found: a tab with its title, drawn when it is chosen."""
    (tmp_path / "toy_count_chart.py").write_text(TOY, encoding="utf-8")
    monkeypatch.setattr(charts, "__path__", [*charts.__path__, str(tmp_path)])
    for number in range(3):
        done_run(project, f"{number}-popularity", metrics=FIGURES)
    page = show()
    page.pictures.tabs.buttons["toy_count"].click()
    assert page.pictures.tabs.buttons["toy_count"].text() == "Toy count"
    assert [label.text() for label in page.pictures.picture.findChildren(QLabel) if "runs" in label.text()] == [
        "3 runs"
    ]


def test_arrow_keys_go_from_picture_to_picture(opened):
    tabs = opened.page.pictures.tabs
    opened.click(tabs.buttons["curves"])
    opened.key(Qt.Key.Key_Right, widget=tabs.buttons["curves"])
    assert opened.page.pictures.tabs.current == "bars"


def test_a_single_run_without_a_test_has_a_sentence_in_every_picture(show, project):
    done_run(project, "a-popularity")
    page = show()
    for kind in [one for one in KINDS if one != "curves"]:
        page.pictures.choose(kind)
        sentence = page.pictures.picture.nothing()
        assert sentence.endswith("."), kind
        assert page.pictures.picture.table() == [] == page.pictures.picture.parts()
        menu = page.pictures.export.menu_of_files()
        assert not any(action.isEnabled() for action in menu.actions())
        page.pictures.grab()
    page.pictures.choose("users")
    assert page.pictures.picture.nothing() == "Select two runs with the same protocol that were tested with NDCG@10."


def test_what_a_job_cannot_do_is_said_in_its_own_words(opened, trained):
    picture = turn(opened, "parts")
    folder = trained.runs_folder / "0-popularity"
    lists = (folder / "lists.npy").read_bytes()
    (folder / "lists.npy").unlink()
    try:
        opened.choose(picture.by, "genre")
        opened.until(lambda: "were not kept. Test it again." in picture.nothing())
    finally:
        (folder / "lists.npy").write_bytes(lists)


def test_a_small_window_shows_every_name_whole_and_scrolls_nothing_sideways(opened):
    opened.window.resize(1024, 700)
    pictures = opened.page.pictures
    opened.until(lambda: opened.page.width() < 800)
    assert opened.window.area.horizontalScrollBar().maximum() == 0
    for one in (*pictures.tabs.buttons.values(), pictures.export, *opened.page.tools.findChildren(QPushButton)):
        if one.isVisible():
            assert one.width() >= one.sizeHint().width(), one.text()
            assert one.mapTo(opened.page, QPoint(one.width(), 0)).x() <= opened.page.width(), one.text()


# What they show ---------------------------------------------------------------------------------------------------------


def test_bars_have_the_best_first_with_its_interval(show, project):
    done_run(project, "a-popularity", metrics=FIGURES)
    done_run(project, "b-ease", "ease", metrics=FIGURES | {"ndcg@10": (0.6, 0.5, 0.7)})
    page = show()
    page.pictures.choose("bars")
    picture = page.pictures.picture
    assert [group.name for group in picture.bars.groups()] == ["EASE", "Popularity"]
    assert picture.bars.summary() == "EASE: 0.6000 (0.5000 – 0.7000); Popularity: 0.4000 (0.3000 – 0.5000)"
    assert picture.table()[1:] == [["Popularity", 0.4, 0.3, 0.5], ["EASE", 0.6, 0.5, 0.7]]


def test_the_front_is_told_and_drawn_and_axes_are_remembered(show, project, session):
    done_run(project, "a-popularity", seconds=1.0, metrics=FIGURES | {"ndcg@10": (0.2, None, None)})
    done_run(project, "b-ease", "ease", seconds=2.0, metrics=FIGURES | {"ndcg@10": (0.6, None, None)})
    done_run(project, "c-random", "random", seconds=3.0, metrics=FIGURES | {"ndcg@10": (0.1, None, None)})
    page = show()
    page.pictures.choose("trade_off")
    picture = page.pictures.picture
    assert (picture.across.currentData(), picture.up.currentText()) == ("coverage@10", "NDCG@10 (chosen)")
    assert picture.front() == ["b-ease"]
    picture.across.setCurrentIndex(picture.across.findData("seconds"))
    picture.across.activated.emit(0)
    assert picture.front() == ["a-popularity", "b-ease"]
    assert "2 of 3" in picture.words.full_text()
    assert "lower is better: seconds" in picture.words.full_text()
    assert [row[0] for row in picture.table() if row[3] == "yes"] == ["Popularity", "EASE"]
    assert session.project.view("pictures")["TradeOffChart"] == {"x": "seconds", "y": "chosen"}
    picture.across.setCurrentIndex(picture.across.findData("gini@10"))
    picture.across.activated.emit(0)
    assert picture.front() == []
    assert "so there is no Pareto front" in picture.words.full_text()


def test_settings_that_differ_have_an_axis_coloured_by_what_came_of_them(show, project):
    for at, (factors, rate) in enumerate([(8, 0.001), (64, 0.1), (16, 0.01)]):
        run = done_run(project, f"{at}-bpr", "bpr", {"factors": factors, "learning_rate": rate, "epochs": 5})
        write_json(run.folder / "evaluation.json", evaluation({"ndcg@10": (0.1 * (at + 1), None, None)}))
    page = show()
    page.pictures.choose("parallel")
    picture = page.pictures.picture
    assert picture.table()[0] == ["run", "factors", "learning_rate", "ndcg@10"]
    lines = {one.name: one for one in picture.lines.lines()}
    assert [lines[one].share for one in ("BPR", "BPR 2", "BPR 3")] == pytest.approx([0, 0.5, 1])
    assert lines["BPR"].places == [0, 0, 0]
    assert lines["BPR 2"].places == pytest.approx([1, 1, 0.5])
    assert lines["BPR 3"].places[1] == pytest.approx(0.5)  # a learning rate is thought of in powers of ten
    assert "thick line: BPR 3" in picture.words.full_text()
    first = picture.lines.grab().toImage()
    assert not first.isNull()


def test_parts_stand_with_the_line_that_they_are_the_whole(opened, trained, tmp_path):
    picture = turn(opened, "parts")
    run = Run.open(trained.runs_folder / "0-popularity")
    whole = kept.tested(run)["metrics"]["ndcg@10"]["mean"]
    offered = [picture.by.itemText(at) for at in range(picture.by.count())]
    assert offered == ["Users by activity", "Users by kind", "Users by age", "Items by age", "Items by genre"]
    for by in ("activity", "user kind", "user age", "age", "genre"):
        picture.what.setCurrentIndex(0)
        opened.choose(picture.by, by)
        opened.until(lambda by=by: not picture.nothing() and picture._asked[0]["by"] == by)
        assert picture.words.full_text() == f"The segments sum to {whole:.4f}, the overall NDCG@10 on the test set"
        names = [one.name for one in comparing.segments(run, "ndcg@10", by)]
        assert [group.name for group in picture.bars.groups()] == names
        assert (names[-1] == "unknown") == by.startswith("user ")
        rows = [row for row in picture.table() if row[0] == "Popularity"]
        assert sum(row[4] for row in rows[:-1]) == pytest.approx(rows[-1][3], abs=1e-12)
        picture.what.setCurrentIndex(1)
        picture.what.activated.emit(1)
        assert sum(group.bars[0].value for group in picture.bars.groups()) == pytest.approx(whole, abs=1e-12)
        opened.page.pictures.grab()
        opened.page.pictures.export.write(tmp_path / "parts.csv")
        assert not any(cell.startswith("=") for row in rows_of(tmp_path / "parts.csv") for cell in row)


def test_parts_that_do_not_add_up_are_not_said_to(opened):
    picture = turn(opened, "parts")
    answer = json.loads(json.dumps(picture._answer))
    answer["runs"][1]["sum"] += 1e-6
    picture._take({}, answer)
    assert "do not add up" in picture.words.full_text()


def test_lists_overlap_with_themselves_wholly(opened, trained):
    picture = turn(opened, "overlap")
    values = picture.grid.values()
    assert [values[at][at] for at in range(4)] == [1.0] * 4
    _, each = comparing.overlap(
        Run.open(trained.runs_folder / "0-popularity"), Run.open(trained.runs_folder / "1-random")
    )
    assert values[0][1] == values[1][0] == pytest.approx(each.mean())
    assert f"Popularity – Random: {each.mean():.4f}" in picture.grid.summary()


def test_runs_are_judged_by_a_log_of_clicks(opened, trained, tmp_path, monkeypatch):
    picture = opened.page.pictures._picture("clicks")
    opened.click(opened.page.pictures.tabs.buttons["clicks"])
    opened.until(lambda: "Open a log" in picture.nothing())
    data = Run.open(trained.runs_folder / "2-ease").data
    users, items = data.user_ids.to_pylist(), data.item_ids.to_pylist()
    rng = np.random.default_rng(0)
    rows = [
        f"{user},{item},{place},{rng.integers(2)},{1 / len(items)}"
        for user in users
        for item in items
        for place in (1, 2)
    ]
    log = tmp_path / "log.csv"
    log.write_text("\n".join(["user,item,position,clicked,propensity", *rows, "x,y,1,perhaps,1"]) + "\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args, **_named: (str(log), ""))
    opened.click(picture.open)
    opened.until(lambda: not picture.nothing())
    told = {row[0]: row for row in picture.table()[1:] if row[1] == "snips"}
    expected = estimate(
        read_impressions(log), lambda log, model: lists_of_run(log, model, trained.runs_folder / "2-ease")
    )
    of_ease = next(group.bars[0] for group in picture.bars.groups() if group.name == picture_names(opened)["2-ease"])
    snips = expected["estimates"]["snips"]
    assert (of_ease.value, of_ease.low, of_ease.high) == (snips["value"], snips["low"], snips["high"])
    assert len(told) == 4
    assert "1 row of the log left out" in picture.words.full_text()
    red = [light["sentence"] for light in expected["lights"] if light["red"]]
    assert red
    assert all(sentence in picture.warning.toolTip() for sentence in red)
    assert "Rests on too few clicks: Popularity, Random, EASE" in picture.warning.text()
    assert not picture.shown.isVisible()
    picture.estimator.setCurrentIndex(picture.estimator.findData("dm"))
    picture._choose_estimator()
    assert all(group.bars[0].low is None for group in picture.bars.groups())
    opened.page.pictures.grab()
    assert not [(one, one.parent()) for one in unnamed(opened.page.pictures)]
    # Without propensities the question is asked, and till then only the scores are judged.
    log.write_text(
        "\n".join(["user,item,clicked", *(",".join(row.split(",")[:2] + row.split(",")[3:4]) for row in rows)])
    )
    picture.show_log(log)
    opened.until(lambda: not picture.nothing())
    assert picture.shown.isVisible()
    assert "nobody can tell" in picture.warning.text()
    assert {row[1] for row in picture.table()[1:]} == {"auc", "gauc", "logloss", "ece"}
    picture.shown.setCurrentIndex(picture.shown.findData("random"))
    picture._choose()
    opened.until(lambda: not picture.nothing() and picture._answer["known"])
    assert "nobody can tell" not in picture.warning.text()
    picture.show_log(tmp_path / "gone.csv")
    opened.until(lambda: "gone.csv" in picture.nothing() and "…" not in picture.nothing())


def picture_names(opened):
    """Titles of the runs by id."""
    return titles(opened.page.pictures._runs)


def test_a_click_on_the_curve_of_users_leads_to_both_lists(opened, trained):
    opened.session.selection.select_runs(["2-ease", "0-popularity"])
    opened.until(lambda: len(opened.page.pictures._runs) == 2)
    picture = turn(opened, "users")
    opened.until(lambda: picture.people.topLevelItemCount() == 12)
    users, a, b = comparing.by_user(
        *(Run.open(trained.runs_folder / one) for one in ("2-ease", "0-popularity")), "ndcg@10"
    )
    gain, lose = int((b > a).sum()), int((b < a).sum())
    assert f"{gain} gain, {lose} lose, {12 - gain - lose} stay the same" in picture.words.full_text()
    assert [picture.people.topLevelItem(at).text(0) for at in range(12)] == users
    box = picture.curve.plot.getViewBox()
    spot = picture.curve.view.mapFromScene(box.mapViewToScene(QPoint(7, 0)))
    opened.qtbot.mouseClick(picture.curve.view.viewport(), LEFT, pos=spot)
    opened.until(lambda: picture.people.currentItem() is not None and picture.people.currentItem().text(0) == users[6])
    assert picture.curve.marks._cross.value() == 7
    opened.click(picture.least)
    opened.until(lambda: picture.people.currentItem().text(0) == users[-1])
    opened.click(picture.go)
    opened.user(users[-1])
    view = opened.page.user
    assert opened.window.page.name == "inspect"
    assert view.right.runs.run_id == "2-ease"
    opened.until(lambda: view.beside.current == "0-popularity" and view.beside.table.items)
    assert opened.session.take_wanted("inspect") == {}
    opened.window.show_page("compare")
    opened.window.show_page("inspect")
    assert opened.session.selection.runs == ["2-ease", "0-popularity"]


def test_two_runs_are_never_the_same_and_are_remembered(opened):
    picture = turn(opened, "users")
    picture.second.setCurrentIndex(picture.first.currentIndex())
    picture.second.activated.emit(0)
    assert picture.first.currentData() != picture.second.currentData()
    opened.until(lambda: not picture.nothing())


def test_curves_go_by_seconds_too(show, project, session):
    for name, factor in (("a-bpr", 1), ("b-bpr", 3)):
        run = done_run(project, name, "bpr", {"epochs": 6})
        (run.folder / "records.jsonl").unlink()
        write_records(
            run, [line | {"seconds": line["seconds"] * factor} for at in range(1, 7) for line in epoch_records(at, 2)]
        )
        set_status(run, "done", epoch=6, epochs=6)
    page = show()
    picture = page.pictures.picture
    assert picture.learning.values_at(99)["b-bpr"][0] == 6
    picture.by.buttons["seconds"].click()
    assert picture.learning.values_at(99)["a-bpr"][0] == 6
    assert picture.learning.values_at(99)["b-bpr"][0] == 18
    assert session.project.view("pictures")["CurvesChart"] == {"by": "seconds"}
    assert ["BPR 2", "validation", "ndcg@10", None, 6.0, 18.0, pytest.approx(0.2 - 1 / 60)] in picture.table()


def test_a_record_that_tells_no_seconds_does_not_take_the_curves_away(show, project):
    run = done_run(project, "a-bpr", "bpr", {"epochs": 6})
    (run.folder / "records.jsonl").unlink()
    lines = [line for at in range(1, 7) for line in epoch_records(at, 2)]
    lines[-1].pop("seconds")
    write_records(run, lines)
    set_status(run, "done", epoch=6, epochs=6)
    picture = show().pictures.picture
    picture.by.buttons["seconds"].click()
    picture.finish()
    assert picture.learning.lines()


# Files ------------------------------------------------------------------------------------------------------------------


def test_each_picture_is_written_as_numbers_picture_and_drawing(opened, tmp_path):
    said = []
    opened.session.notice.connect(lambda *told: said.append(told))
    for at, kind in enumerate(KINDS):
        picture = turn(opened, kind)
        for ending in ("csv", "png", "svg"):
            opened.page.pictures.export.write(tmp_path / f"{kind}.{ending}")
        opened.until(lambda at=at: len(said) == 3 * (at + 1))
        rows = rows_of(tmp_path / f"{kind}.csv")
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
        if kind != "users":
            assert [one[0] for one in rows] == [one[0] for one in picture.table()]
        image = QImage(str(tmp_path / f"{kind}.png"))
        pixels = {image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)}
        assert len(pixels) > 2
        shown = [draw(chart) for chart in picture.described()]
        drawing = (tmp_path / f"{kind}.svg").read_text(encoding="utf-8")
        assert sum(part is not None for part in shown) == len(picture.parts())
        assert all("".join(part.parts) in drawing for part in shown if part is not None)  # as in the report


def test_a_place_that_is_not_there_is_told(opened, tmp_path, qtbot):
    turn(opened, "bars")
    for ending in ("csv", "svg", "png"):
        with qtbot.waitSignal(opened.session.failure) as heard:
            opened.page.pictures.export.write(tmp_path / "nowhere" / f"one.{ending}")
        assert heard.args[0] == "The chart was not exported"


def test_hostile_names_are_drawn_and_written_harmlessly(show, project, session, tmp_path):
    for at, title in enumerate(["=1+1", "x" * 10_000, "推荐系统", "نظام التوصية"]):
        hyperparameters = {"regularization": 10.0**at}
        run = done_run(project, f"{at}-ease", "ease", hyperparameters, metrics={"ndcg@10": (0.1, 0.1, 0.1)})
        write_json(run.folder / "facts.json", {"title": title, "tags": [], "note": ""})
    page = show()
    for kind in ("curves", "bars", "trade_off", "parallel"):
        page.pictures.choose(kind)
        page.pictures.grab()
        for ending in ("csv", "png"):
            page.pictures.export.write(tmp_path / f"{kind}.{ending}")
        assert not any(cell.startswith("=") for row in rows_of(tmp_path / f"{kind}.csv") for cell in row)


def test_runs_that_are_called_alike_are_told_apart(show, project, session):
    for name in ("a-ease", "b-ease"):
        run = done_run(project, name, "ease", metrics=FIGURES)
        write_json(run.folder / "facts.json", {"title": "same", "tags": [], "note": ""})
    show()
    assert titles(session.runs.all()) == {"a-ease": "same (a-ease)", "b-ease": "same (b-ease)"}


def test_numbers_that_are_none_are_left_out(show, project, tmp_path):
    done_run(project, "a-popularity", metrics=FIGURES | {"ndcg@10": (None, None, None)})
    done_run(project, "b-ease", "ease", metrics={"rmse": (0.9, 0.8, 1.0)})
    done_run(project, "c-ease", "ease", metrics=FIGURES | {"coverage@10": (None, None, None)})
    learned = done_run(project, "d-bpr", "bpr", {"epochs": 3})
    (learned.folder / "records.jsonl").unlink()
    lines = [line for epoch in (1, 2, 3) for line in epoch_records(epoch, 2)]
    lines[-1].pop("seconds")  # nobody measured them
    lines.append({"epoch": 4, "validation": {"ndcg@10": None}})
    write_records(learned, lines)
    page = show()
    for kind in [one for one in KINDS if one not in WITH_JOBS]:
        page.pictures.choose(kind)
        page.pictures.grab()
        page.pictures.export.write(tmp_path / "one.csv")
        rows = rows_of(tmp_path / "one.csv")
        assert len(rows) > 1, kind
        assert not [row for row in rows for cell in row if cell.casefold() in ("nan", "none", "inf")], kind
        assert all(any(cell for cell in row[1:]) for row in rows), kind
    page.pictures.choose("curves")
    page.pictures.export.write(tmp_path / "curves.csv")
    last = [row for row in rows_of(tmp_path / "curves.csv") if row[1] == "validation"][-1]
    assert last[4:6] == ["3.0", ""]


def test_text_that_was_made_before_the_colours_changed_has_the_new_ones_when_it_is_shown(keep, light):
    holder = keep(Text("outside"))
    inside = Text("inside", ink="muted")
    inside.setParent(holder)
    light.set_mode("dark", keep=False)
    holder.show()
    assert inside.palette().color(inside.foregroundRole()).name() == light.tokens.muted


def test_the_report_draws_what_the_page_shows(opened):
    """Both have the same description of a chart; only names differ, for the report tells runs apart by their settings."""
    runs = opened.page.drawn()
    window = chart_runs(runs)
    (group,) = groups_of(report_on([Run.open(info.folder) for info in runs]), "ndcg@10")
    report = {one.key: one for one in map(chart_run, group.runs)}
    assert len(report) == len(window) == 4
    for one in window:
        assert report[one.key] == replace(one, name=report[one.key].name)
    charts = list(charts_of(group))
    shown = turn(opened, "bars").bars.groups()
    assert [(one.bars[0].number, one.bars[0].value) for one in shown] == [
        (one.bars[0].number, one.bars[0].value) for one in charts[0].groups
    ]
    grid, lists = turn(opened, "overlap").grid.values(), next(one for one in charts if isinstance(one, GridChart))
    order = [[one.number for one in window].index(number) for _, number in lists.names]
    assert [[grid[a][b] for b in order] for a in order] == [list(row) for row in lists.values]
    users, (best, second) = turn(opened, "users"), [one.run.name for one in group.runs[:2]]
    for combo, run in ((users.first, second), (users.second, best)):
        combo.setCurrentIndex(combo.findData(run))
    users._choose()
    opened.until(lambda: users.curve.lines() and not users.nothing())
    gains = next(one for one in charts if isinstance(one, LineChart) and "→" in one.title)
    for line in gains.lines:
        np.testing.assert_array_equal(users.curve._data[line.key], (line.x, line.y))


# The report -------------------------------------------------------------------------------------------------------------


def test_a_report_of_the_selected_runs_is_written_and_opened(opened, tmp_path, monkeypatch):
    report, shown = opened.page.report, []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "films"), "Web page (*.html)"))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    opened.session.selection.select_runs(["2-ease", "0-popularity"])
    opened.page.refresh()
    opened.click(report.make)
    assert not report.make.isVisible()
    assert report.cancel.isVisible()
    opened.until(report.open.isVisible)
    text = (tmp_path / "films.html").read_text(encoding="utf-8")
    assert "EASE" in text
    assert "Popularity" in text
    assert "Random" not in text
    opened.click(report.open)
    assert shown == [str(tmp_path / "films.html")]
    opened.session.selection.select_runs([])
    assert [one.rsplit("/", 1)[-1] for one in report.folders()] == ["0-popularity", "1-random", "2-ease", "3-ease"]


def test_a_report_that_is_cancelled_or_fails_says_so_and_leaves_nothing(opened, tmp_path, monkeypatch, qtbot):
    report, said = opened.page.report, []
    opened.session.notice.connect(lambda *told: said.append(told))
    path = tmp_path / "films.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    opened.click(report.make)
    report.set_progress(0.4, "runs")
    assert report.cancel.text() == "Cancel report (40 %)"
    opened.click(report.cancel)
    opened.until(report.make.isVisible)
    assert said[-1] == ("info", "The report was cancelled; nothing was written")
    assert not report.open.isVisible()
    assert not list(tmp_path.glob("*films*"))
    path = tmp_path / "nowhere" / "films.html"
    with qtbot.waitSignal(opened.session.failure, timeout=20_000) as heard:
        opened.click(report.make)
    assert heard.args[0] == "The report was not written"
    assert "nowhere" in heard.args[1]
    assert report.make.isVisible()
    assert not report.open.isVisible()


def test_odd_choices_that_were_kept_are_passed_over(session, project, keep):
    session.open_project(project.folder)
    session.project.set_view("pictures", {"shown": ["x"], "SegmentsChart": {"by": ["genre"], "what": "genre"}})
    chart = keep(next(kind for kind in charts.all_charts().values() if kind.__name__ == "SegmentsChart")(session))
    assert chart.kept() == {"what": "genre"}
