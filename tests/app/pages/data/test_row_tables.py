"""The tables of the page Data, with the real worker: refused rows, duplicates, interactions, users and items."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.app.real_window import LONG, RATINGS

# The offscreen platform says so whenever a list is opened.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard")


def shown(real):
    return real.data.stack.currentWidget()


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
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
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
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    with real.qtbot.waitSignal(real.session.notice, timeout=LONG):
        real.click(rows.save)
    assert target.read_text().count("\n") == 3
    real.click(rows.tabs.buttons["files"])
    assert real.cells(rows.table) == [
        ["Titles", "movies.csv", "items found in the file", "6", ""],
        ["Titles", "movies.csv", "items not in the file", "1", "i6"],
        ["Titles", "movies.csv", "rows about other items", "1", "i77"],
    ]


def test_what_looked_odd_in_all_of_the_data_is_put_right_with_one_click(real, write):
    real.read(write("r.csv", "a,b\n" + "".join(f"x{i % 2},{i}\n" for i in range(300))))
    notes = real.data.glance.notes
    assert "there are 2 users for 300 items" in notes.words.text()
    before = real.session.data
    real.click(notes.buttons[0])
    real.until(lambda: real.session.data is not before and shown(real) is real.data.glance)
    assert (real.session.data.n_users, real.session.data.n_items) == (300, 2)
    assert "No column is a time" in notes.words.text()


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

    from workbench.app.pages.data.table_columns import ranks

    assert ranks(pa.array(["10", "9", "100"])).tolist() == [1, 0, 2]
    assert ranks(pa.array(["10", "9", "x"])).tolist() == [0, 1, 2]


def test_the_arrow_keys_lead_from_table_to_table(real, write):
    real.read(write("ratings.csv", RATINGS))
    tabs = real.data.glance.tabs
    tabs.buttons["overview"].setFocus()
    # Nothing was refused: that table is passed over.
    for wanted in ("matrix", "interactions", "users", "items", "versions", "overview", "matrix", "interactions"):
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
