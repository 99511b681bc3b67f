import os

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from tests.app.real_window import LONG
from workbench.app.pages._offered import Offer, sort_out
from workbench.app.theme import theme
from workbench.errors import WorkbenchError

# The offscreen platform says so whenever a list is opened.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard")


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


RATINGS = "user,item,rating,time\n" + "".join(
    f"u{i % 5},i{i % 7},{i % 5 + 1},{1_000_000_000 + 86_400 * i}\n" for i in range(35)
)


def shown(real):
    return real.data.stack.currentWidget()


def choose(real, box, value):
    """Choose from a list by keys, as a person without a mouse does."""
    box.setFocus()
    real.qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    real.until(box.view().isVisible)
    real.qtbot.keyClick(box.view(), Qt.Key.Key_Home)
    while box.itemData(box.view().currentIndex().row()) != value:
        before = box.view().currentIndex().row()
        real.qtbot.keyClick(box.view(), Qt.Key.Key_Down)
        assert box.view().currentIndex().row() > before, f"{value} is not in the list"
    real.qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    assert box.currentData() == value


def unfold(real):
    """Show how the file is read, with all that can be corrected."""
    if not real.data.sheet.how.fold.isChecked():
        real.click(real.data.sheet.how.fold)
    return real.data.sheet.how.choices


def looked(real):
    """Wait until the first rows are there in the layout that is asked for."""
    real.until(lambda: real.data._looking is None)
    return real.data.sheet


def note(real, text):
    """The button of a note."""
    shown = [one for one in real.data.sheet.notes.buttons if one.isVisible()]
    return next(one for one in shown if text in one.text())


def head(real, column):
    return real.data.sheet.table.head.heads[column]


# From a file to the data at a glance ---------------------------------------------------------------------------------


def test_it_begins_with_a_place_to_drop_and_the_sample(real):
    assert shown(real) is real.data.empty
    assert real.data.empty.open.isVisible()
    assert real.data.empty.sample.isVisible()


def test_a_dropped_file_is_shown_with_its_columns_guessed(real, write):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(write("ratings.csv", RATINGS)))])
    for kind, where in ((QDragEnterEvent, QPoint(400, 300)), (QDropEvent, QPointF(400, 300))):
        event = kind(where, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(real.window, event)
    real.until(lambda: real.data.sheet.columns.rows)
    assert shown(real) is real.data.sheet
    assert [head(real, at).box.currentData() for at in range(4)] == ["user", "item", "rating", "time"]
    assert head(real, 2).evidence.full_text().endswith("by its name · 1 to 5")
    assert real.cells(real.data.sheet.table)[0] == ["u0", "i0", "1", "9 Sep 2001, 01:46"]
    assert real.primary().text() == "Use these columns →"
    assert real.primary().isEnabled()


def test_one_click_reads_it_and_shows_it_at_a_glance(real, sample):
    real.read(sample / "ratings.csv", sample / "movies.csv")
    glance = real.data.glance
    assert [one.number.full_text() for one in glance.figures.all[:4]] == ["100,004", "671", "9,066", "1.64 %"]
    assert real.data.facts == "comma, UTF-8, header · 100,004 rows, all kept · titles of 9,066 of 9,066 items"
    charts = glance.overview.charts
    assert sum(charts["ratings"].counts) == sum(charts["activity"].counts) == 100_004
    assert (sum(charts["users"].counts), sum(charts["items"].counts)) == (671, 9066)
    real.click(glance.tabs.buttons["interactions"])
    real.until(lambda: glance.rows.table.model().rowCount() == 100_004)
    first = real.session.data
    assert real.cells(glance.rows.table)[0][0] == first.user_ids[int(first.user[0])].as_py()
    real.click(glance.rows.tabs.buttons["items"])
    real.until(lambda: glance.rows.table.model().columnCount() == 6)
    real.qtbot.keyClicks(glance.rows.search, "toy story")
    real.until(lambda: glance.rows.table.model().rowCount() == 4)
    assert {row[0] for row in real.cells(glance.rows.table)} >= {"Toy Story", "Toy Story 2"}
    assert glance.rows.count.full_text() == "4 of 9,066"
    real.click(real.primary())
    assert real.window.page.name == "split"


def test_the_sample_is_shown_while_it_is_read_and_then(real):
    real.click(real.data.empty.sample)
    real.until(lambda: real.session.data is not None)
    real.window.show_page("data")
    assert shown(real) is real.data.glance
    assert real.data.state(real.session) == ("100,004", "")


# Correcting the guess ------------------------------------------------------------------------------------------------


def test_a_missing_role_is_told_and_holds_the_button(real, write):
    real.offer(write("ratings.csv", RATINGS))
    choose(real, head(real, 1).box, "")
    assert not real.primary().isEnabled()
    assert real.data.sheet.remark.text() == "Choose which column is the item."
    choose(real, head(real, 1).box, "item")
    assert real.primary().isEnabled()
    assert real.data.sheet.remark.text() == ""


def test_a_role_moves_and_user_and_item_change_places(real, write):
    real.offer(write("ratings.csv", RATINGS))
    choose(real, head(real, 0).box, "item")
    assert [head(real, at).box.currentData() for at in range(4)] == ["item", "user", "rating", "time"]
    choose(real, head(real, 2).box, "time")
    assert [head(real, at).box.currentData() for at in range(4)] == ["item", "user", "time", ""]
    choose(real, head(real, 3).box, "time")
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.data.user_ids.to_pylist() == [f"i{i}" for i in range(7)]
    assert real.session.about["recipe"]["columns"]["user"] == "item"


def test_another_layout_is_tried_and_taken_back(real, write):
    real.offer(write("ratings.csv", RATINGS.replace(",", ";")))
    sheet = real.data.sheet
    unfold(real)
    assert sheet.delimiter.value() == ";"
    choose(real, sheet.delimiter.box, "\t")
    real.until(lambda: real.data._looking is None and sheet.trouble.isVisible())
    assert "one column only" in sheet.trouble.text()
    assert not real.primary().isEnabled()
    choose(real, sheet.delimiter.box, ";")
    real.until(lambda: real.data._looking is None and sheet.table.isVisible() and sheet.columns.rows)
    assert len(sheet.columns.names) == 4
    assert real.primary().isEnabled()


def test_a_first_row_that_is_data_after_all_is_read_as_such(real, write):
    real.offer(write("ratings.csv", RATINGS))
    unfold(real)
    choose(real, real.data.sheet.header.box, False)
    real.until(lambda: real.data._looking is None and len(real.data.sheet.columns.rows) == 36)
    assert real.data.sheet.format["header"] is False


def test_dates_in_doubt_wait_for_the_person(real, write):
    text = "user,item,date\n" + "".join(f"u{i},i{i},0{i}/0{i + 1}/2020\n" for i in range(1, 6))
    real.offer(write("ratings.csv", text))
    assert not real.primary().isEnabled()
    assert "may begin with the day or with the month" in real.data.sheet.remark.text()
    titles = [one.text() for one in real.data.sheet.notes.buttons if one.isVisible()]
    assert titles == ["1 Feb 2020 (day first)", "2 Jan 2020 (month first)"]
    real.click(note(real, "day first"))
    assert real.primary().isEnabled()
    assert real.data.sheet.remark.text() == ""
    assert real.cells(real.data.sheet.table)[0][2] == "1 Feb 2020, 00:00"
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.about["summary"]["time"]["min"] == "2020-02-01T00:00:00Z"


def test_a_list_of_items_alone_is_not_read_without_asking(real, sample):
    real.offer(sample / "movies.csv")
    assert not real.primary().isEnabled()
    assert "list of items" in real.data.sheet.remark.text()


# What can go wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("lines.csv", b"\n\n\n", "empty lines"),
        ("column.csv", b"one\ntwo\nthree\n", "one column only"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG picture"),
        ("noise.csv", bytes(range(256)) * 8, "no text"),
    ],
)
def test_what_cannot_be_read_is_told_with_a_way_back(real, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    real.offer(path)
    assert shown(real) is real.data.failure
    assert words in real.data.failure.card.sentence.text()
    assert name in real.data.failure.card.sentence.text()
    real.click(real.button("Back"))
    assert shown(real) is real.data.empty


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is locked for root")
def test_a_file_without_permission_is_told(real, write):
    path = write("ratings.csv", RATINGS)
    path.chmod(0)
    real.offer(path)
    assert "permission" in real.data.failure.card.sentence.text().lower()


def test_a_folder_without_a_table_is_told(real, tmp_path):
    (tmp_path / "nothing").mkdir()
    real.session.offer_files([tmp_path / "nothing"])
    assert shown(real) is real.data.failure
    assert "holds no CSV" in real.data.failure.card.sentence.text()


def test_a_file_that_vanishes_before_it_is_read_loses_nothing(real, write):
    real.read(write("first.csv", RATINGS))
    kept, folder = real.session.data, real.session.project.data
    path = write("second.csv", RATINGS)
    real.offer(path)
    path.unlink()
    real.click(real.primary())
    real.until(lambda: shown(real) is real.data.failure)
    assert "is not there" in real.data.failure.card.sentence.text()
    assert real.session.data is kept
    assert real.session.project.data == folder
    real.click(real.button("Back"))
    assert shown(real) is real.data.sheet
    real.click(real.button("Back"))
    assert shown(real) is real.data.glance


@pytest.fixture(scope="session")
def million(tmp_path_factory):
    """A million rows as a file."""
    path = tmp_path_factory.mktemp("big") / "big.csv"
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, high, 1_000_000).astype(str) for high in (50_000, 5_000, 5)]
    lines = map(",".join, zip(*columns, strict=True))
    path.write_text("user,item,rating\n" + "\n".join(lines) + "\n")
    return path


def test_cancel_leaves_the_project_untouched(real, million):
    real.offer(million)
    real.click(real.primary())
    reading = real.data.reading
    real.until(lambda: shown(real) is reading and reading.bar.value() > 0)
    task = real.data._task
    with real.qtbot.waitSignal(task.cancelled, timeout=LONG):
        real.click(reading.cancel)
        assert reading.words.text() == "Cancelling…"
        assert not reading.cancel.isEnabled()
    real.until(lambda: shown(real) is real.data.sheet)
    assert real.session.data is None
    assert real.session.project.data is None
    assert [one for one in (real.session.project.folder / "data").iterdir() if not one.name.endswith(".part")] == []
    assert real.primary().isEnabled()


# Refused rows --------------------------------------------------------------------------------------------------------


def test_refused_rows_are_listed_and_can_be_saved(real, write, tmp_path, monkeypatch):
    real.read(write("ratings.csv", RATINGS + "u1,i1,good,1000000000\nonly,two\n"))
    rows = real.data.glance.rows
    assert rows.tabs.buttons["refused"].text() == "Refused 2"
    real.click(rows.tabs.buttons["refused"])
    found = real.cells(rows.table)
    assert [row[0] for row in found] == ["37", "38"]
    assert "good" in found[0][1]
    assert found[1][2] == "only,two"
    target = tmp_path / "saved.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with real.qtbot.waitSignal(real.session.notice, timeout=LONG):
        real.click(rows.save)
    assert "only,two" in target.read_text()


def test_duplicates_are_listed_beside_them_and_can_be_saved(real, write, tmp_path, monkeypatch):
    titles = write("movies.csv", "item,title\n" + "".join(f"i{i},Film {i}\n" for i in (0, 1, 2, 3, 4, 5, 77)))
    real.read(write("ratings.csv", RATINGS + "u1,i1,2,1500000000\n"), titles)
    rows = real.data.glance.rows
    assert rows.tabs.buttons["duplicates"].text() == "Duplicates 1"
    real.click(rows.tabs.buttons["duplicates"])
    assert not rows.save.isEnabled()
    real.until(lambda: rows.table.model().rowCount() == 2)
    found = real.cells(rows.table)
    assert [row[0] for row in found] == ["3", "37"]
    assert [row[-1] for row in found] == ["left out", "kept"]
    target = tmp_path / "saved.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with real.qtbot.waitSignal(real.session.notice, timeout=LONG):
        real.click(rows.save)
    assert target.read_text().count("\n") == 3
    real.click(rows.tabs.buttons["files"])
    assert real.cells(rows.table) == [
        ["Titles", "movies.csv", "items with a row in it", "6", ""],
        ["Titles", "movies.csv", "items without one", "1", "i6"],
        ["Titles", "movies.csv", "rows of other items", "1", "i77"],
    ]


def test_what_looked_odd_in_all_of_the_data_is_put_right_with_one_click(real, write):
    real.read(write("r.csv", "a,b\n" + "".join(f"x{i % 2},{i}\n" for i in range(300))))
    notes = real.data.glance.notes
    assert "there are 2 users for 300 items" in notes.words.text()
    before = real.session.data
    real.click(notes.buttons[0])
    real.until(lambda: real.session.data is not before and shown(real) is real.data.glance)
    assert (real.session.data.n_users, real.session.data.n_items) == (300, 2)
    assert not notes.isVisible()


# Tables --------------------------------------------------------------------------------------------------------------


def test_tables_are_sorted_by_a_click_on_the_head_and_searched(real, write):
    real.read(write("ratings.csv", RATINGS))
    rows = real.data.glance.rows
    real.click(rows.tabs.buttons["users"])
    real.until(lambda: rows.table.model().rowCount() == 5)
    header = rows.table.horizontalHeader()
    for _ in range(2):  # once for each way
        real.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert [row[0] for row in real.cells(rows.table)] == ["u4", "u3", "u2", "u1", "u0"]
    real.qtbot.keyClicks(rows.search, "U3")
    real.until(lambda: rows.table.model().rowCount() == 1)
    real.qtbot.keyClick(rows.search, Qt.Key.Key_Escape)
    real.until(lambda: rows.table.model().rowCount() == 5)
    assert [row[0] for row in real.cells(rows.table)] == ["u4", "u3", "u2", "u1", "u0"]
    real.qtbot.keyClicks(rows.search, "nobody")
    real.until(rows.nothing.isVisible)
    assert "nobody" in rows.nothing.text()


def test_ids_that_are_numbers_are_sorted_as_numbers():
    import pyarrow as pa

    from workbench.app.pages._tables import ranks

    assert ranks(pa.array(["10", "9", "100"])).tolist() == [1, 0, 2]
    assert ranks(pa.array(["10", "9", "x"])).tolist() == [0, 1, 2]


def test_the_arrow_keys_lead_from_table_to_table(real, write):
    real.read(write("ratings.csv", RATINGS))
    tabs = real.data.glance.tabs
    tabs.buttons["overview"].setFocus()
    # Nothing was refused: that table is passed over.
    for wanted in ("matrix", "interactions", "users", "items", "overview", "matrix", "interactions"):
        real.qtbot.keyClick(tabs.buttons[tabs.current], Qt.Key.Key_Right)
        assert tabs.current == wanted
        real.until(lambda: not real.data.glance.rows._counting.busy)
    real.until(lambda: real.data.glance.rows.table.model().rowCount() == 35)


def test_the_chosen_table_is_remembered(real, write):
    real.read(write("ratings.csv", RATINGS))
    glance = real.data.glance
    real.click(glance.tabs.buttons["items"])
    view = real.data.remember()
    glance.choose("overview")
    real.data.recall(view)
    assert glance.tabs.current == "items"
    assert glance.stack.currentWidget() is glance.rows


def shown_rows(real, which, n):
    """The rows, with one of the tables at the front and counted."""
    real.click(real.data.glance.tabs.buttons[which])
    real.until(lambda: real.data.glance.rows.table.model().rowCount() == n)
    return real.data.glance.rows


def test_selected_rows_are_copied_with_tabs_between_cells(real, write):
    real.read(write("ratings.csv", RATINGS))
    rows = shown_rows(real, "users", 5)
    rows.table.setFocus()
    rows.table.selectRow(0)
    real.qtbot.keyClick(rows.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    real.qtbot.keyClick(rows.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QApplication.clipboard().text()
    assert [line.split("\t")[:2] for line in text.splitlines()] == [["u0", "7"], ["u1", "7"]]
    assert rows.count.full_text() == "2 rows copied"


def test_find_leads_to_the_search_of_the_interactions(real, write):
    real.read(write("ratings.csv", RATINGS))
    real.data.find()
    assert real.data.glance.tabs.current == "interactions"
    assert real.data.glance.rows.search.hasFocus()


# In one look ---------------------------------------------------------------------------------------------------------


def test_the_extremes_have_titles_and_shares(real, sample):
    real.read(sample / "ratings.csv", sample / "movies.csv")
    overview = real.data.glance.overview
    real.until(lambda: overview.popular.rows)
    first = overview.popular.rows[0]
    assert (first.name, first.count) == ("Forrest Gump", 341)
    assert overview.popular.tip_at(3) == "Forrest Gump: 341 interactions, 0.34 % of all"
    assert (overview.busy.rows[0].name, overview.busy.rows[0].count) == ("547", 2391)
    share = np.sort(real.session.data.item_counts)[::-1][:91].sum() / 100_004
    assert overview.cards["popular"].hint.full_text() == f"top 1 %: {100 * share:.0f} %"
    tip = overview.charts["items"].tip_at(overview.charts["items"].width() // 4)
    assert tip.endswith(" items")


def test_a_click_on_the_small_matrix_leads_to_the_large_one(real, write):
    real.read(write("ratings.csv", RATINGS))
    real.click(real.data.glance.overview.matrix)
    assert real.data.glance.tabs.current == "matrix"
    assert real.data.glance.closer.matrix.hasFocus()


def test_the_matrix_is_counted_again_where_one_looks_closer(real, sample):
    real.read(sample / "ratings.csv")
    glance = real.data.glance
    matrix = glance.closer.matrix
    real.until(lambda: matrix.counts.size)
    assert matrix.counts.sum() == 100_004
    assert max(matrix.counts.shape) <= 256
    real.click(glance.tabs.buttons["matrix"])
    assert not glance.closer.whole.isEnabled()
    for _ in range(4):
        real.click(glance.closer.closer)
    real.until(lambda: matrix.item_edges[-1] - matrix.item_edges[0] < 2000)
    users, items = matrix.users.edges(), matrix.items.edges()
    assert [matrix.user_edges[0], matrix.user_edges[-1]] == users
    assert [matrix.item_edges[0], matrix.item_edges[-1]] == items
    data = real.session.data
    order = [np.argsort(-counts, kind="stable") for counts in (data.by_user.lengths, data.item_counts)]
    kept = np.isin(data.user, order[0][slice(*users)]) & np.isin(data.item, order[1][slice(*items)])
    assert matrix.counts.sum() == kept.sum()
    real.click(glance.closer.whole)
    real.until(lambda: matrix.counts.sum() == 100_004)
    assert not glance.closer.further.isEnabled()


def test_the_matrix_is_moved_by_the_mouse_and_by_keys(real, sample):
    real.read(sample / "ratings.csv")
    glance = real.data.glance
    matrix = glance.closer.matrix
    real.until(lambda: matrix.counts.size)
    real.click(glance.tabs.buttons["matrix"])
    real.qtbot.mouseDClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(matrix.width() // 2, matrix.height() // 2))
    before = matrix.users.edges(), matrix.items.edges()
    assert before[0][0] > 0
    corner = QPoint(matrix.width() // 2, matrix.height() // 2)
    real.qtbot.mousePress(matrix, Qt.MouseButton.LeftButton, pos=corner)
    real.qtbot.mouseMove(matrix, corner + QPoint(80, 40))
    real.qtbot.mouseRelease(matrix, Qt.MouseButton.LeftButton, pos=corner + QPoint(80, 40))
    assert matrix.users.edges()[0] < before[0][0]
    assert matrix.items.edges()[0] < before[1][0]
    for _ in range(9):
        real.qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix.items.edges()[0] == 0
    for _ in range(30):
        real.qtbot.keyClick(matrix, Qt.Key.Key_Plus)
    assert matrix.users.high - matrix.users.low == pytest.approx(8)
    real.until(lambda: matrix.counts.shape[0] <= 10)
    assert set(np.unique(matrix.counts)) <= {0, 1}  # so close that a field is one pair
    assert "1 pairs" in matrix.tip_at(QPointF(matrix.width() / 2, matrix.height() / 2))


def test_other_data_has_another_matrix(real, write):
    real.read(write("first.csv", RATINGS))
    matrix = real.data.glance.closer.matrix
    real.until(lambda: matrix.counts.sum() == 35)
    real.read(write("second.csv", "user,item\na,b\na,c\nb,c\n"))
    real.until(lambda: matrix.counts.sum() == 3)
    assert (matrix.users.n, matrix.items.n) == (2, 2)


# Hostile data --------------------------------------------------------------------------------------------------------

HOSTILE = {
    "one row": "user,item,rating,time\na,b,3,1000000000\n",
    "one user": "user,item,rating\n" + "".join(f"a,i{i},{i % 5}\n" for i in range(40)),
    "one item": "user,item,rating\n" + "".join(f"u{i},b,{i % 5}\n" for i in range(40)),
    "equal ratings": "user,item,rating\n" + "".join(f"u{i % 4},i{i},3\n" for i in range(40)),
    "no ratings": "user,item,time\n" + "".join(f"u{i % 4},i{i},{10**9 + i}\n" for i in range(40)),
    "no times": "user,item,rating\n" + "".join(f"u{i % 4},i{i},{i % 5}\n" for i in range(40)),
    "nothing but ids": "user,item\n" + "".join(f"u{i % 4},i{i}\n" for i in range(40)),
    "long ids": "user,item,rating\n" + "".join(f"{'u' * 10_000}{i % 4},{'i' * 10_000}{i},3\n" for i in range(20)),
    "many letters": "user,item,rating\n" + "".join(f"משתמש {i % 4},映画 {i} «\u202e»,{i % 5}\n" for i in range(40)),
    "far times": "user,item,time\n"
    + "".join(f"u{i % 4},i{i},{y}-01-01\n" for i, y in enumerate(range(100, 9900, 300))),
    "real ratings": "user,item,rating\n" + "".join(f"u{i % 9},i{i},{i * 1.37}\n" for i in range(90)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_data_is_shown_in_all_tables(real, write, text):
    real.read(write("ratings.csv", text))
    rows = real.data.glance.rows
    for which in ("interactions", "users", "items"):
        real.click(rows.tabs.buttons[which])
        real.until(lambda: not rows._counting.busy)
        assert rows.table.model().rowCount() > 0
        assert all(len(cell) <= 200 for row in real.cells(rows.table) for cell in row)
        for column in range(rows.table.model().columnCount()):
            rows.table.model().sort(column, Qt.SortOrder.DescendingOrder)
            rows.table.model().index(0, column).data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_data_is_drawn(real, write, text):
    real.read(write("ratings.csv", text))
    glance = real.data.glance
    real.until(lambda: glance.closer.matrix.counts.size)
    for which in ("overview", "matrix"):
        real.click(glance.tabs.buttons[which])
        for mode in ("dark", "light"):
            theme().set_mode(mode, keep=False)
            assert not real.window.grab().isNull()
    real.click(glance.tabs.buttons["overview"])
    summary = real.session.about["summary"]
    assert glance.closer.matrix.counts.sum() == summary["interactions"]
    assert glance.overview.cards["ratings"].isVisible() == bool(summary["rating"])
    assert glance.overview.cards["activity"].isVisible() == bool(summary["time"])
    for name, chart in glance.overview.charts.items():
        if glance.overview.cards[name].isVisible():
            for x in (-5, 0, chart.width() // 2, chart.width() + 5):
                assert isinstance(chart.tip_at(x), str)
            assert chart.accessibleDescription()
    for ranking in (glance.overview.popular, glance.overview.busy):
        assert ranking.tip_at(1)
        assert ranking.tip_at(10_000) == ""
    poke(real, glance.closer.matrix)


def poke(real, matrix):
    """Move about in the matrix, and ask what is there."""
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Minus, Qt.Key.Key_Home):
        real.qtbot.keyClick(matrix, key)
    for at in (QPointF(-3, -3), QPointF(matrix.width() / 2, matrix.height() / 2), QPointF(1e6, 1e6)):
        assert isinstance(matrix.tip_at(at), str)


def test_titles_in_other_scripts_stand_before_the_ids(real, write):
    titles = "item,title,year\n" + "".join(
        f"i{i},{t},1999\n" for i, t in enumerate(["千と千尋", "سنوات", "Amélie"] * 3)
    )
    real.read(write("ratings.csv", RATINGS), write("movies.csv", titles))
    rows = real.data.glance.rows
    real.click(rows.tabs.buttons["items"])
    real.until(
        lambda: rows.table.model().headerData(0, Qt.Orientation.Horizontal) == "Title" and not rows._counting.busy
    )
    real.until(lambda: rows.table.model().rowCount() == 7)
    assert {"千と千尋", "سنوات", "Amélie"} <= {row[0] for row in real.cells(rows.table)}
    real.qtbot.keyClicks(rows.search, "amÉLIE")
    real.until(lambda: 0 < rows.table.model().rowCount() < 7)


def test_a_table_of_a_thousand_columns_is_shown_in_part(real, write):
    names = ["user", "item", *(f"c{i}" for i in range(998))]
    real.offer(write("wide.csv", ",".join(names) + "\n" + (",".join(["1"] * 1000) + "\n") * 5))
    real.until(lambda: len(real.data.sheet.table.head.heads) == 60)
    assert "the first 60 shown" in real.data.facts


# Several files -------------------------------------------------------------------------------------------------------


def test_a_split_of_ones_own_is_read_from_two_files(real, write):
    real.read(write("train.csv", RATINGS), write("test.csv", "user,item,rating,time\nu0,i6,5,1100000000\n"))
    assert real.session.data.part.sum() == 2
    assert real.session.split["name"] == "files"
    assert real.data.heading == "train.csv + test.csv"


def test_titles_can_be_added_later(real, write, monkeypatch):
    real.read(write("ratings.csv", RATINGS))
    titles = write("names.csv", "item,title\n" + "".join(f"i{i},Film {i}\n" for i in range(7)))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(titles), ""))
    real.click(real.button("Add to it…"))
    real.until(real.data.menu.isVisible)
    real.qtbot.keyClick(real.data.menu, Qt.Key.Key_Down)
    real.qtbot.keyClick(real.data.menu, Qt.Key.Key_Return)
    real.until(lambda: real.session.items is not None and shown(real) is real.data.glance)
    assert real.session.items.titles([0])[0].startswith("Film")


def test_a_slot_is_emptied_and_filled(real, write, sample, monkeypatch):
    real.offer(write("ratings.csv", RATINGS), sample / "movies.csv")
    further = real.data.sheet.further
    slot = further.slots["items"]
    assert slot.file == sample / "movies.csv"
    real.click(slot.remove)
    assert slot.file is None
    assert not slot.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(sample / "movies.csv"), ""))
    further.menu.actions()[0].trigger()
    assert slot.file == sample / "movies.csv"
    assert slot.isVisible()


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["r.csv"], ("r.csv", None, None, None)),
        (["movies.csv", "ratings.csv"], ("ratings.csv", "movies.csv", None, None)),
        (["movies.dat", "ratings.dat", "users.dat"], ("ratings.dat", "movies.dat", None, None)),
        (["ratings.dat", "users.dat", "vectors.npy"], ("ratings.dat", None, None, None)),
        (["test.txt", "train.txt", "valid.txt"], ("train.txt", None, "test.txt", "valid.txt")),
        (["u2.test", "u1.test", "u1.base"], ("u1.base", None, "u1.test", None)),
        (["train.csv", "test.csv", "items.csv"], ("train.csv", "items.csv", "test.csv", None)),
        (["a.csv", "b.csv"], ("a.csv", None, None, None)),
        (["latest_ratings.csv", "contest.csv"], ("latest_ratings.csv", None, None, None)),
    ],
)
def test_each_file_gets_its_place(tmp_path, names, wanted):
    for name in names:
        (tmp_path / name).touch()
    offer = sort_out([tmp_path / name for name in names])
    found = (offer.main, offer.items, offer.test, offer.validation)
    assert tuple(one and one.name for one in found) == wanted
    used = {one.name for one in (*found, offer.users, offer.vectors) if one}
    assert {one.name for one in offer.unused} == set(names) - used


def test_of_a_folder_the_whole_is_meant_and_not_one_of_its_folds(tmp_path):
    for name in ("u.data", "u.item", "u1.base", "u1.test", "README"):
        (tmp_path / name).touch()
    main, items = tmp_path / "u.data", tmp_path / "u.item"
    assert sort_out([tmp_path]) == Offer(main, items, choices=(main, items))


def test_a_folder_that_cannot_be_opened_is_told(tmp_path):
    (tmp_path / "notes.md").touch()
    with pytest.raises(WorkbenchError, match="holds no CSV"):
        sort_out([tmp_path])


# For everybody -------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name(real, write):
    real.read(write("ratings.csv", RATINGS + "broken\n"))
    real.offer(write("other.csv", RATINGS))
    found = [one for one in real.data.findChildren(QWidget) if one.focusPolicy() != Qt.FocusPolicy.NoFocus]
    # Parts of a list box or a scroll area are spoken for by what they belong to.
    own = [one for one in found if type(one).__module__.startswith("workbench") or one.metaObject().className() in (
        "QPushButton", "QComboBox", "QLineEdit", "QTableView", "QCheckBox")]  # fmt: skip
    assert len(own) > 20
    assert [type(one).__name__ for one in own if not one.accessibleName()] == []


def test_tab_leads_through_the_sheet_and_out_of_the_table(real, write):
    real.offer(write("ratings.csv", RATINGS))
    sheet = real.data.sheet
    unfold(real)
    sheet.delimiter.box.setFocus()
    met = []
    for _ in range(40):
        real.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert all(one.box in met for one in sheet.table.head.heads)
    assert sheet.table in met
    assert real.primary() in met
