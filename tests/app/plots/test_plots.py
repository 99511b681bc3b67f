import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPicture
from PySide6.QtWidgets import QApplication

from workbench.app.plots.bar_plot import BarPlot
from workbench.app.plots.line_plot import LinePlot
from workbench.app.plots.plot import Axis
from workbench.app.plots.thinning import MOST_DRAWN, thinned


@pytest.fixture
def lines(keep, light):
    plot = keep(LinePlot("Loss", x="epoch", y="loss", empty="No epoch yet"))
    plot.resize(400, 300)
    plot.show()
    return plot


def test_an_empty_plot_says_so(lines):
    assert lines.summary() == "No epoch yet"
    assert lines._nothing.isVisible()
    lines.set_line("EASE", [1, 2], [0.5, 0.25])
    assert not lines._nothing.isVisible()


def test_the_summary_tells_each_line(lines):
    lines.set_line("EASE", [1, 2, 3], [0.5, np.nan, 0.25])
    assert "EASE: 2 points, last 0.25" in lines.summary()
    lines.remove_line("EASE")
    assert lines.lines() == []


@pytest.mark.parametrize("y", [[], [np.nan, np.nan], [1.0, 1.0], [np.inf, 1.0], [0.0, 0.0]])
def test_hostile_lines_are_drawn(lines, y):
    lines.set_line("x" * 300, np.arange(len(y)), y, markers=True, fill=True)
    lines.set_log(y=True)
    assert not lines.grab().isNull()
    assert lines.lines() == ["x" * 300]


def test_long_lines_are_one_pixel_wide_and_take_the_colours_of_the_theme(lines, light):
    lines.set_line("a", np.arange(20_000), np.arange(20_000), 1)
    lines.set_line("b", [0, 1], [1, 0], 2)
    curve = lines._lines["a"][0]
    before = curve.opts["pen"].color()
    light.set_mode("dark", keep=False)
    after = curve.opts["pen"]
    assert after.color() != before
    assert after.width() == 1
    lines.grab()


def test_bars_are_drawn_and_told(keep, light):
    plot = keep(BarPlot("Ratings"))
    plot.show()
    plot.set_bars(["1", "2"], [3, 4])
    plot.grab()
    assert "1: 3" in plot.summary()
    plot.set_bars([], [])
    plot.grab()


def test_markers_go_when_a_line_has_grown(qapp, keep, light):
    plot = keep(LinePlot("Loss"))
    plot.set_line("a", [1], [1], markers=True)
    plot.set_line("a", [1, 2], [1, 2])
    assert plot._lines["a"][0].opts["symbol"] is None


def test_there_are_no_fractions_of_an_epoch(keep, light):
    plot = keep(LinePlot("Loss", whole=True))
    plot.set_line("a", [1, 2], [1, 2])
    assert {spacing for spacing, _ in plot.plot.getAxis("bottom").tickSpacing(0.98, 2.02, 600)} == {1.0}
    assert min(spacing for spacing, _ in plot.plot.getAxis("bottom").tickSpacing(0, 200, 600)) >= 1
    assert min(spacing for spacing, _ in plot.plot.getAxis("left").tickSpacing(0.98, 2.02, 600)) < 1


def test_a_single_value_has_a_scale_that_fits_it_until_there_are_more(keep, light):
    plot = keep(LinePlot("Validation"))
    plot.set_line("a", [1], [0.027])
    assert plot.plot.getViewBox().viewRange()[1] == pytest.approx([0.0135, 0.0405])
    plot.set_line("a", [1, 2], [0.027, 5.0])
    plot.plot.getViewBox().updateAutoRange()
    assert plot.plot.getViewBox().viewRange()[1][1] > 5


def test_of_a_million_points_the_least_the_greatest_and_the_last_are_drawn():
    y = np.random.default_rng(0).random(1_000_003)
    y[[777, 5000]] = -1, 2
    x, drawn = thinned(np.arange(len(y)), y)
    assert len(drawn) < 5000
    assert (drawn.min(), drawn.max()) == (-1, 2)
    assert (x[-1], drawn[-1]) == (len(y) - 1, y[-1])
    near, exact = thinned(np.arange(len(y)), y, 700, 800)
    assert near.tolist() == list(range(699, 802))
    assert exact.tolist() == y[699:802].tolist()


def test_a_line_that_stays_is_not_drawn_again_and_one_that_grew_in_place_is(keep, light, monkeypatch):
    plot = keep(LinePlot("loss"))
    x, y = np.arange(10.0), np.arange(10.0)
    plot.set_line("a", x[:5], y[:5])
    drawn = []
    monkeypatch.setattr(plot, "_draw", drawn.append)
    plot.set_line("a", x[:5], y[:5])
    assert drawn == []
    plot.set_line("a", x[:6], y[:6])
    y[0] = 7  # the same array, and another line
    plot.set_line("a", x[:6], y[:6])
    plot.set_line("a", x[:6], y[:6], markers=True)
    plot.set_line("a", x[:6], y[:6], 3, markers=True)
    assert drawn == ["a"] * 4
    plot.remove_line("a")
    plot.set_line("a", x[:6], y[:6], 3, markers=True)
    assert drawn == ["a"] * 5


def test_several_lines_are_described_once(keep, light, monkeypatch):
    plot = keep(LinePlot("loss"))
    said = []
    monkeypatch.setattr(plot, "_say", lambda words, **_: said.append(words))
    with plot.together():
        for name in "abc":
            plot.set_line(name, [1, 2], [3, 4])
        plot.remove_line("a")
    assert len(said) == 1
    assert said[0].startswith("b: 2 points")


def test_many_lines_are_one_pixel_wide(lines):
    def widths():
        return {curve.opts["pen"].width() for curve, _ in lines._lines.values()}

    for at in range(8):
        lines.set_line(str(at), [1, 2], [at, at], at)
    assert widths() == {2}
    lines.set_line("8", [1, 2], [8, 8], 8)
    assert widths() == {1}
    lines.remove_line("3")
    assert widths() == {2}


def test_lines_that_come_and_go_leave_nothing_of_their_look(keep, light):
    plot = keep(LinePlot("loss"))
    plot.resize(300, 200)
    plot.set_line("a", [1, 2, 3], [1, 900, 1], 1, markers=True, fill=True)
    plot.remove_line("a")
    assert plot.lines() == []
    plot.set_line("b", [1, 2, 3], [1, 2, 3], 2)
    other = keep(LinePlot("loss"))
    other.resize(300, 200)
    other.set_line("b", [1, 2, 3], [1, 2, 3], 2)
    assert plot.grab().toImage() == other.grab().toImage()
    for number in range(30):
        plot.set_line(str(number), [0, 2], [-1, 0], number)
        plot.remove_line(str(number))
    plot.set_log(x=True, y=True)
    plot.grab()
    assert len(plot.plot.listDataItems()) == 2


@pytest.mark.parametrize("sharp", [1, 2])
def test_hairlines_are_filled_where_a_pen_would_draw_them(lines, sharp):
    lines.set_line("a", [0, 1, 2], [0.1, 0.74, 0.33])
    lines.grab()
    axis = lines.plot.getAxis("left")

    def picture(paint):
        image = QImage(sharp * lines.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(sharp)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.translate(0.3, 0.7)
        paint(painter)
        painter.end()
        return image

    def with_a_pen(painter):
        pg.AxisItem.paint(axis, painter, None, None)
        for color, start, end in axis._hairlines:
            painter.setPen(pg.mkPen(color, width=1))
            painter.drawLine(start, end)

    assert len(axis._hairlines) > 5
    assert picture(lambda painter: axis.paint(painter, None, None)) == picture(with_a_pen)
    assert picture(with_a_pen) != picture(lambda painter: pg.AxisItem.paint(axis, painter, None, None))


def test_what_an_axis_leaves_out_nobody_would_have_seen(lines, monkeypatch):
    lines.set_line("a", [0, 1], [0, 1])
    rng, left_out = np.random.default_rng(0), []

    def drawn(side, low, high):
        axis = lines.plot.getAxis(side)
        axis.range = [low, high]
        picture = QPicture()
        painter = QPainter(picture)
        painter.setFont(axis.style["tickFont"])
        found = [text for _, _, text in axis.generateDrawSpecs(painter)[2]]
        painter.end()
        return found, [(color.alpha(), line) for color, *line in axis._hairlines]

    cases = [(rng.uniform(200, 900), rng.uniform(150, 600), 0.0, 10 ** rng.uniform(-3, 6)) for _ in range(40)]
    for width, height, *span in [*cases, (406, 515, -482.7, 978.5), (976, 575, -19.3, 1603.2)]:
        lines.resize(int(width), int(height))
        QApplication.processEvents()
        few = drawn("left", *span), drawn("bottom", *span)
        with monkeypatch.context() as patch:
            patch.setattr(Axis, "tickSpacing", pg.AxisItem.tickSpacing)
            lines.plot.getAxis("bottom").setStyle(maxTickLevel=2)
            all_of_it = drawn("left", *span), drawn("bottom", *span)
        lines.plot.getAxis("bottom").setStyle(maxTickLevel=1)
        assert [words for words, _ in few] == [words for words, _ in all_of_it]
        left_out += [alpha for alpha, line in all_of_it[0][1] if (alpha, line) not in few[0][1]]
    assert len(left_out) > 100
    assert max(left_out) <= 30


@pytest.mark.parametrize("whole", [False, True])
def test_ticks_are_those_of_the_library(keep, light, whole):
    axis, rng = keep(LinePlot("Loss", whole=whole)).plot.getAxis("left"), np.random.default_rng(0)
    for _ in range(200):
        low = rng.choice([-1, 0, 1]) * 10 ** rng.uniform(-6, 6)
        case = low, low + 10 ** rng.uniform(-6, 6), rng.uniform(30, 900)
        assert axis.tickValues(*case) == pg.AxisItem.tickValues(axis, *case)


def test_an_axis_lays_its_label_out_once_until_it_says_something_else(lines, monkeypatch):
    laid_out, lay_out = [], pg.AxisItem._updateLabel
    monkeypatch.setattr(pg.AxisItem, "_updateLabel", lambda axis: (laid_out.append(axis), lay_out(axis)))
    seen = []
    for most in (2, 30, 400):
        lines.set_line("a", [0, 1, most], [0, 1, 2])
        seen.append(lines.grab(QRect(0, 250, 400, 30)).toImage())  # the figures of the axis below
    assert laid_out == []  # nor those of the axes that are never shown
    assert seen[0] != seen[1] != seen[2]
    lines.set_labels("seconds", "loss")
    assert lines.plot.getAxis("bottom") in laid_out
    assert lines.plot.getAxis("bottom").label.toPlainText().strip() == "seconds"


def test_a_long_line_is_drawn_again_when_another_part_of_it_is_seen_and_not_because_it_grew(lines):
    n = 2 * MOST_DRAWN
    lines.set_line("a", np.arange(n), np.arange(n) % 7, grows="a")
    lines.grab()
    lines._again.stop()
    lines.set_line("a", np.arange(2 * n), np.arange(2 * n) % 7, grows="a")
    lines.grab()
    assert not lines._again.isActive()
    lines.set_range(x=(10, 20))
    assert lines._again.isActive()
    lines._draw_again()
    assert lines._drawn["a"][0].tolist() == list(range(9, 22))
    lines._again.stop()
    lines.set_range()
    lines.grab()
    assert lines._again.isActive()
    lines._draw_again()
    assert lines._drawn["a"][0][-1] == 2 * n - 1


def test_a_line_that_grows_is_not_drawn_again_until_it_has_grown(keep, light, monkeypatch):
    plot = keep(LinePlot("loss"))
    drawn = []
    monkeypatch.setattr(plot, "_draw", drawn.append)
    x, y = np.arange(2000.0), np.arange(2000.0)
    for n, grows, number, times in (
        (1000, "one", 0, 1),
        (1000, "one", 0, 1),
        (1001, "one", 0, 2),
        (1001, "other", 0, 3),
        (1001, "other", 1, 4),
        (1001, None, 1, 5),
        (1001, None, 1, 6),
        (10, None, 1, 7),
        (10, "one", 1, 8),
        (10, None, 1, 9),
        (10, None, 1, 9),
    ):
        plot.set_line("a", x[:n], y[:n], number, grows=grows)
        assert len(drawn) == times
