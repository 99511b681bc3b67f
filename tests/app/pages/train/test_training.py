"""The page Train while something trains, and afterwards."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.app.fake_runs import (
    done_run,
    epoch_records,
    live_run,
    make_run,
    set_status,
    write_records,
)
from tests.app.pages.train.test_page import LEFT, button, click, offered, set_seed, shown, waiting
from workbench.app.pages.train.page import TrainPage
from workbench.app.shell.window import MainWindow
from workbench.app.widgets.basic import ErrorCard


@pytest.fixture
def page(opened, keep, qtbot, light):
    return shown(TrainPage(opened), keep, qtbot)


# Training ----------------------------------------------------------------------------------------------------------


def test_train_and_queue_several_one_after_another(page, opened, qtbot):
    set_seed(page, 1)
    page.form.field("regularization").input.setText("40")
    page.primary.trigger()
    first = opened.runs.all()[0]
    assert first.spec["hyperparameters"]["regularization"] == 40
    assert first.spec["seed"] == 1
    assert page.primary.text() == "Queue EASE"
    set_seed(page, 0)
    page.primary.trigger()
    second = opened.runs.all()[1]
    assert waiting(page) == ["1   EASE 2"]
    assert page.run.head.state.text() == "Waiting, next"
    assert TrainPage.state(opened) == ("Training", "")
    opened.selection.select_runs([first.id])
    qtbot.waitUntil(lambda: first.epoch == 3)
    click(qtbot, page, "Cancel")
    qtbot.waitUntil(lambda: second.state == "done", timeout=10_000)
    assert first.state == "cancelled"
    qtbot.waitUntil(lambda: page.primary.text() == "Train EASE")
    assert waiting(page) == []


def test_pause_go_on_and_stop_answer_at_once_and_then_in_words(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 1)
    page.primary.trigger()
    info = opened.runs.all()[0]
    qtbot.waitUntil(lambda: info.epoch == 3)
    qtbot.waitUntil(lambda: "3 points" in page.run.plots.loss.summary())
    click(qtbot, page, "Pause")
    assert page.run.head.state.text() == "Pausing…"
    qtbot.waitUntil(lambda: page.run.head.state.text() == "Paused after epoch 3")
    assert TrainPage.state(opened)[0] == "Paused"
    click(qtbot, page, "Continue")
    qtbot.waitUntil(lambda: page.run.head.state.text().startswith("Epoch"))
    click(qtbot, page, "Stop and keep")
    assert page.run.head.state.text() == "Stopping…"
    assert offered(page) == {"Cancel"}
    qtbot.waitUntil(lambda: page.run.head.state.text() == "Stopped after epoch 3")
    qtbot.waitUntil(lambda: offered(page) == {"Resume", "Delete"})
    best = page.run.figures["best"]
    assert (best.number.full_text(), best.what.full_text()) == ("0.300", "NDCG@10 val")
    assert best.toolTip().endswith("at best, after epoch 3")


def test_pressing_an_order_twice_gives_no_other_order(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 1)
    page.primary.trigger()
    info = opened.runs.all()[0]
    qtbot.waitUntil(lambda: info.epoch == 3)
    button(page, "Pause").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: info.state == "paused")
    qtbot.waitUntil(lambda: button(page, "Continue").hasFocus())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: info.state == "running")
    button(page, "Stop and keep").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: info.over)
    assert info.state == "stopped"


def test_a_run_that_is_killed_tells_how_and_can_be_resumed(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 3)
    page.primary.trigger()
    qtbot.waitUntil(lambda: bool(page.findChildren(ErrorCard)), timeout=10_000)
    card = page.findChildren(ErrorCard)[0]
    assert "signal 9" in card.sentence.text()
    assert "Resume" in card.sentence.text()
    qtbot.waitUntil(lambda: offered(page) == {"Resume", "Delete"})
    qtbot.mouseClick(card.close_button, LEFT)
    qtbot.waitUntil(lambda: not page.findChildren(ErrorCard))


def test_what_the_page_tells_of_a_run_is_not_told_twice(opened, keep, qtbot, light):
    window = keep(MainWindow(opened))
    window.show()
    window.show_page("train")
    window.page.algorithms.choose("bpr")
    set_seed(window.page, 3)
    window.page.primary.trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(ErrorCard)), timeout=10_000)
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    assert len(window.findChildren(ErrorCard)) == 1
    assert window.cards.count() == 0


def test_ctrl_r_in_the_window_trains_what_is_chosen(opened, keep, qtbot, light):
    window = keep(MainWindow(opened))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_page("train")
    window.page.algorithms.choose("popularity")
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert [info.algorithm for info in opened.runs.all()] == ["popularity"]


def test_a_waiting_run_is_taken_out_of_the_queue(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 1)
    page.primary.trigger()
    page.primary.trigger()
    assert offered(page) == {"Cancel"}
    click(qtbot, page, "Cancel")
    assert opened.runs.all()[1].state == "cancelled"
    assert waiting(page) == []
    opened.history.undo()
    assert waiting(page) == ["1   BPR 2"]
    opened.history.redo()
    assert waiting(page) == []
    click(qtbot, page, "Resume")
    assert waiting(page) == ["1   BPR 2"]
    opened.history.undo()  # the run waits already: there is nothing to take back, and no step that says so
    assert not opened.history.can_undo


def test_what_is_deleted_comes_back(session, project, keep, qtbot, light):
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    click(qtbot, page, "Delete")
    assert session.runs.all() == []
    assert page.run.head.title.full_text() == "No run yet"
    session.history.undo()
    assert (project.folder / "runs" / "a-popularity").exists()
    page.run.refresh()
    assert page.run.head.title.full_text() == "Popularity"


def test_nothing_is_offered_while_the_process_is_on_its_way_out(session, project, keep, qtbot, light, monkeypatch):
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    with monkeypatch.context() as patch:
        patch.setattr(session.runs, "active", lambda: session.runs.get("a-popularity"))
        page.run.refresh()
        assert offered(page) == set()
    session.runs.changed.emit()
    assert offered(page) == {"Delete"}


def test_an_algorithm_without_epochs_shows_a_sentence_and_its_figure(session, project, keep, qtbot, light):
    done_run(project, "a-popularity", validation=0.0612)
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    assert page.run.plots.loss.lines() == []
    assert "no curve" in page.run.plots.loss.summary()
    assert page.run.plots.result.isVisible()
    assert page.run.plots.result.number.full_text() == "0.061"
    assert page.run.plots.validation_card.title.text() == "NDCG@10 on validation"
    assert page.run.head.state.text() == "Done in 1.5 s"


def test_other_selected_runs_lie_under_the_curves(session, project, keep, qtbot, light):
    live = live_run(project, "b-bpr")
    write_records(live, epoch_records(1) + epoch_records(2))
    done_run(project, "a-popularity", validation=0.05)
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.selection.select_runs(["b-bpr", "a-popularity"])
    qtbot.waitUntil(lambda: sorted(page.run.plots.validation.lines()) == ["a-popularity", "b-bpr"])
    assert "Popularity: 2 points, last 0.05" in page.run.plots.validation.summary()
    assert sorted(page.run.plots.loss.lines()) == ["b-bpr", "b-bpr/steps"]
    assert not page.run.plots.result.isVisible()
    session.selection.select_runs(["a-popularity"])
    assert page.run.plots.validation.lines() == []
    assert page.run.plots.result.isVisible()


def test_a_run_without_a_validation_part_says_so(session, project, keep, qtbot, light):
    run = make_run(project, "b-bpr", "bpr", settings={"n": 1, "validation": 0})
    write_records(run, [{"epoch": 1, "epochs": 3, "loss": 0.5, "seconds": 1, "validation": {}}])
    set_status(run, "done", epoch=1, epochs=3)
    session.open_project(project.folder)
    session.project.set_split("last-n", {"n": 1, "validation": 0})
    page = shown(TrainPage(session), keep, qtbot)
    assert page.run.plots.validation.lines() == []
    assert "no validation" in page.run.plots.validation.summary()
    assert page.subtitle.startswith("No validation part")
