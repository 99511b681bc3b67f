"""What the curves of a run show at once, and what a moment later."""

import re

import pytest

from tests.app.fake_runs import done_run, epoch_records, live_run, set_status, write_records
from tests.app.pages.train.test_page import shown
from workbench.app.pages.train.page import TrainPage
from workbench.app.runs import curve
from workbench.app.runs.run_text import NONE
from workbench.app.session.curve_toolbar import draw_curves


@pytest.fixture
def live(session, project):
    made = live_run(project, "b-bpr")
    records = epoch_records(1) + epoch_records(2) + epoch_records(3)
    write_records(made, [one | {"values": {"gradient_norm": at}} for at, one in enumerate(records)])
    return made


@pytest.fixture
def panel(session, project, live, keep, qtbot, light):
    session.open_project(project.folder)
    made = shown(TrainPage(session), keep, qtbot).run
    qtbot.waitUntil(lambda: made.plots.validation.lines() == ["b-bpr"])
    return made


def test_the_first_curves_come_one_plot_at_a_time(panel):
    plots = panel.plots
    for plot in (plots.loss, plots.validation):
        plot.clear()
    plots.redraw()
    seen = []
    for done in (False, True, True):
        assert plots.draw(panel.info, ["b-bpr"], panel.reader.curves) == done
        seen.append((plots.loss.lines(), plots.validation.lines()))
    both = ["b-bpr/steps", "b-bpr"]
    assert seen == [(both, []), (both, ["b-bpr"]), (both, ["b-bpr"])]


def test_means_that_take_more_than_a_frame_are_all_there_in_the_end(panel, qtbot, monkeypatch):
    monkeypatch.setattr(curve, "MAX_SMOOTHED_POINTS", 20)  # of the 30 steps, and of the 33 gradients
    plots = panel.plots
    plots.tools.smoothing.setValue(3)
    qtbot.waitUntil(lambda: "BPR: 30 points" in plots.loss.summary())
    plots.tabs.buttons["gradient_norm"].click()  # and nothing is recorded any more
    assert "BPR: 10 points" in plots.other.summary()
    qtbot.waitUntil(lambda: "BPR: 33 points" in plots.other.summary())


def test_axes_of_a_drawing_are_as_large_as_its_curves(panel, tmp_path):
    assert draw_curves([("Loss", panel.plots.loss)], tmp_path / "loss.svg")
    moves = re.findall(r"matrix\(([^,]+),[^,]+,[^,]+,([^,]+),", (tmp_path / "loss.svg").read_text(encoding="utf-8"))
    assert len(moves) > 10
    # Besides the transform from values to places there is none that makes anything larger or smaller.
    assert [one for one in moves if float(one[1]) > 0 and (float(one[0]), float(one[1])) != (1.0, 1.0)] == []


@pytest.fixture
def exact(project):
    """A run that is solved, not learned in epochs."""
    made = done_run(project, "a-ease", "ease")
    set_status(made, "done", epochs=1, epoch=0, device="cpu")
    return made


def test_what_else_is_recorded_can_be_chosen_where_a_run_laid_over_has_it(exact, panel, session, qtbot):
    plots = panel.plots
    session.selection.select_runs(["a-ease"])
    qtbot.waitUntil(lambda: not plots.tabs.isEnabled())
    assert panel.figures["epoch"].number.full_text() == NONE  # not that none of one epoch are done
    session.selection.select_runs(["a-ease", "b-bpr"])
    qtbot.waitUntil(plots.tabs.isEnabled)
    plots.tabs.buttons["gradient_norm"].click()
    qtbot.waitUntil(lambda: plots.other.lines() == ["b-bpr"])


def test_runs_of_another_split_are_told_and_never_on_one_axis(exact, project, session, keep, qtbot, light):
    done_run(project, "c-other", split="random", settings={})
    session.open_project(project.folder)
    panel = shown(TrainPage(session), keep, qtbot).run
    session.selection.select_runs(["a-ease", "c-other"])
    assert panel._ids == ["a-ease"]
    assert panel.apart.full_text() == "1 selected run is of other data or another split, and not drawn here"
    session.selection.select_runs(["c-other"])
    assert panel._ids == ["c-other"]
    assert panel.apart.full_text() == "Another split: random 20 %"
    session.project.set_split("random", {})
    assert not panel.apart.isVisible()
    session.project.set_filters([{"name": "core", "settings": {}}])
    assert panel.apart.full_text() == "Other filters"
