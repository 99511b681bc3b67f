"""On the page Train: which runs are blended, and several values of one hyperparameter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from tests.app.fake_runs import done_run, make_run, set_status, write_records
from tests.app.pages.train.test_page import button, shown
from workbench.app.pages.train.page import TrainPage
from workbench.app.pages.train.sweep_dialog import SeveralValues
from workbench.app.runs.run_text import differences
from workbench.app.widgets.basic import Text

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def with_runs(project, session, keep, qtbot, light):
    """The page where three runs may be blended and two may not."""
    done_run(project, "1-ease", "ease", validation=0.2)
    done_run(project, "2-popularity", "popularity", validation=0.1)
    done_run(project, "3-content", "item-knn", validation=0.3)
    done_run(project, "4-other-split", "ease", split="random", settings={})
    set_status(make_run(project, "5-untrained", "ease"), "cancelled")
    assert session.open_project(project.folder)
    return shown(TrainPage(session), keep, qtbot)


def boxes(page):
    return page.blend.findChildren(QCheckBox)


def queued(session, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "queue_run", lambda name, values, **options: asked.append((name, values, options)))
    return asked


def test_runs_that_may_be_blended_are_offered_best_first(with_runs, qtbot, monkeypatch):
    page = with_runs
    assert not page.blend.isVisible()
    page.algorithms.choose("blend")
    assert page.blend.isVisible()
    assert [box.text() for box in boxes(page)] == [
        "Item kNN · NDCG@10 0.3000 val", "EASE · NDCG@10 0.2000 val", "Popularity · NDCG@10 0.1000 val"
    ]  # fmt: skip
    assert not page.several.isVisible()
    assert not page.primary.isEnabled()
    assert "two runs or more" in page.about.unsuited.text()
    asked = queued(page.session, monkeypatch)
    for at in (0, 1):
        qtbot.mouseClick(boxes(page)[at], LEFT, pos=boxes(page)[at].rect().center() * 0.2)
    assert page.primary.isEnabled()
    page.primary.trigger()
    [(name, values, _)] = asked
    assert (name, values) == ("blend", {"runs": "3-content,1-ease", "scale": "z-score"})


def test_the_choice_of_runs_is_kept_with_the_page(with_runs):
    page = with_runs
    page.algorithms.choose("blend")
    boxes(page)[2].setChecked(True)
    boxes(page)[1].setChecked(True)
    page.algorithms.choose("ease")
    assert not page.blend.isVisible()
    kept = page.remember()
    page.algorithms.choose("blend")
    assert page.blend.value() == "1-ease,2-popularity"
    page.blend.set_value("")
    page.recall(kept | {"algorithm": "blend"})
    assert page.blend.value() == "1-ease,2-popularity"


def test_a_trained_blend_tells_its_weights(project, session, keep, qtbot, light):
    done_run(project, "1-ease", "ease")
    done_run(project, "2-popularity", "popularity")
    blend = done_run(project, "3-blend", "blend", {"runs": "1-ease,2-popularity"}, validation=0.3)
    write_records(blend, [{"epoch": 0, "values": {"1-ease": 0.254, "2-popularity": 0.75, "gone": 0.0}}])
    assert session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.selection.select_runs(["3-blend"])
    page.run.refresh()
    assert "Weights: Popularity 0.75, EASE 0.25, gone 0.00" in [one.text() for one in page.run.findChildren(Text)]


def test_blends_differ_by_the_titles_of_their_runs(project, session, light):
    for name in ("1-ease", "2-popularity", "4-item-knn"):
        done_run(project, name, name[2:])
    done_run(project, "5-blend", "blend", {"runs": "1-ease,2-popularity"})
    done_run(project, "6-blend", "blend", {"runs": "1-ease,4-item-knn"})
    assert session.open_project(project.folder)
    words = differences(session.runs.all())
    assert (words["5-blend"], words["6-blend"]) == ("Runs EASE + Popularity", "Runs EASE + Item kNN")


def test_who_deletes_a_run_that_a_blend_needs_is_told(project, session, keep, qtbot, light):
    for name in ("1-ease", "2-popularity"):
        done_run(project, name, name[2:])
    done_run(project, "3-blend", "blend", {"runs": "1-ease,2-popularity"})
    assert session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.selection.select_runs(["1-ease"])
    page.run.refresh()
    with qtbot.waitSignal(session.notice) as told:
        qtbot.mouseClick(button(page, "Delete"), LEFT)
    assert told.args[1] == "EASE removed · Blend cannot be used without it · Ctrl+Z brings it back"


def test_without_two_runs_a_blend_says_what_it_needs(opened, keep, qtbot, light):
    page = shown(TrainPage(opened), keep, qtbot)
    page.algorithms.choose("blend")
    assert boxes(page) == []
    assert not page.primary.isEnabled()
    assert "Train two algorithms first" in page.about.unsuited.text()


@pytest.fixture
def dialog(with_runs, qtbot, keep):
    page = with_runs
    page.algorithms.choose("ease")
    qtbot.mouseClick(button(page, "Try several values…"), LEFT)
    [found] = page.findChildren(SeveralValues)
    found.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    return keep(found)


def test_several_values_become_a_run_each(dialog, qtbot, monkeypatch):
    assert dialog.which.currentText() == "L2 weight"
    assert dialog.values() == [10, 40, 160, 630, 2500, 10_000]
    dialog.low.setText("125")
    dialog.high.setText("2000")
    dialog.number.setText("3")
    assert dialog.words.text() == "120, 500, 2000"
    assert dialog.go.text() == "Train 2 runs"  # that of 500 is there
    asked = queued(dialog.session, monkeypatch)
    qtbot.mouseClick(dialog.go, LEFT)
    assert [values["regularization"] for _, values, _ in asked] == [120, 2000]
    assert all(name == "ease" and options["seed"] == 0 for name, _, options in asked)


@pytest.mark.parametrize(("low", "high"), [("x", "10"), ("", ""), ("10", "10"), ("0", "10"), ("10", "1e9"), ("9", "3")])
def test_ends_that_are_no_range_are_not_trained(dialog, low, high):
    dialog.low.setText(low)
    dialog.high.setText(high)
    assert not dialog.go.isEnabled()
    assert "must be numbers" in dialog.words.text()


@pytest.mark.parametrize("number", ["", "1", "21", "2.5", "many"])
def test_numbers_of_values_that_are_too_few_or_too_many_are_not_trained(dialog, number):
    dialog.number.setText(number)
    assert not dialog.go.isEnabled()


def test_what_is_trained_is_drawn_by_value(dialog, project):
    assert [point[:3] for point in dialog.points()] == [(500.0, "ndcg@10", 0.2)]
    for number, weight in enumerate((50.0, 5000.0)):
        run = done_run(project, f"9-{number}", "ease", {"regularization": weight}, validation=0.25)
        dialog.session.runs._add(run, run.status())
    dialog.session.runs.changed.emit()
    assert [point[0] for point in dialog.points()] == [50, 500, 5000]
    assert dialog.plot.lines() == ["L2 weight"]
    assert not dialog.weights.isVisible()  # all weights of EASE are something


def test_weights_are_drawn_where_they_can_be_counted(dialog, monkeypatch):
    from workbench.app.pages.train import sweep_dialog

    monkeypatch.setattr(sweep_dialog, "count_weights", lambda _: 1234)
    dialog._counted.clear()
    dialog._draw()
    assert dialog.weights.isVisible()
    assert dialog.weights.lines() == ["L2 weight"]
