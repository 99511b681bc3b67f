"""The pictures of the page Data, with the real worker, and data that nobody would wish for."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.app.real_window import RATINGS, RealWindow
from workbench.app.widgets.theme import theme

# The offscreen platform says so whenever a list is opened.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard")


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
    real.read(write("second.csv", "user,item\na,b\na,c\nb,c\n"), way="version")
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


@pytest.mark.parametrize(("number", "text"), list(enumerate(HOSTILE.values())), ids=HOSTILE.keys())
def test_hostile_data_is_shown_in_all_tables_and_drawn(
    light, qtbot, home, trainer_command, real_worker, write, number, text
):
    """In dark and light colours by turns, and the first in both: what is drawn depends on the data, not on the colours."""
    light.set_mode(("dark", "light")[number % 2], keep=False)  # before there is a window to dress anew
    real = RealWindow(qtbot, trainer_command, real_worker)
    try:
        real.read(write("ratings.csv", text))
        look_at_tables(real)
        look_at_charts(real, other_colours=number == 0)
    finally:
        real.close()


def look_at_tables(real):
    rows = real.data.glance.rows
    for which in ("interactions", "users", "items"):
        real.click(rows.tabs.buttons[which])
        real.until(lambda: not rows._counting.busy)
        assert rows.table.model().rowCount() > 0
        assert all(len(cell) <= 200 for row in real.cells(rows.table) for cell in row)
        for column in range(rows.table.model().columnCount()):
            rows.table.model().sort(column, Qt.SortOrder.DescendingOrder)
            rows.table.model().index(0, column).data(Qt.ItemDataRole.ToolTipRole)


def look_at_charts(real, *, other_colours):
    glance = real.data.glance
    real.until(lambda: glance.closer.matrix.counts.size)
    for which in ("overview", "matrix"):
        real.click(glance.tabs.buttons[which])
        assert not real.window.grab().isNull()
    if other_colours:
        theme().set_mode("light", keep=False)
        for which in ("matrix", "overview"):
            real.click(glance.tabs.buttons[which])
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
    assert "the first 60 shown" in real.data.subtitle
