"""How a person uses the page Compare, and what it shows."""

from PySide6.QtCore import QPoint, Qt

LEFT = Qt.MouseButton.LeftButton


def titles(page):
    """What the first column says, from the top."""
    model = page.table.runs()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def headers(page):
    model = page.table.runs()
    return [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]


def column(page, name, role=Qt.ItemDataRole.DisplayRole):
    model, at = page.table.runs(), headers(page).index(name)
    return [model.index(row, at).data(role) for row in range(model.rowCount())]


def sort_by(page, qtbot, name):
    header, at = page.table.horizontalHeader(), headers(page).index(name)
    middle = header.sectionViewportPosition(at) + header.sectionSize(at) // 2
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(middle, 12))


def click_row(page, qtbot, row, modifier=Qt.KeyboardModifier.NoModifier):
    rect = page.table.visualRect(page.table.runs().index(row, 1))
    qtbot.mouseClick(page.table.viewport(), LEFT, modifier, rect.center())


def choose_rows(page, session, *ids):
    """Select runs as a click would, with the keyboard in the table."""
    page.table.setFocus()
    session.selection.select_runs(list(ids))
