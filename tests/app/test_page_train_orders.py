"""What a run can be asked for while it learns and afterwards, and the queue."""

import json

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication

from tests.app.fake_runs import done_run, epoch_records, live_run, living, make_run, set_status, write_records
from tests.app.test_page_train import click, offered, shown
from workbench.app.pages.train import TrainPage


@pytest.fixture
def learning(session, project, keep, qtbot, light):
    """The page with a GRU4Rec in its third epoch."""
    live = live_run(project, "b-gru4rec", "gru4rec", epochs=9)
    write_records(live, epoch_records(1) + epoch_records(2))
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    page.live = live
    return page


def test_another_learning_rate_is_asked_for_marked_and_told(learning, qtbot):
    orders = learning.run.orders
    assert orders.rate.text() == "0.004"
    assert not orders.set.isEnabled()
    orders.rate.setFocus()
    orders.rate.selectAll()
    qtbot.keyClicks(orders.rate, "0.001")
    qtbot.keyClick(orders.rate, Qt.Key.Key_Return)
    asked = json.loads((learning.live.folder / "adjust.json").read_text())
    assert asked == {"name": "learning_rate", "value": 0.001}
    assert not orders.set.isEnabled()
    changes = [{"since": 2.25, "name": "learning_rate", "value": 0.001}]
    set_status(learning.live, "running", **living(), epochs=9, epoch=2, device="cpu", changes=changes)
    qtbot.waitUntil(lambda: "0.001 since epoch 2.2" in orders.facts.full_text())


def test_a_learning_rate_out_of_range_is_refused_with_a_sentence(learning, qtbot):
    orders = learning.run.orders
    with qtbot.waitSignal(learning.session.failure) as told:
        orders.rate.setFocus()
        orders.rate.selectAll()
        qtbot.keyClicks(orders.rate, "900")
        qtbot.keyClick(orders.rate, Qt.Key.Key_Return)
    assert "learning_rate" in told.args[1].lower().replace(" ", "_")
    assert not (learning.live.folder / "adjust.json").exists()


def test_what_cannot_be_changed_is_not_offered(session, project, keep, qtbot, light):
    live_run(project, "b-bpr")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    assert not page.run.orders.rate.isVisible()
    assert {"Pause", "Stop and keep", "Stop and discard"} == offered(page)


def test_more_epochs_are_trained_on_a_run_that_is_done(session, project, keep, qtbot, light):
    run = make_run(project, "b-bpr", "bpr", {"epochs": 3}, seed=1)
    write_records(run, epoch_records(1, epochs=3))
    set_status(run, "done", epoch=3, epochs=3, device="cpu")
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.select_runs(["b-bpr"])
    page.run.orders.more.setValue(7)
    click(qtbot, page, "Train 7 more epochs")
    info = session.run("b-bpr")
    assert info.spec["hyperparameters"]["epochs"] == 10
    assert "7 more after epoch 3" in page.run.orders.facts.full_text()
    assert not page.run.orders.more.isVisible()
    session.select_runs(["a-popularity"])
    assert not page.run.orders.more.isVisible()  # it has no epochs


def test_the_line_of_orders_never_changes_its_height(learning, qtbot):
    before = learning.run.loss_card.geometry()
    set_status(learning.live, "stopped", epoch=2, epochs=9, device="cpu", device_reason="It was asked for.")
    qtbot.waitUntil(learning.run.orders.extend.isVisible)
    QApplication.processEvents()
    assert learning.run.loss_card.geometry() == before


# The queue ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def queued(session, project, keep, qtbot, light):
    """The page with three runs that wait for one that trains."""
    live_run(project, "a-bpr")
    for at, name in enumerate(("b-ease", "c-ease", "d-ease")):
        run = make_run(project, name, "ease")
        run.set_status("queued", place=at)
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    page.queue.list.setCurrentRow(1)
    page.queue.list.setFocus()
    return page


def order(page):
    return [one.id for one in page.session.runs.waiting()]


def test_the_queue_is_ordered_by_keys_and_the_order_outlives_the_window(queued, qtbot):
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(queued) == queued.queue.list.ids() == ["c-ease", "b-ease", "d-ease"]
    assert queued.queue.list.chosen() == "c-ease"
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(queued)[0] == "c-ease"
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.mouseClick(queued.queue.down, Qt.MouseButton.LeftButton)
    assert order(queued) == ["b-ease", "d-ease", "c-ease"]
    assert [queued.queue.list.item(row).text()[:1] for row in range(3)] == ["1", "2", "3"]
    assert queued.session.run("c-ease").status["place"] == 2


def test_the_queue_is_ordered_by_dragging(queued, qtbot):
    queued.queue.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
    qtbot.waitUntil(lambda: order(queued) == ["d-ease", "b-ease", "c-ease"])
    queued.queue.list.model().moveRow(QModelIndex(), 0, QModelIndex(), 3)
    qtbot.waitUntil(lambda: order(queued) == ["b-ease", "c-ease", "d-ease"])


def test_a_run_is_taken_out_of_the_queue_where_it_stands(queued, qtbot):
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Delete)
    assert order(queued) == queued.queue.list.ids() == ["b-ease", "d-ease"]
    assert queued.session.run("c-ease").state == "cancelled"
    assert queued.queue.words.full_text() == "2 waiting"


def test_how_many_train_at_once_is_chosen_with_its_rule_and_kept(queued, qtbot, monkeypatch):
    runs = queued.session.runs
    monkeypatch.setattr(runs, "_fits", lambda: False)
    assert not queued.queue.rule.isVisible()
    queued.queue.at_once.setCurrentIndex(2)
    queued.queue.at_once.activated.emit(2)
    assert runs.at_once == 3
    assert "1 GB" in queued.queue.rule.text()
    assert queued.queue.rule.isVisible()
    assert len(order(queued)) == 3  # there is no memory for another one
    assert type(runs)().at_once == 3
