"""Lines of runs are drawn a few at a time, to the same end as all at once."""

from time import thread_time
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from workbench.app.jobs.slices import Slices
from workbench.app.plots.line_plot import MANY, LinePlot
from workbench.app.plots.thinning import BLOCK, MOST_DRAWN, Ends, thinned
from workbench.app.runs import run_lines
from workbench.app.runs.run_lines import RunLine, RunLines, show_lines


def lines(first, n=20):
    """Lines of runs that only have a number."""
    runs = [SimpleNamespace(id=f"r{at}", number=at, title=f"Run {at}", spec={}) for at in range(first, first + n)]
    return [RunLine(one, np.arange(5), np.arange(5) * one.number / 7) for one in runs]


class Counted(QObject):
    """How many events of a kind something gets."""

    def __init__(self, watched, kind):
        super().__init__(watched)
        self.kind, self.n = kind, 0
        watched.installEventFilter(self)

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's way
        self.n += event.type() == self.kind
        return False


@pytest.fixture
def plot(keep, light):
    made = keep(LinePlot("curves", empty="Nothing."))
    made.resize(500, 300)
    made.show()
    return made


@pytest.fixture
def drawn(plot, monkeypatch):
    monkeypatch.setattr(run_lines, "short_title", lambda info: info.title)
    return plot


def test_lines_come_as_the_window_lives_and_are_painted_once_when_all_are_there(drawn, qtbot, monkeypatch):
    monkeypatch.setattr(run_lines, "AT_A_STRETCH", 0.0)
    qtbot.waitExposed(drawn)
    QApplication.processEvents()
    paints = Counted(drawn.view.viewport(), QEvent.Type.Paint)
    some = RunLines(drawn)
    some.show(lines(0))
    assert drawn.lines() == ["r0"]
    assert not some.over
    lengths = []
    some._slices.paused.connect(lambda: lengths.append((len(drawn.lines()), paints.n)))
    with qtbot.waitSignal(some.drawn):
        pass
    assert lengths == [(at, 0) for at in range(2, 21)]
    assert some.over
    qtbot.waitUntil(lambda: paints.n > 0)
    assert drawn.lines() == [f"r{at}" for at in range(20)]
    assert drawn.summary().startswith("Run 0: 5 points")
    assert drawn.view.updatesEnabled()
    assert not drawn._is_empty


def test_lines_that_take_no_time_are_painted_in_the_same_frame(drawn, qtbot, monkeypatch):
    monkeypatch.setattr(run_lines, "AT_A_STRETCH", 60)  # seconds: in a busy machine, too, one line is drawn
    some = RunLines(drawn)
    with qtbot.assertNotEmitted(some._slices.paused), qtbot.waitSignal(some.drawn):
        some.show(lines(0, 1))
    assert drawn.lines() == ["r0"]
    assert drawn.view.updatesEnabled()


def test_in_the_end_all_is_as_if_drawn_at_once_whatever_came_between(drawn, keep, qtbot):
    at_once = keep(LinePlot("curves", empty="Nothing."))
    show_lines(at_once, lines(7))
    some = RunLines(drawn)
    for first, n in ((0, 20), (30, 3), (7, 20)):  # before the former ones are there
        some.show(lines(first, n))
    some.finish()
    assert drawn.lines() == at_once.lines() == [one.name for one in some.wanted]
    assert drawn.summary() == at_once.summary()
    for name in drawn.lines():
        one, other = drawn._lines[name][0], at_once._lines[name][0]
        assert one.opts["pen"] == other.opts["pen"]
        assert one.isVisible()
        np.testing.assert_array_equal(one.getData(), other.getData())
    some.show([])
    some.finish()
    assert drawn.lines() == []
    assert drawn._is_empty


def test_lines_are_as_wide_from_the_first_one_on_as_all_of_them_will_be(drawn, monkeypatch):
    monkeypatch.setattr(run_lines, "AT_A_STRETCH", 0.0)
    some = RunLines(drawn)
    some.show(lines(0, MANY + 1))
    assert drawn._lines["r0"][0].opts["pen"].width() == 1
    some.finish()
    some.show(lines(0, MANY))
    some.finish()
    assert {curve.opts["pen"].width() for curve, _ in drawn._lines.values()} == {2}


def test_no_stretch_of_twenty_new_lines_is_long(drawn, qtbot, monkeypatch):
    took, go_on = [], Slices._go_on

    def timed(self, seconds):
        before = thread_time()
        go_on(self, seconds)
        took.append(1000 * (thread_time() - before))

    monkeypatch.setattr(Slices, "_go_on", timed)
    some = RunLines(drawn)
    some.show(lines(0))
    qtbot.waitUntil(lambda: some.over)
    assert max(took) <= max(16, sum(took) / 3), took  # a busy machine makes all of them longer


def test_a_long_line_that_grows_is_drawn_as_if_it_were_new(keep, light):
    y = np.random.default_rng(0).normal(size=600_000)
    y[100:2000] = np.nan
    x, ends = np.arange(len(y)) / 7, Ends()
    for n in (10, 9_000, 300_000, 300_001, 300_033, 500_000, 600_000, 290_000):
        known = ends.of(y[:n], "one")
        assert known.shape == (2, n // BLOCK)
        for window in ((-np.inf, np.inf), (n / 14, n / 7), (1000.3, n / 8), (0.0, 9.0)):
            drawn = thinned(x[:n], y[:n], *window, ends=known)
            np.testing.assert_array_equal(drawn, thinned(x[:n], y[:n], *window))
            assert len(drawn[0]) <= MOST_DRAWN + n / 1000
    known = ends.of(-y, "other")
    np.testing.assert_array_equal(thinned(x, -y, ends=known), thinned(x, -y))


def test_of_a_part_of_a_long_line_everything_in_it_is_seen(keep, light):
    y = np.random.default_rng(0).normal(size=1_000_000)
    x = np.arange(len(y)) / 10_000
    for low, high in ((0.0, 100.0), (12.3456, 77.7777), (30.0, 60.0), (49.0, 51.0), (99.0, 120.0)):
        seen = (x >= low) & (x <= high)
        across, up = thinned(x, y, low, high, ends=Ends().of(y, "one"))
        assert across[0] <= low
        assert across[-1] >= min(high, x[-1])
        for place in np.flatnonzero(seen)[:: seen.sum() // 50]:
            last = int(np.searchsorted(across, x[place], "right"))  # the ends of its piece stand before it
            assert up[last - 2 : last].min() <= y[place] <= up[last - 2 : last].max()
        assert up.max() >= y[seen].max()
        assert up.min() <= y[seen].min()


def test_only_what_is_new_of_a_long_line_is_looked_at(drawn):
    y, n = np.zeros(600_000), 599_000
    drawn.set_line("r0", np.arange(n - 10), y[: n - 10], grows="one")
    y[5] = 9.0  # nobody may do that to points that are said to grow
    drawn.set_line("r0", np.arange(n), y[:n], grows="one")
    assert drawn._drawn["r0"][1].max() == 0
    drawn.set_line("r0", np.arange(n), y[:n], grows="another")
    assert drawn._drawn["r0"][1].max() == 9
    y[6] = 11.0
    drawn.set_line("r0", np.arange(n), y[:n])
    assert drawn._drawn["r0"][1].max() == 11
