"""What a run can be asked for while it learns and afterwards, and the queue."""

import json

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication

from tests.app.fake_runs import done_run, epoch_records, live_run, living, make_run, set_status, write_records
from tests.app.pages.train.test_page import click, offered, shown
from workbench.app.pages.train.page import TrainPage


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
    assert asked == {"version": 1, "name": "learning_rate", "value": 0.001}
    assert not orders.set.isEnabled()
    changes = [{"since": 2.25, "name": "learning_rate", "value": 0.001}]
    set_status(learning.live, "running", **living(), epochs=9, epoch=2, device="cpu", changes=changes)
    qtbot.waitUntil(lambda: "0.001 since epoch 2.2" in orders.summary.full_text())
    qtbot.waitUntil(lambda: learning.run.plots.loss.marks.changes() == [2.25])


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
    session.selection.select_runs(["b-bpr"])
    page.run.orders.more.setValue(7)
    click(qtbot, page, "Train 7 more epochs")
    info = session.runs.get("b-bpr")
    assert info.spec["hyperparameters"]["epochs"] == 10
    assert "7 more after epoch 3" in page.run.orders.summary.full_text()
    assert not page.run.orders.more.isVisible()
    session.selection.select_runs(["a-popularity"])
    assert not page.run.orders.more.isVisible()  # it has no epochs


def test_what_a_run_says_of_itself_is_read_and_more_epochs_are_one_click_away(session, project, keep, qtbot, light):
    run = make_run(project, "b-bpr", "bpr", {"epochs": 30}, seed=1)
    write_records(run, epoch_records(1, epochs=30))
    said = [{"about": "limit", "sentence": "It was still learning."}]
    set_status(run, "done", epoch=30, epochs=30, device="cpu", remarks=said)
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.selection.select_runs(["b-bpr"])
    assert page.run.remarks.isVisible()
    assert page.run.remarks.words.text() == "It was still learning."
    click(qtbot, page, "Train 15 more epochs")
    assert session.runs.get("b-bpr").spec["hyperparameters"]["epochs"] == 45
    session.selection.select_runs(["a-popularity"])
    assert not page.run.remarks.isVisible()


def test_who_predicts_ratings_says_so_before_it_is_trained(session, project, keep, qtbot, light):
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    page.algorithms.choose("nmf")
    assert page.about.caution.text().startswith("NMF is made to predict ratings, not to make lists")
    page.algorithms.choose("ease")
    assert not page.about.caution.isVisible()


def test_the_line_of_orders_never_changes_its_height(learning, qtbot):
    before = learning.run.plots.geometry()
    set_status(learning.live, "stopped", epoch=2, epochs=9, device="cpu", device_reason="It was asked for.")
    qtbot.waitUntil(learning.run.orders.extend.isVisible)
    QApplication.processEvents()
    assert learning.run.plots.geometry() == before


# The queue ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def queued(session, project, keep, qtbot, light):
    """The page with three runs that wait for one that trains."""
    live_run(project, "a-bpr")
    for at, name in enumerate(("b-ease", "c-ease", "d-ease")):
        run = make_run(project, name, "ease")
        set_status(run, "queued", place=at)
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
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order(queued) == ["b-ease", "d-ease", "c-ease"]
    assert [queued.queue.list.item(row).text()[:1] for row in range(3)] == ["1", "2", "3"]
    assert queued.session.runs.get("c-ease").status.place == 2


def test_the_queue_is_ordered_by_dragging(queued, qtbot):
    queued.queue.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
    qtbot.waitUntil(lambda: order(queued) == ["d-ease", "b-ease", "c-ease"])
    queued.queue.list.model().moveRow(QModelIndex(), 0, QModelIndex(), 3)
    qtbot.waitUntil(lambda: order(queued) == ["b-ease", "c-ease", "d-ease"])


def test_a_run_is_taken_out_of_the_queue_where_it_stands(queued, qtbot):
    qtbot.keyClick(queued.queue.list, Qt.Key.Key_Delete)
    assert order(queued) == queued.queue.list.ids() == ["b-ease", "d-ease"]
    assert queued.session.runs.get("c-ease").state == "cancelled"
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


# Curves ------------------------------------------------------------------------------------------------------------


def recorded(epoch):
    """An epoch with what neural ones record at each step; a hundred and eleven interactions of its 1,110 a second."""
    lines = epoch_records(epoch, steps=9)
    for at, line in enumerate(lines):
        line["values"] = {"learning_rate": 0.1 / epoch, "gradient_norm": 1 + at, "weight_norm": 3.0}
        line |= {"seconds": epoch * 10 + at, "memory_bytes": 250_000_000}
    return lines


@pytest.fixture
def recording(learning, qtbot):
    write_records(learning.live, [line for epoch in range(3, 9) for line in recorded(epoch)])
    facts = {"epochs": 9, "epoch": 8, "device": "cpu", "interactions": 1110}
    set_status(learning.live, "running", **living(), **facts)
    qtbot.waitUntil(
        lambda: len(learning.run.plots.validation.values_at(8.0)) and "8 points" in learning.run.plots.loss.summary()
    )
    qtbot.waitUntil(lambda: learning.run.info.status.interactions == 1110)
    return learning


@pytest.mark.parametrize(
    ("key", "value"),
    [("learning_rate", 0.0125), ("gradient_norm", 9), ("weight_norm", 3), ("speed", 111), ("memory_bytes", 250)],
)
def test_what_is_recorded_at_each_step_is_shown_by_its_tab(recording, qtbot, key, value):
    run = recording.run.plots
    qtbot.mouseClick(run.tabs.buttons[key], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(run.other.isVisible)
    assert run.other.values_at(7.9)["b-gru4rec"][1] == pytest.approx(value)
    assert run.validation_card.title.text() == run.tabs.buttons[key].toolTip()
    qtbot.mouseClick(run.tabs.buttons["validation"], Qt.MouseButton.LeftButton)
    assert run.validation.isVisible()


def test_smoothing_puts_means_before_the_steps(recording, qtbot):
    run = recording.run.plots
    before = run.loss.values_at(7.5)
    run.tools.smoothing.setValue(4)
    qtbot.waitUntil(lambda: run.loss.values_at(7.5)["b-gru4rec"] != before["b-gru4rec"])
    assert run.loss.values_at(7.5)["b-gru4rec/steps"] == before["b-gru4rec/steps"]
    assert "16 records" in run.loss_card.hint.full_text()


def test_the_values_under_the_pointer_are_told_and_what_was_zoomed_comes_back(recording, qtbot):
    run = recording.run.plots
    run.loss.pointed.emit(4.5)
    assert run.loss_card.hint.full_text().startswith("epoch 4.5: 0.2")
    assert run.loss.marks._cross.isVisible()
    run.loss.pointed.emit(float("nan"))
    assert run.loss_card.hint.full_text().startswith("each step")
    run.tools.log.setChecked(True)
    qtbot.waitUntil(lambda: run.loss.plot.getAxis("left").logMode)
    run.loss.plot.setXRange(2, 3)
    qtbot.mouseClick(run.tools.all, Qt.MouseButton.LeftButton)
    run.loss.plot.getViewBox().updateAutoRange()
    assert run.loss.plot.getViewBox().viewRange()[0][1] > 7


def test_earlier_runs_are_laid_under_by_a_menu(session, project, keep, qtbot, light):
    for name in ("a-bpr", "b-bpr"):
        run = make_run(project, name, "bpr")
        write_records(run, epoch_records(1) + epoch_records(2))
        set_status(run, "done", epoch=2, epochs=2)
    done_run(project, "c-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    session.selection.select_runs(["b-bpr"])
    menu = keep(page.run.plots.tools.overlays())
    assert [one.text() for one in menu.actions()] == ["Popularity", "BPR"]
    menu.actions()[1].setChecked(True)
    assert session.selection.runs == ["b-bpr", "a-bpr"]
    assert sorted(page.run.plots.loss.lines()) == ["a-bpr", "b-bpr", "b-bpr/steps"]
    menu.actions()[1].setChecked(False)
    assert session.selection.runs == ["b-bpr"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_curves_become_pictures(recording, qtbot, tmp_path, kind):
    path = tmp_path / f"curves.{kind}"
    with qtbot.waitSignal(recording.session.notice):
        recording.run.plots.export_to(path)
    start = path.read_bytes()[:200]
    assert start.startswith(b"\x89PNG") if kind == "png" else b"<svg" in path.read_bytes()
    assert path.stat().st_size > 3000
    with qtbot.waitSignal(recording.session.failure):
        recording.run.plots.export_to(tmp_path / "nowhere" / path.name)
