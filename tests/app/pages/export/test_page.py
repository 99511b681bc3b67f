"""The page Export, through real clicks and keys, with the real worker; slow and failing exports from a canned one."""

import json
import shlex
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.app.trained import CANNED, N_USERS, Opened, films, interactions, make_project, unnamed
from workbench.app.pages.export.progress import command_line
from workbench.app.pages.export.users import pasted
from workbench.app.session.shown_list import list_heading, noted_list
from workbench.app.widgets.basic import ErrorCard
from workbench.data.importing.importer import import_file
from workbench.data.side_files.items import Items
from workbench.export.lists import export_lists
from workbench.export.script import script
from workbench.insight.asked_list import AskedList, Changes, Entry, Order
from workbench.insight.explaining import first_reason
from workbench.insight.listing import make_list
from workbench.insight.looking import load
from workbench.owned import owned
from workbench.project import Project, set_setting
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with two trained runs."""
    return make_project(tmp_path_factory.mktemp("films") / "films", *films(), algorithms=("popularity", "ease"))


@pytest.fixture
def fresh(trained):
    """The trained project, looked at by nobody yet."""
    trained.save()
    return trained


@pytest.fixture
def open_at(qtbot, home, light, keep, real_worker):
    """Open the window on a project at a page, and wait until its first lines are there."""

    def make(project, page="export", worker=None):
        opened = Opened(qtbot, project, page, worker or real_worker)
        keep(opened.window)
        if project is not None and page == "export" and worker is None:
            opened.until(lambda: lines(opened))
        return opened

    return make


def lines(opened):
    return opened.page.preview.text.toPlainText().splitlines()


def type_into(opened, field, text):
    field.setFocus()
    field.selectAll()
    opened.qtbot.keyClicks(field, text)


def write(opened):
    """Click the primary button, and wait for the end."""
    opened.click(opened.primary())
    opened.until(lambda: opened.page._task is None)


def wanted(project, path, run="1-ease", **more):
    """What the program's own export writes."""
    opened, algorithm, items = load(project.runs_folder / run)
    export_lists(opened, algorithm, path, items=items, **more)
    return path


def test_everybody_gets_a_list(open_at, fresh, tmp_path):
    opened = open_at(fresh)
    page = opened.page
    assert opened.primary().text() == f"Export {N_USERS} lists"
    type_into(opened, page.place.field, str(tmp_path / "lists.csv"))
    assert page.place.words.full_text() == "A new file."
    write(opened)
    written = (tmp_path / "lists.csv").read_bytes()
    assert written == wanted(fresh, tmp_path / "wanted.csv").read_bytes()
    rows = len(written.splitlines()) - 1
    assert page.outcome.title.full_text() == "Written: lists.csv"
    assert f"{rows} rows, {N_USERS} lists" in page.outcome.words.full_text()
    assert page.outcome.open.isVisible()
    assert lines(opened) == written.decode().splitlines()[: len(lines(opened))]
    assert len(lines(opened)) == 11  # the head, and two lists of the five items that are left
    assert page.figures["rows"].number.full_text() == f"{N_USERS * 9}"
    assert page.figures["columns"].number.full_text() == "6"
    assert page.place.words.full_text() == "The existing file will be replaced."
    assert not unnamed(opened.window)


def test_the_command_line_writes_the_same(open_at, fresh, tmp_path):
    from workbench.cli import main

    opened = open_at(fresh)
    opened.click(opened.page.seen)
    type_into(opened, opened.page.k, "3")
    type_into(opened, opened.page.place.field, str(tmp_path / "by window.csv"))
    write(opened)
    opened.click(opened.page.outcome.copy)
    words = shlex.split(QApplication.clipboard().text())
    by_window = (tmp_path / "by window.csv").read_bytes()
    (tmp_path / "by window.csv").unlink()
    assert words[0] == "workbench"
    assert main([*words[1:], "--quiet"]) == 0
    assert (tmp_path / "by window.csv").read_bytes() == by_window
    assert len(by_window.splitlines()) == 1 + 3 * N_USERS


def test_the_settings_say_who_makes_the_lists_of_everybody(open_at, fresh, tmp_path, monkeypatch):
    set_setting("engine", "here:2")
    opened = open_at(fresh)
    type_into(opened, opened.page.place.field, str(tmp_path / "lists.csv"))
    started = []
    monkeypatch.setattr(opened.page.writing, "start", lambda job, args, *_: started.append(args))
    opened.click(opened.primary())
    assert started[0]["engine"] == "here:2"
    assert opened.page.outcome.command.text().endswith("--engine here:2")
    opened.page.outcome.show_progress("lists.csv")
    opened.page.outcome.set_progress(0.5, "4 parts: 1 by 10.0.0.1, 1 by 10.0.0.2")
    assert opened.page.outcome.words.full_text() == "50 % · 4 parts: 1 by 10.0.0.1, 1 by 10.0.0.2"


def test_a_list_is_written_as_it_was_shown(open_at, fresh, tmp_path):
    """With its changes, order and length; and what the person chose besides it is there again."""
    from workbench.cli import main

    listed = AskedList(
        run="1-ease", user="u1", k=5, changes=Changes(removed=["i1"], added=[Entry(item="i0", rating=2.5)]),
        order=Order(diversity=0.4, pin=["i3"]),
    )  # fmt: skip
    new = AskedList(run="0-popularity", user=None, changes=Changes(added=[Entry(item="i0")]))
    opened = open_at(fresh)
    page = opened.page
    assert not page.users.buttons["list"].isEnabled()
    type_into(opened, page.k, "3")
    for at, (asked, user) in enumerate(((listed, "u1"), (new, "new"))):
        opened.session.project.set_view("list", asked.to_json())
        page.refresh()
        opened.click(page.users.buttons["list"])
        assert page.subtitle == f"Export this list: {list_heading(opened.session, noted_list(opened.session))}"
        assert (page.runs.run_id, page.k.text(), page.k.isEnabled()) == (asked.run, str(asked.k), False)
        opened.until(lambda user=user: len(lines(opened)) > 1 and lines(opened)[1].startswith(f"{user},1,"))
        path = tmp_path / f"{at}.csv"
        type_into(opened, page.place.field, str(path))
        write(opened)
        made = make_list(asked.under(str(fresh.runs_folder / asked.run)))
        ids = made.person.data.item_ids.take(made.items).to_pylist()
        assert [line.split(",")[:3] for line in lines(opened)[1:]] == [[user, str(n), i] for n, i in enumerate(ids, 1)]
        assert path.read_text().splitlines() == lines(opened)
        by_window = path.read_bytes()
        assert main([*shlex.split(page.outcome.command.text())[1:], "--quiet"]) == 0
        assert path.read_bytes() == by_window
    opened.click(page.users.buttons["all"])
    assert (page.k.text(), page.k.isEnabled(), page.runs.isEnabled()) == ("3", True, True)


def test_one_user_and_pasted_users(open_at, fresh, tmp_path):
    opened = open_at(fresh)
    page = opened.page
    assert not page.users.buttons["one"].isEnabled()
    opened.session.selection.select_user("u3")
    opened.click(page.users.buttons["one"])
    assert opened.primary().text() == "Export 1 list"
    assert page.place.path.name == "recommendations-ease-user-u3.csv"
    opened.click(page.users.buttons["some"])
    assert not opened.primary().isEnabled()
    QApplication.clipboard().setText("u2, nobody\nu5\nu2\n")
    page.users.ids.setFocus()
    opened.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    opened.until(lambda: opened.primary().text() == "Export 2 lists")
    assert page.users.words.full_text() == "2 found; not in the data: nobody"
    type_into(opened, page.place.field, str(tmp_path / "some.jsonl"))
    assert page.place.ending == ".jsonl"
    opened.until(lambda: lines(opened)[:1] and '"u2"' in lines(opened)[0])
    write(opened)
    rows = [json.loads(one) for one in (tmp_path / "some.jsonl").read_text().splitlines()]
    assert list(dict.fromkeys(row["user"] for row in rows)) == ["u2", "u5"]
    assert "--user=u2 --user=u5" in page.outcome.command.text()


def test_the_format_and_the_name_follow_each_other(open_at, fresh, tmp_path):
    opened = open_at(fresh)
    place = opened.page.place
    assert place.path == fresh.folder / "recommendations-ease.csv"
    opened.choose(place.format, ".parquet")
    assert place.path == fresh.folder / "recommendations-ease.parquet"
    opened.choose(opened.page.runs, "0-popularity")
    assert place.path == fresh.folder / "recommendations-popularity.parquet"
    opened.until(opened.page.preview.table.isVisible)
    opened.until(lambda: opened.page.preview.table.model().rowCount() > 0)
    type_into(opened, place.field, str(tmp_path / "mine.csv"))
    assert place.ending == ".csv"
    opened.choose(opened.page.runs, "1-ease")
    assert place.path == tmp_path / "mine.csv"
    opened.choose(place.format, ".parquet")
    write(opened)
    assert pq.read_table(tmp_path / "mine.parquet") == pq.read_table(wanted(fresh, tmp_path / "wanted.parquet"))


def test_a_workbook_holds_the_same(open_at, fresh, tmp_path):
    from openpyxl import load_workbook

    opened = open_at(fresh)
    opened.choose(opened.page.place.format, ".xlsx")
    opened.until(lambda: opened.page.preview.table.model().rowCount() == 10)
    assert "marked as text" in opened.page.content.words.full_text()
    type_into(opened, opened.page.place.field, str(tmp_path / "lists.xlsx"))
    write(opened)
    rows = [list(row) for row in load_workbook(tmp_path / "lists.xlsx").active.iter_rows(values_only=True)]
    expected = pq.read_table(wanted(fresh, tmp_path / "wanted.parquet"))
    assert rows[0] == expected.column_names
    assert [row[:3] for row in rows[1:]] == [list(row.values())[:3] for row in expected.to_pylist()]
    assert rows[1][4] == expected["title"][0].as_py()


def test_columns_are_chosen(open_at, fresh, tmp_path):
    opened = open_at(fresh)
    page = opened.page
    assert page.columns.are_usual
    for name in ("score", "genres", "hit", "reason", "run"):
        opened.click(page.columns.boxes[name])
    names = ["user", "rank", "item", "title", "genres", "hit", "reason", "run", "basis"]
    opened.until(lambda: lines(opened)[:1] == [",".join(names)])
    assert page.figures["columns"].what.full_text() == ", ".join(names)
    type_into(opened, page.place.field, str(tmp_path / "lists.csv"))
    write(opened)
    opened_run, algorithm, items = load(fresh.runs_folder / "1-ease")
    path = tmp_path / "wanted.csv"
    export_lists(opened_run, algorithm, path, items=items, columns=names, reason=first_reason(algorithm))
    assert (tmp_path / "lists.csv").read_bytes() == path.read_bytes()
    assert f"--columns {','.join(names)}" in page.outcome.command.text()
    assert lines(opened)[1] == path.read_text().splitlines()[1]
    opened.window.close()
    assert open_at(fresh).page.columns.names == names


def test_a_file_needs_a_column_and_titles_need_an_item_file(open_at, tmp_path):
    project = make_project(tmp_path / "films", interactions(["a"] * 2 + ["b"] * 2, ["x", "y", "x", "z"]))
    opened = open_at(project)
    boxes = opened.page.columns.boxes
    assert not any(boxes[name].isEnabled() for name in ("title", "year", "genres"))
    assert opened.page.columns.names == ["user", "rank", "item", "score", "basis"]
    for name in ("user", "rank", "item", "score", "basis"):
        opened.click(boxes[name])
    assert opened.primary().toolTip() == "Choose at least one column."
    assert not opened.primary().isEnabled()
    opened.click(boxes["item"])
    opened.until(lambda: lines(opened)[:1] == ["item"])
    assert opened.primary().isEnabled()


def test_cells_that_a_spreadsheet_would_execute_are_explained(open_at, tmp_path):
    project = make_project(tmp_path / "films", interactions(["=u"] * 3 + ["b"] * 3, ["@x", "y", "+z", "@x", "-w", "y"]))
    opened = open_at(project)
    opened.until(lambda: "look like formulas and get an apostrophe" in opened.page.content.words.full_text())
    marked = sum(cell.startswith("'") for row in lines(opened)[1:] for cell in row.split(","))
    assert opened.page.content.words.full_text().startswith(f"{marked} of these cells")
    type_into(opened, opened.page.place.field, str(tmp_path / "lists.csv"))
    write(opened)
    assert "cells with an apostrophe in front" in opened.page.outcome.words.full_text()
    opened.choose(opened.page.place.format, "exact .csv")
    opened.until(lambda: "written to the letter" in opened.page.content.words.full_text())
    assert opened.page.place.path == tmp_path / "lists.csv"
    write(opened)
    expected = wanted(project, tmp_path / "wanted.csv", "0-popularity", exact=True).read_text()
    assert (tmp_path / "lists.csv").read_text() == expected
    assert "'" not in expected
    assert lines(opened) == expected.splitlines()[: len(lines(opened))]
    assert "--csv program" in opened.page.outcome.command.text()
    opened.choose(opened.page.place.format, ".parquet")
    opened.until(lambda: "written unchanged" in opened.page.content.words.full_text())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Enter a file name."),
        ("there/no/lists.csv", "does not exist"),
        ("folder", "This is a folder"),
        ("lists.doc", "End the name in .csv, .xlsx, .parquet, .jsonl."),
        ("a" * 300 + ".csv", "cannot be used"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_said(open_at, fresh, tmp_path, name, words):
    (tmp_path / "folder").mkdir()
    opened = open_at(fresh)
    opened.page.place.field.setFocus()
    opened.page.place.field.selectAll()
    opened.key(Qt.Key.Key_Delete)
    opened.qtbot.keyClicks(opened.page.place.field, str(tmp_path / name) if name else "")
    assert words in opened.page.place.words.full_text()
    assert not opened.primary().isEnabled()
    assert words in opened.primary().toolTip()


@pytest.mark.parametrize("k", ["0", "1001", "", "many", "-3", "2.5"])
def test_a_length_that_is_none_is_refused(open_at, fresh, k):
    opened = open_at(fresh)
    opened.page.k.setFocus()
    opened.page.k.selectAll()
    opened.key(Qt.Key.Key_Delete)
    opened.qtbot.keyClicks(opened.page.k, k)
    assert not opened.primary().isEnabled()
    assert opened.page.k.property("wrong") == "true"
    type_into(opened, opened.page.k, "4")
    assert opened.primary().isEnabled()


def test_browse_takes_a_place(open_at, fresh, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "chosen"), ""))
    opened = open_at(fresh)
    opened.click(opened.page.place.browse)
    assert opened.page.place.path == tmp_path / "chosen.csv"


def test_the_folder_is_opened(open_at, fresh, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: seen.append(url.toLocalFile()))
    opened = open_at(fresh)
    type_into(opened, opened.page.place.field, str(tmp_path / "lists.csv"))
    write(opened)
    opened.click(opened.page.outcome.open)
    assert seen == [str(tmp_path)]


@pytest.mark.parametrize("algorithms", [("popularity",), ("popularity", "ease")])
def test_a_run_that_vanished_is_told(open_at, tmp_path, algorithms):
    project = make_project(tmp_path / "films", *films(), algorithms=algorithms)
    opened = open_at(project)
    shutil.rmtree(project.runs_folder / opened.page._run)
    write(opened)
    opened.until(lambda: any(one.isVisible() for one in opened.window.findChildren(ErrorCard)))
    card = next(one for one in opened.window.findChildren(ErrorCard) if one.isVisible())
    assert "is not a run folder" in card.sentence.text()
    opened.click(card.close_button)
    assert not card.isVisible()
    assert opened.page.empty.isVisible() == (len(algorithms) == 1)


def test_choices_are_there_again(open_at, fresh, tmp_path):
    opened = open_at(fresh)
    opened.session.selection.select_user("u1")
    opened.click(opened.page.users.buttons["one"])
    type_into(opened, opened.page.k, "7")
    opened.click(opened.page.seen)
    type_into(opened, opened.page.place.field, str(tmp_path / "mine.jsonl"))
    opened.window.close()
    again = open_at(fresh)
    assert again.page.users.users() == ["u1"]
    assert again.page.k.text() == "7"
    assert again.page.seen.isChecked()
    assert again.page.place.path == tmp_path / "mine.jsonl"


def test_without_data_or_runs_the_next_step_is_offered(open_at, tmp_path):
    opened = open_at(None)
    assert not opened.primary().isEnabled()
    opened.click(opened.page.empty.button)
    assert opened.page.name == "data"
    project = make_project(tmp_path / "films", *films(), algorithms=())
    opened.session.open_project(project.folder)
    opened.window.show_page("export")
    assert opened.page.state(opened.session)[1] == "Train an algorithm first"
    opened.click(opened.page.empty.button)
    assert opened.page.name == "train"


# What else is saved -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """A project that was read from a file, with two tested runs."""
    folder = tmp_path_factory.mktemp("tested")
    lines = [f"u{user},i{(user * 3 + n) % 11},{1 + n % 5}\n" for user in range(14) for n in range(6)]
    (folder / "ratings.csv").write_text("user,item,rating\n" + "".join(lines))
    project = Project.create(folder / "films", "films")
    project.data, project.split = "small", {"name": "last-n", "settings": {}}
    import_file(folder / "ratings.csv", folder / "films" / "data" / "small")
    project.save()
    for name in ("popularity", "ease"):
        run = Run.create(project.runs_folder / name, project.data_folder, name)
        train_run(run.folder)
        evaluate_run(run)
    return project


def save(opened, monkeypatch, kind, path, chosen=""):
    """Press a button, name a place, and wait for the end."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), chosen))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(path))
    opened.click(opened.page.more.buttons[kind])
    opened.until(lambda: opened.page._task is None)


def test_a_script_of_the_session_is_saved(open_at, tested, tmp_path, monkeypatch):
    opened = open_at(tested)
    save(opened, monkeypatch, "script", tmp_path / "again", "Python (*.py)")
    runs = [Run.open(tested.runs_folder / name) for name in ("popularity", "ease")]
    assert (tmp_path / "again.py").read_text(encoding="utf-8") == script(runs)
    assert opened.page.outcome.title.full_text() == "Written: again.py"
    assert opened.page.outcome.words.full_text().startswith("2 runs · ")
    opened.session.selection.select_runs(["ease"])
    opened.choose(opened.page.more.runs, "selected")
    save(opened, monkeypatch, "script", tmp_path / "one.py")
    assert (tmp_path / "one.py").read_text(encoding="utf-8") == script(runs[1:])


def test_why_there_is_no_script_is_said(open_at, fresh, tmp_path, monkeypatch):
    opened = open_at(fresh)
    save(opened, monkeypatch, "script", tmp_path / "again.py")
    assert "not known from which file" in opened.page._card.sentence.text()
    assert not (tmp_path / "again.py").exists()


def test_report_metrics_and_pictures_are_saved(open_at, tested, tmp_path, monkeypatch):
    opened = open_at(tested)
    save(opened, monkeypatch, "report", tmp_path / "report.html")
    assert "More than chance?" in (tmp_path / "report.html").read_text(encoding="utf-8")
    save(opened, monkeypatch, "metrics", tmp_path / "metrics.csv")
    assert (tmp_path / "metrics.csv").read_text().startswith("run,algorithm,metric,mean,low,high\n")
    (tmp_path / "pictures").mkdir()
    save(opened, monkeypatch, "plots", tmp_path / "pictures")
    assert "ndcg@10.svg" in {one.name for one in (tmp_path / "pictures").iterdir()}
    assert f"{len(list((tmp_path / 'pictures').iterdir()))} charts" in opened.page.outcome.words.full_text()
    save(opened, monkeypatch, "report", tmp_path / "nowhere" / "report.html")
    assert "does not exist" in opened.page._card.sentence.text()
    save(opened, monkeypatch, "metrics", "")  # the dialog was left
    assert opened.page._card is not None


# Exports as a test wants them ------------------------------------------------------------------------------------------


@pytest.fixture
def canned(tmp_path, open_at):
    """The window on a project whose export goes as the test writes down."""

    def make(**export):
        project = make_project(tmp_path / "films", *films())
        a_list = {"items": [], "history": [], "hidden": 0, "known": True}
        answers = {f"u{number}": {"user": f"u{number}", **a_list} for number in range(N_USERS)} | {"export": export}
        (project.runs_folder / "0-popularity" / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
        return open_at(project, worker=CANNED)

    return make


def test_an_export_is_cancelled(canned, tmp_path):
    opened = canned(hold=str(tmp_path / "never"))
    opened.click(opened.primary())
    outcome = opened.page.outcome
    opened.until(lambda: outcome.words.full_text() == "40 % of the lists")
    assert not opened.primary().isEnabled()
    opened.click(outcome.cancel)
    assert outcome.words.full_text() == "Cancelling…"
    opened.until(lambda: outcome.title.full_text() == "Cancelled")
    assert opened.primary().isEnabled()
    assert not outcome.cancel.isVisible()


def test_what_a_cancelled_export_has_begun_is_taken_away(canned, tmp_path, gone):
    opened = canned(hold=str(tmp_path / "never"))
    type_into(opened, opened.page.place.field, str(tmp_path / "[lists].csv"))
    begun = tmp_path / f"[lists].csv.{gone}.part"
    begun.write_text("half a line")
    others = [owned(tmp_path / "[lists].csv"), tmp_path / f"l.csv.{gone}.part"]
    for one in others:
        one.write_text("of somebody else")
    opened.click(opened.primary())
    opened.until(lambda: opened.page.outcome.words.full_text() == "40 % of the lists")
    opened.click(opened.page.outcome.cancel)
    opened.until(lambda: not begun.exists())
    assert all(one.exists() for one in others)


@pytest.mark.parametrize("sentence", ["The disk is full: lists.csv was not written.", "No permission for lists.csv."])
def test_an_export_that_fails_is_told(canned, sentence):
    opened = canned(fail=sentence)
    write(opened)
    assert opened.page._card.sentence.text() == sentence
    opened.until(opened.page._card.isVisible)
    assert opened.primary().isEnabled()
    write(opened)  # the old card makes room for the new one
    assert opened.page._cards.count() == 1


def test_users_without_history_are_counted(canned):
    opened = canned(path="/somewhere/lists.csv", rows=1200, users=300, cold=2, seconds=1.26, sha256="ab")
    write(opened)
    words = opened.page.outcome.words.full_text()
    assert words.startswith("1,200 rows, 300 lists · 1.3 s · 2 users have no history")
    opened.window.show_page("inspect")
    assert opened.page.name == "inspect"


# Words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("", [], []),
        (" \n\n ", [], []),
        ("a\nb\na", ["a", "b"], []),
        ("a, b;c\td", ["a", "b", "c"], ["d"]),
        ("a b x", ["a", "b"], ["x"]),
        ("Smith, John\nJohn Smith", ["Smith, John", "John Smith"], []),
        ("'a',\"b\"", ["a", "b"], []),
        ("李,שלום", ["李", "שלום"], []),
        ("A", [], ["A"]),
    ],
)
def test_pasted_ids(text, known, unknown):
    ids = pa.array(["a", "b", "c", "Smith, John", "John Smith", "李", "שלום"])
    assert pasted(text, ids) == (known, unknown)


@pytest.mark.skipif(sys.platform == "win32", reason="another shell")
@pytest.mark.parametrize("user", ["a b", "--k", "it's", '"', "$(x)", "李", "\u202e"])
def test_the_command_line_survives_any_id(user):
    from workbench.cli import make_parser

    words = shlex.split(command_line(Path("/a run"), Path("/out put.csv"), [user], 5, seen=True))
    asked = make_parser().parse_args(words[1:])
    assert asked.user == [user]
    assert (asked.run, asked.output) == (Path("/a run"), Path("/out put.csv"))
    assert (asked.k, asked.include_seen) == (5, True)


@pytest.mark.parametrize(
    ("users", "items"),
    [
        (["only"] * 2, ["a", "b"]),
        (["x" * 5000] * 3 + ["\u202eabc, &d"] * 3, ["שלום", "映画", 'c"\n'] * 2),
    ],
)
def test_odd_data_is_shown_and_written(open_at, tmp_path, users, items):
    project = make_project(tmp_path / "films", interactions(users, items))
    opened = open_at(project)
    opened.session.selection.select_user(users[0])
    for whom in ("all", "one"):
        opened.page.users.choose(whom)
        write(opened)
        assert opened.page._card is None
    assert not opened.window.grab().isNull()
    assert opened.window.width() == 1280


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_odd_titles(open_at, tmp_path, ending):
    data, items = films()
    titles = pa.array(["x" * 10_000, "שלום עולם", "映画" * 40, "=1+1", '"\n,', "\u202eabc", "😀", None, ""])
    odd = Items(items.item_ids, titles, items.year, items.genres)
    project = make_project(tmp_path / "films", data, odd, algorithms=("ease",))
    opened = open_at(project)
    opened.choose(opened.page.place.format, ending)
    for box in ("hit", "run"):
        opened.click(opened.page.columns.boxes[box])
    write(opened)
    assert opened.page._card is None
    assert opened.page.outcome.title.full_text().startswith("Written: ")
    assert not opened.window.grab().isNull()
    assert opened.window.width() == 1280


def test_the_model_is_taken_along(open_at, fresh, tmp_path, monkeypatch):
    opened = open_at(fresh)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path))
    opened.click(opened.page.elsewhere.take)
    opened.until(lambda: opened.page._task is None)
    assert (tmp_path / "1-ease model" / "score.py").exists()
    assert f"{N_USERS} of {N_USERS} lists compared are equal" in opened.page.outcome.words.full_text()
    assert not unnamed(opened.window)
