"""On the page Train: a failure is explained where it happened, and what may help is one click away."""

import pytest
from PySide6.QtCore import Qt

from tests.app.fake_runs import epoch_records, make_run, set_status, write_records
from tests.app.pages.train.test_page import shown
from workbench.app.pages.train.page import TrainPage
from workbench.app.widgets.basic import ErrorCard

LEFT = Qt.MouseButton.LeftButton
NAN = "GRU4Rec: the loss is no longer a number in epoch 3. Lower the learning rate, or raise the regularization."


def failed(session, project, keep, qtbot, reason, state="failed", **more):
    run = make_run(project, "b-gru4rec", "gru4rec", {"factors": 48, "learning_rate": 0.05, **more}, seed=7)
    write_records(run, epoch_records(1) + epoch_records(2))
    set_status(run, state, epoch=2, epochs=9, device="cpu", reason=reason)
    session.open_project(project.folder)
    return shown(TrainPage(session), keep, qtbot)


def offered(page):
    return [one.text() for one in page.run.problem.remedies.buttons]


def test_a_loss_that_ran_away_is_tried_with_a_smaller_rate(session, project, keep, qtbot, light):
    page = failed(session, project, keep, qtbot, NAN)
    [card] = page.findChildren(ErrorCard)
    assert card.sentence.text() == NAN
    assert offered(page) == ["Try with learning rate 0.005", "Try with gradient clipping 1"]
    page.algorithms.choose("ease")
    qtbot.mouseClick(page.run.problem.remedies.buttons[0], LEFT)
    assert page.kind.name == "gru4rec"
    values = page.form.values()
    assert (values["learning_rate"], values["factors"]) == (0.005, 48)
    qtbot.waitUntil(page.form.field("learning_rate").input.hasFocus)
    assert page.options.values()["seed"] == 7
    assert page.primary.isEnabled()
    qtbot.mouseClick(page.presets.undo, LEFT)
    assert page.form.values()["factors"] == page.form.field("factors").default


def test_the_page_does_not_grow_for_it(session, project, keep, qtbot, light):
    page = failed(session, project, keep, qtbot, NAN)
    assert page.run.problem.isVisible()
    assert not page.hasHeightForWidth()  # or a scroll area around it would give it all the height that its plots like
    card = page.run.problem.findChildren(ErrorCard)[0]
    assert page.run.problem.height() == card.heightForWidth(card.width())


def test_what_is_folded_away_is_unfolded(session, project, keep, qtbot, light):
    page = failed(session, project, keep, qtbot, NAN)
    qtbot.mouseClick(page.run.problem.remedies.buttons[1], LEFT)
    qtbot.waitUntil(page.form.field("clip").input.hasFocus)
    assert page.form.field("clip").input.isVisible()


def test_memory_that_ran_out_is_tried_with_less_at_once(session, project, keep, qtbot, light):
    reason = "The training process ended unexpectedly: it was killed by signal 9, perhaps because memory ran out."
    page = failed(session, project, keep, qtbot, reason, "lost", batch_size=1024)
    assert "Try with batch size 512" in offered(page)


def test_a_device_that_is_not_there_is_left_to_the_program(session, project, keep, qtbot, light):
    page = failed(session, project, keep, qtbot, "There is no CUDA device here. Choose the device 'cpu' or 'auto'.")
    page.algorithms.choose("gru4rec")
    page.options.set_values({"device": "cuda"})
    qtbot.mouseClick(page.run.problem.remedies.buttons[0], LEFT)
    assert page.options.values()["device"] == "auto"
    assert page.options.isVisible()


@pytest.mark.parametrize("reason", ["", "The disk is full."])
def test_where_nothing_is_known_to_help_nothing_is_offered(session, project, keep, qtbot, light, reason):
    page = failed(session, project, keep, qtbot, reason)
    assert page.findChildren(ErrorCard)
    assert page.run.problem.remedies is None


def test_a_closed_card_stays_closed_and_takes_no_room(session, project, keep, qtbot, light):
    page = failed(session, project, keep, qtbot, NAN)
    [card] = page.findChildren(ErrorCard)
    qtbot.mouseClick(card.close_button, LEFT)
    assert not page.run.problem.isVisible()
    page.run.refresh()
    assert not page.run.problem.isVisible()
