import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtWidgets import QApplication

from tests.app.fake_runs import Effort
from workbench.app.tables import table_view as tables
from workbench.app.tables.array_model import FAR, MOST_ROWS, ArrayModel
from workbench.app.tables.column import FRACTION, bars, numbers, texts, times
from workbench.app.tables.table_view import TableView

DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


def column(model, number=0):
    return [model.data(model.index(row, number)) for row in range(model.rowCount())]


@pytest.fixture
def model(qapp):
    values = np.array([3.25, np.nan, 1.0, 2.0], np.float32)
    return ArrayModel(
        [
            numbers("score", values, 1),
            texts("title", pa.array(["b", None, "a", "李"])),
            times("when", np.array([0, 86_400_000, 10**18, -1])),
            numbers("count", np.array([1000, 2, 3, 4], np.int32)),
        ],
        4,
    )


def test_cells_are_python_texts(model):
    assert column(model, 0) == ["3.2", "", "1.0", "2.0"]
    assert column(model, 1) == ["b", "", "a", "李"]
    assert column(model, 2)[:2] == ["01 Jan 1970", "02 Jan 1970"]
    assert column(model, 3) == ["1,000", "2", "3", "4"]
    assert all(type(cell) is str for number in range(4) for cell in column(model, number))


def test_numbers_stand_right_and_tell_all_on_hover(model):
    index = model.index(0, 0)
    assert model.data(index, Qt.ItemDataRole.TextAlignmentRole) & int(Qt.AlignmentFlag.AlignRight)
    assert model.data(index, Qt.ItemDataRole.ToolTipRole) == "3.25"
    assert model.data(model.index(0, 2), Qt.ItemDataRole.ToolTipRole) == "1970-01-01 00:00:00 UTC"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "b"


@pytest.mark.parametrize(("order", "cells"), [(UP, ["1.0", "2.0", "3.2", ""]), (DOWN, ["3.2", "2.0", "1.0", ""])])
def test_sorting_puts_what_is_missing_last(model, order, cells):
    model.sort(0, order)
    assert column(model) == cells
    model.sort(1, order)
    assert column(model, 1)[-1] == ""


def test_sorting_is_stable(qapp):
    model = ArrayModel([numbers("a", np.array([1, 0, 1, 0])), texts("b", list("wxyz"))], 4)
    model.sort(0, UP)
    assert column(model, 1) == ["x", "z", "w", "y"]


@pytest.mark.parametrize("kind", ["f4", "f8", "i1", "i8", "u8", "bool"])
def test_falling_is_the_opposite_of_rising_but_for_what_is_missing(qapp, kind):
    values = np.array([1, 0, 1, 0, 1]).astype(kind)
    if values.dtype.kind == "f":
        values[[0, 1]] = np.nan, -0.0
    model = ArrayModel([numbers("a", values), texts("b", list("vwxyz"))], 5)
    model.sort(0, UP)
    assert "".join(column(model, 1)) == ("wyxzv" if values.dtype.kind == "f" else "wyvxz")
    model.sort(0, DOWN)
    assert "".join(column(model, 1)) == ("zxywv" if values.dtype.kind == "f" else "zxvyw")


def test_only_some_rows_are_shown_and_sorted(model):
    model.set_rows(np.array([3, 0]))
    model.sort(0, DOWN)
    assert column(model) == ["3.2", "2.0"]
    assert [model.source_row(row) for row in range(2)] == [0, 3]
    assert model.table_row(3) == 1
    assert model.table_row(2) == -1


def test_many_rows_are_sorted_outside_the_windows_thread(qapp, qtbot):
    n = FAR + 1
    model = ArrayModel([numbers("a", np.arange(n))], n)
    with qtbot.waitSignal(model.sorted):
        model.sort(0, DOWN)
        assert model.data(model.index(0, 0)) == "0"
    assert model.data(model.index(0, 0)) == f"{n - 1:,}"


def test_more_rows_than_qt_can_count_are_cut(qapp):
    model = ArrayModel([numbers("a", np.empty(0))], 10**9)
    assert model.rowCount() == MOST_ROWS


def test_bars_are_as_long_as_their_share(qapp):
    model = ArrayModel([bars("score", np.array([0.0, 1.0, 4.0]))], 3)
    assert [model.data(model.index(row, 0), FRACTION) for row in range(3)] == [0.0, 0.25, 1.0]


@pytest.mark.parametrize("n", [0, 1])
def test_few_rows_of_equal_values_are_no_trouble(keep, light, n):
    view = keep(TableView("t"))
    view.show_columns([bars("score", np.full(n, np.nan)), texts("title", ["x"] * n)], n)
    view.show()
    view.grab()
    assert view.model().rowCount() == n


def test_the_selected_row_stays_selected_when_sorted(keep, light, qtbot, model):
    view = keep(TableView("films", model))
    view.show()
    with qtbot.waitSignal(view.row_selected) as selected:
        view.select(2)
    assert selected.args == [2]
    header = view.horizontalHeader()
    place = header.sectionViewportPosition(0) + 5
    from PySide6.QtCore import QPoint

    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 5))
    assert column(model)[0] == "3.2"
    assert view.selected_rows() == [2]
    with qtbot.waitSignal(view.row_opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_tab_leaves_the_table(keep, light, qtbot):
    from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

    box = keep(QWidget())
    column = QVBoxLayout(box)
    view, after = TableView("t"), QLineEdit()
    view.show_columns([texts("a", list("xy"))], 2)
    column.addWidget(view)
    column.addWidget(after)
    box.show()
    box.activateWindow()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert box.focusWidget() is after


@pytest.fixture
def view(keep, qtbot, light):
    def make(n, **settings):
        columns = [numbers("a", np.arange(n)[::-1]), texts("b", pa.array([f"x\t{i}" for i in range(min(n, 1000))]))]
        made = keep(TableView("rows", ArrayModel(columns[: 1 if n > 1000 else 2], n), **settings))
        made.resize(400, 300)
        made.show()
        made.activateWindow()
        made.setFocus()
        qtbot.waitUntil(made.hasFocus)
        return made

    return make


def test_what_is_selected_is_copied_as_it_is_sorted(view, qtbot):
    table = view(3, several=True)
    table._sort_by(0)
    table._sort_by(0)
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(table.copied) as told:
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert told.args == [2, 2]
    assert QApplication.clipboard().text() == "0\tx 2\n1\tx 1"


def test_nothing_selected_leaves_the_clipboard_alone(view, qtbot):
    QApplication.clipboard().setText("before")
    qtbot.keyClick(view(3), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "before"


def test_all_of_millions_is_selected_painted_and_copied_in_part(view, qtbot, monkeypatch):
    monkeypatch.setattr(tables, "MOST_COPIED", 5000)
    table = view(20_000_000, several=True)
    QApplication.processEvents()
    own = Effort()
    own.start()
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(table.copied) as told:
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    own.stop()
    assert told.args == [5000, 20_000_000]
    assert len(QApplication.clipboard().text().splitlines()) == 5000
    assert own.worst < 500  # asking for each row takes half a minute


def test_a_sort_is_given_up_by_escape(view, qtbot):
    table = view(3_000_000)
    table._sort_by(0)
    assert table.model().busy
    with qtbot.waitSignal(table.sort_given_up):
        qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert not table.model().busy
    assert not table.horizontalHeader().isSortIndicatorShown()
    QThreadPool.globalInstance().waitForDone()
    QApplication.processEvents()
    assert table.model().source_row(0) == 0


def test_a_later_sort_takes_the_place_of_an_earlier_one(view, qtbot):
    table = view(200_000)
    with qtbot.waitSignal(table.model().sorted):
        table._sort_by(0)
        table._sort_by(0)
    assert table.model().data(table.model().index(0, 0)) == "0"
    QThreadPool.globalInstance().waitForDone()
    QApplication.processEvents()
    assert table.model().data(table.model().index(0, 0)) == "0"
