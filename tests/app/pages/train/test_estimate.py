"""On the page Train: what a training takes stands there before it starts, and what would make it fit is one click away."""

import pytest
from PySide6.QtCore import Qt

from tests.app.fake_runs import live_run, living, set_status
from tests.app.pages.train.test_page import shown
from workbench.app.pages.train import estimate
from workbench.app.pages.train.estimate import roughly
from workbench.app.pages.train.page import TrainPage

LEFT = Qt.MouseButton.LeftButton
SAID = "about 3 min · 410 MB · 12 MB on disk"


@pytest.fixture
def page(opened, keep, qtbot, light):
    made = shown(TrainPage(opened), keep, qtbot)
    made.algorithms.choose("sasrec")
    return made


def asked(page):
    return [task for task in page.session.jobs.tasks if task.job == "estimate"]


def test_what_it_takes_is_said_when_the_form_has_come_to_rest(page, qtbot):
    assert page.estimate.words.full_text().strip() == ""
    assert asked(page) == []
    qtbot.waitUntil(lambda: page.estimate.words.full_text() == SAID)
    assert "Estimated" in page.estimate.words.toolTip()
    height = page.estimate.height()
    page.form.field("factors").input.setText("32")
    assert page.estimate.words.full_text().strip() == ""
    assert page.estimate.height() == height
    assert asked(page) == []  # not at each letter
    qtbot.waitUntil(lambda: page.estimate.words.full_text() == SAID)


def test_an_answer_is_kept_for_who_comes_back(page, qtbot, monkeypatch):
    qtbot.waitUntil(lambda: page.estimate.words.full_text() == SAID)
    page.algorithms.choose("gmf")
    assert page.estimate.words.full_text().strip() == ""
    page.algorithms.choose("sasrec")
    assert page.estimate.words.full_text() == SAID


def test_a_question_that_nobody_waits_for_is_given_up(page, qtbot, monkeypatch):
    monkeypatch.setattr(estimate.EstimateLine, "_done", lambda self, answer: None)
    given_up = []
    cancel = page.session.jobs.cancel
    monkeypatch.setattr(page.session.jobs, "cancel", lambda task: (given_up.append(task.job), cancel(task)))
    submit = page.session.jobs.submit
    monkeypatch.setattr(page.session.jobs, "submit", lambda job, args, **how: submit("forever", args, **how))
    qtbot.waitUntil(lambda: page.estimate._task is not None)
    page.form.field("factors").input.setText("32")
    assert given_up == ["forever"]
    qtbot.waitUntil(lambda: page.estimate._task is not None)
    page.primary.trigger()
    qtbot.waitUntil(lambda: given_up == ["forever"] * 2)


def test_nothing_is_measured_while_something_trains(session, project, keep, qtbot, light):
    live = live_run(project, "b-bpr")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    qtbot.waitUntil(lambda: "while a run trains" in page.estimate.words.full_text())
    assert not page.estimate._soon.isActive()
    assert asked(page) == []
    set_status(live, "paused", **living(), epochs=50, epoch=0, device="cpu")
    qtbot.waitUntil(lambda: page.estimate.words.full_text() == SAID)


def test_what_will_not_fit_is_made_to_fit_by_a_button(page, qtbot):
    page.form.field("factors").input.setText("4096")
    qtbot.waitUntil(page.estimate.remedies.isVisible)
    assert "9.0 GB" in page.estimate.problem.text()
    assert not page.estimate.words.isVisible()
    assert not page.hasHeightForWidth()
    offered = page.estimate.remedies.buttons
    assert [one.text() for one in offered] == ["Try with batch size 512", "Try with factors 64"]
    qtbot.mouseClick(offered[1], LEFT)
    assert page.form.values()["factors"] == 64
    assert page.form.field("factors").input.hasFocus()
    assert not page.estimate.problem.isVisible()
    qtbot.waitUntil(lambda: page.estimate.words.full_text() == SAID)
    qtbot.mouseClick(page.presets.undo, LEFT)
    assert page.form.values()["factors"] == 4096


def test_a_measurement_that_took_all_memory_proposes_less(page, qtbot, monkeypatch):
    submit = page.session.jobs.submit
    monkeypatch.setattr(page.session.jobs, "submit", lambda job, args, **how: submit("killed", args, **how))
    qtbot.waitUntil(page.estimate.problem.isVisible)
    assert "perhaps because memory ran out" in page.estimate.problem.text()
    assert "Try with batch size 2048" in [one.text() for one in page.estimate.remedies.buttons]


def test_nothing_is_measured_of_a_form_that_is_wrong_or_of_what_does_not_suit(page, qtbot):
    page.form.field("factors").input.setText("none")
    page.estimate._soon.stop()
    page.form.field("batch_size").input.setText("7")
    assert not page.estimate._soon.isActive()
    page.algorithms.choose("blend")
    assert not page.estimate._soon.isActive()
    assert page.estimate.words.full_text().strip() == ""


@pytest.mark.parametrize(("seconds", "words"), [
    (0.3, "less than 1 s"), (4.4, "about 4 s"), (43, "about 45 s"), (100, "about 2 min"), (3500, "about 58 min"),
    (5400, "about 1.5 h"), (90_000, "about 25 h"),
])  # fmt: skip
def test_times_are_said_as_roughly_as_they_are_known(seconds, words):
    assert roughly(seconds) == words
