"""The page Train, through real clicks and keys."""

import json
import shutil

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

from tests.app.fake_runs import (
    Effort,
    done_run,
    epoch_records,
    grow,
    live_run,
    loaded,
    make_run,
    set_status,
    write_records,
)
from workbench.app.pages import _algorithm_list
from workbench.app.pages._algorithm_list import NAME, WHY
from workbench.app.pages._curves import Curve, Points
from workbench.app.pages.train import TrainPage
from workbench.app.widgets import Button, ErrorCard
from workbench.app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(opened, keep, qtbot, light):
    return shown(TrainPage(opened), keep, qtbot)


def shown(page, keep, qtbot, size=(1000, 600)):
    keep(page)
    page.resize(*size)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.shown()
    if page.session.data is not None:  # the part at the right comes a moment later
        qtbot.waitUntil(lambda: page.run.isVisible())  # noqa: PLW0108 - it is made when it is asked for
    return page


def button(page, text):
    found = [one for one in page.findChildren(Button) if one.text() == text and one.isVisible()]
    assert len(found) == 1, text
    return found[0]


def click(qtbot, page, text):
    qtbot.mouseClick(button(page, text), LEFT)


def offered(page):
    return {one.text() for one in page.run.head.findChildren(Button) if one.isVisible()}


def waiting(page):
    """What the queue shows."""
    shown = page.queue.list
    return [shown.item(row).text() for row in range(shown.count()) if shown.isVisible()]


def set_seed(page, seed):
    page.fold.setChecked(True)
    page.options.field("seed").input.setText(str(seed))


# Choosing and setting ----------------------------------------------------------------------------------------------


def test_without_data_it_offers_the_next_step(session, keep, qtbot, light):
    page = shown(TrainPage(session), keep, qtbot)
    assert not page.primary.isEnabled()
    with qtbot.waitSignal(session.page_requested) as request:
        click(qtbot, page, "Open a ratings file")
    assert request.args == ["data"]
    assert TrainPage.state(session)[1]


def test_the_search_narrows_the_list_and_return_takes_the_first(page, qtbot):
    page.find()
    assert page.algorithms.search.hasFocus()
    qtbot.keyClicks(page.algorithms.search, "item knn")
    assert page.algorithms.model.names() == ["item-knn"]
    qtbot.keyClick(page.algorithms.search, Qt.Key.Key_Return)
    assert page.kind.title == "Item kNN"
    assert page.primary.text() == "Train Item kNN"
    qtbot.keyClick(page.algorithms.search, Qt.Key.Key_Escape)
    assert len(page.algorithms.model.names()) > 5


def suggested(page):
    """Names in the group at the head of the list, with their reasons."""
    model = page.algorithms.model
    rows = [model.index(row) for row in range(model.rowCount())]
    return {str(one.data(NAME)): str(one.data(WHY)) for one in rows if one.data(WHY)}


@pytest.fixture
def known(project, session, keep, qtbot, light):
    """The page on data of which there is a summary, as after an import."""
    from tests.app.conftest import small_data
    from workbench.data.summary import summarize

    about = project.folder / "data" / "small" / "data.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"summary": summarize(small_data())}))
    assert session.open_project(project.folder)
    return shown(TrainPage(session), keep, qtbot)


def test_three_are_suggested_at_the_head_with_reasons(known, qtbot):
    found = suggested(known)
    assert len(found) == 3
    assert next(iter(found)) == "ease"
    model, view = known.algorithms.model, known.algorithms.view
    assert model.index(0).data() == "Suggested for this data"
    assert view.currentIndex().row() == 1  # the one chosen at first stands there too
    assert known.about.why.isVisible()
    assert found["ease"] in known.about.why.text()
    second = model.index(2)
    assert second.data(Qt.ItemDataRole.ToolTipRole) == list(found.values())[1]
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(second).center())
    assert known.kind.name == list(found)[1]
    assert known.about.why.text().endswith(list(found.values())[1])


def test_one_chosen_in_its_family_stays_chosen_there(known, qtbot):
    view, model = known.algorithms.view, known.algorithms.model
    row = max(row for row in range(model.rowCount()) if model.index(row).data(NAME) == "ease")
    assert row > 3
    view.scrollTo(model.index(row))
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(model.index(row)).center())
    assert view.currentIndex().row() == row
    known.shown()
    assert view.currentIndex().row() == row
    known.algorithms.choose("random")
    assert not known.about.why.isVisible()


def test_nothing_is_suggested_while_one_searches(known, qtbot):
    qtbot.keyClicks(known.algorithms.search, "ease")
    assert suggested(known) == {}
    assert known.algorithms.model.names()[0] == "ease"
    qtbot.keyClick(known.algorithms.search, Qt.Key.Key_Escape)
    assert len(suggested(known)) == 3


def test_nothing_is_suggested_where_nothing_is_known_of_the_data(page):
    assert suggested(page) == {}


def test_much_data_is_looked_at_off_the_windows_thread(known, qtbot, monkeypatch):
    monkeypatch.setattr(_algorithm_list, "MANY", 1)
    with qtbot.waitSignal(known.algorithms.looked):
        known.shown()
        assert known.algorithms._looking.busy
    assert len(suggested(known)) == 3


def test_the_search_reads_what_is_said_of_an_algorithm_where_no_title_has_it(page):
    page.algorithms.search.setText("1205.2618")
    assert page.algorithms.model.names() == ["bpr"]


def test_words_that_no_algorithm_has_leave_a_sentence_and_the_choice(page, qtbot):
    page.algorithms.search.setText("nothing like this")
    assert page.algorithms.model.names() == []
    assert page.kind.title == "EASE"


def test_arrow_keys_go_from_one_algorithm_to_the_next_over_the_families(page, qtbot):
    page.algorithms.choose(page.algorithms.model.names()[0])
    page.algorithms.view.setFocus()
    seen = []
    for _ in page.algorithms.model.names()[1:]:
        qtbot.keyClick(page.algorithms.view, Qt.Key.Key_Down)
        seen.append(page.algorithms.name)
    assert seen == page.algorithms.model.names()[1:]


def test_an_algorithm_that_does_not_suit_the_data_says_why_and_is_not_trained(session, project, keep, qtbot, light):
    (project.folder / "data" / "small" / "time.npy").unlink()
    about = project.folder / "data" / "small" / "data.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"time_min": None}))
    session.open_project(project.folder)
    assert session.data.time is None
    page = shown(TrainPage(session), keep, qtbot)
    row = page.algorithms.model.row_of("gru4rec")
    assert page.algorithms.model.index(row).data(Qt.ItemDataRole.ToolTipRole).startswith("GRU4Rec needs time")
    rect = page.algorithms.view.visualRect(page.algorithms.model.index(row))
    page.algorithms.view.scrollTo(page.algorithms.model.index(row), QAbstractItemView.ScrollHint.EnsureVisible)
    rect = page.algorithms.view.visualRect(page.algorithms.model.index(row))
    qtbot.mouseClick(page.algorithms.view.viewport(), LEFT, pos=rect.center())
    assert page.kind.name == "gru4rec"
    assert page.about.unsuited.isVisible()
    assert not page.primary.isEnabled()


def test_a_value_out_of_range_is_not_trained_and_gets_the_cursor(page, opened, qtbot):
    field = page.form.field("regularization").input
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "-3")
    page.algorithms.search.setFocus()
    page.primary.trigger()
    assert opened.all_runs() == []
    assert field.hasFocus()
    assert "above 0" in page.form.errors()["regularization"]


def test_a_wrong_seed_unfolds_what_is_folded(page, opened):
    set_seed(page, "x")
    page.fold.setChecked(False)
    page.primary.trigger()
    assert opened.all_runs() == []
    assert page.options.isVisible()


def test_values_are_kept_when_another_algorithm_is_looked_at_and_with_the_project(page, opened, keep, qtbot):
    page.form.field("regularization").input.setText("123")
    set_seed(page, 7)
    page.algorithms.choose("bpr")
    assert page.options.values()["seed"] == 7
    assert "patience" in page.options.values()
    page.algorithms.choose("ease")
    assert page.form.values()["regularization"] == 123
    assert "patience" not in page.options.values()
    kept = json.loads(json.dumps(page.remember()))
    again = TrainPage(opened)
    again.recall(kept)
    shown(again, keep, qtbot)
    assert again.form.values()["regularization"] == 123
    assert again.options.values()["seed"] == 7


@pytest.mark.parametrize("view", [{"algorithm": "gone"}, {"drafts": 3, "options": []}, {"drafts": {"ease": {"x": 1}}}])
def test_what_was_kept_by_another_version_does_no_harm(page, view):
    page.recall(view)
    assert page.form.valid


# Training ----------------------------------------------------------------------------------------------------------


def test_train_and_queue_several_one_after_another(page, opened, qtbot):
    set_seed(page, 1)
    page.form.field("regularization").input.setText("40")
    page.primary.trigger()
    first = opened.all_runs()[0]
    assert first.spec["hyperparameters"]["regularization"] == 40
    assert first.spec["seed"] == 1
    assert page.primary.text() == "Queue EASE"
    set_seed(page, 0)
    page.primary.trigger()
    second = opened.all_runs()[1]
    assert waiting(page) == ["1   EASE 2"]
    assert page.run.head.state.text() == "Waiting, next"
    assert TrainPage.state(opened) == ("running", "")
    opened.select_runs([first.id])
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
    info = opened.all_runs()[0]
    qtbot.waitUntil(lambda: info.epoch == 3)
    qtbot.waitUntil(lambda: "3 points" in page.run.plots.loss.summary())
    click(qtbot, page, "Pause")
    assert page.run.head.state.text() == "Pausing…"
    qtbot.waitUntil(lambda: page.run.head.state.text() == "Paused after epoch 3")
    assert TrainPage.state(opened)[0] == "paused"
    click(qtbot, page, "Go on")
    qtbot.waitUntil(lambda: page.run.head.state.text().startswith("Epoch"))
    click(qtbot, page, "Stop and keep")
    assert page.run.head.state.text() == "Stopping…"
    assert offered(page) == {"Cancel"}
    qtbot.waitUntil(lambda: page.run.head.state.text() == "Stopped after epoch 3")
    qtbot.waitUntil(lambda: offered(page) == {"Resume", "Delete"})
    best = page.run.figures["best"]
    assert (best.number.full_text(), best.what.full_text()) == ("0.300", "best, epoch 3")


def test_pressing_an_order_twice_gives_no_other_order(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 1)
    page.primary.trigger()
    info = opened.all_runs()[0]
    qtbot.waitUntil(lambda: info.epoch == 3)
    button(page, "Pause").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: info.state == "paused")
    qtbot.waitUntil(lambda: button(page, "Go on").hasFocus())
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
    assert [info.algorithm for info in opened.all_runs()] == ["popularity"]


def test_a_waiting_run_is_taken_out_of_the_queue(page, opened, qtbot):
    page.algorithms.choose("bpr")
    set_seed(page, 1)
    page.primary.trigger()
    page.primary.trigger()
    assert offered(page) == {"Cancel"}
    click(qtbot, page, "Cancel")
    assert opened.all_runs()[1].state == "cancelled"
    assert waiting(page) == []
    click(qtbot, page, "Resume")
    assert waiting(page) == ["1   BPR 2"]


def test_deleting_asks_once_more(session, project, keep, qtbot, light):
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    click(qtbot, page, "Delete")
    assert (project.folder / "runs" / "a-popularity").exists()
    with qtbot.waitSignal(session.runs_changed):
        click(qtbot, page, "Delete for good")
    assert session.all_runs() == []
    assert page.run.head.title.full_text() == "No run yet"


def test_nothing_is_offered_while_the_process_is_on_its_way_out(session, project, keep, qtbot, light, monkeypatch):
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    with monkeypatch.context() as patch:
        patch.setattr(session.runs, "active", lambda: session.run("a-popularity"))
        page.run.refresh()
        assert offered(page) == set()
    session.runs_changed.emit()
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
    session.select_runs(["b-bpr", "a-popularity"])
    qtbot.waitUntil(lambda: sorted(page.run.plots.validation.lines()) == ["a-popularity", "b-bpr"])
    assert "Popularity: 2 points, last 0.05" in page.run.plots.validation.summary()
    assert sorted(page.run.plots.loss.lines()) == ["b-bpr", "b-bpr/steps"]
    assert not page.run.plots.result.isVisible()
    session.select_runs(["a-popularity"])
    assert page.run.plots.validation.lines() == []
    assert page.run.plots.result.isVisible()


def test_a_run_without_a_validation_part_says_so(session, project, keep, qtbot, light):
    run = make_run(project, "b-bpr", "bpr", settings={"n": 1, "validation": 0})
    write_records(run, [{"epoch": 1, "epochs": 3, "loss": 0.5, "seconds": 1, "validation": {}}])
    set_status(run, "done", epoch=1, epochs=3)
    session.open_project(project.folder)
    session.set_split("last-n", {"n": 1, "validation": 0})
    page = shown(TrainPage(session), keep, qtbot)
    assert page.run.plots.validation.lines() == []
    assert "no validation" in page.run.plots.validation.summary()
    assert page.facts.startswith("No validation part")


# While nobody looks, and what is broken ------------------------------------------------------------------------------


def test_records_that_came_while_another_page_was_shown_are_there_afterwards(session, project, keep, qtbot, light):
    live = live_run(project, "b-bpr")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    page.hide()
    with qtbot.waitSignal(session.run_records):
        write_records(live, epoch_records(1))
    assert page.run.plots.loss.lines() == []
    page.show()
    page.shown()
    assert page.run.plots.loss.lines() == ["b-bpr/steps", "b-bpr"]


def test_a_run_that_begins_again_is_drawn_again(session, project, keep, qtbot, light):
    live = live_run(project, "b-bpr")
    write_records(live, epoch_records(1) + epoch_records(2) + epoch_records(3))
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    qtbot.waitUntil(lambda: "3 points" in page.run.plots.loss.summary())
    part = live.folder / "new"
    part.write_text("".join(json.dumps(line) + "\n" for line in epoch_records(1)))
    with qtbot.waitSignal(session.run_restarted):
        part.replace(live.folder / "records.jsonl")
    qtbot.waitUntil(lambda: "BPR: 1 points" in page.run.plots.loss.summary())


def test_a_folder_that_vanishes_while_it_is_shown_is_told_and_nothing_breaks(session, project, keep, qtbot, light):
    live = live_run(project, "b-bpr")
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    shutil.rmtree(live.folder)
    with qtbot.waitSignal(session.failure):
        click(qtbot, page, "Pause")
    page.run.refresh()


@pytest.mark.parametrize(
    "text",
    [
        "\xff\xfe no text".encode("latin-1"),
        b'5\n"x"\nnull\n[]\n',
        b'{"epoch": "one", "loss": []}\n{"loss": 1}\n{"epoch": 1, "loss": NaN, "validation": {"ndcg@10": NaN}}\n',
        b'{"epoch": 1, "loss": Infinity, "validation": [1]}\n{"epoch": 1, "part": null, "validation": {"": null}}\n',
    ],
)
def test_damaged_records_draw_nothing_and_break_nothing(session, project, keep, qtbot, light, text):
    run = make_run(project, "b-bpr", "bpr")
    (run.folder / "records.jsonl").write_bytes(text)
    set_status(run, "failed", reason="x" * 5000, last=[], memory_bytes="much", seconds_left=None)
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    assert page.run.plots.loss.lines() == []
    assert page.run.plots.validation.lines() == []
    assert page.findChildren(ErrorCard)


def test_a_damaged_run_folder_beside_good_ones_is_left_out(session, project, keep, qtbot, light):
    done_run(project, "a-popularity")
    (make_run(project, "b-bpr", "bpr").folder / "run.json").write_text("{")
    with qtbot.waitSignal(session.failure):
        session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    assert page.run.head.title.full_text() == "Popularity"


def test_an_algorithm_that_is_gone_and_a_title_without_end_are_shown(session, project, keep, qtbot, light):
    done_run(project, "a-popularity")
    path = project.folder / "runs" / "a-popularity" / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"algorithm": "gone " * 2000}))
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    assert page.minimumSizeHint().width() <= 1000
    assert "gone" in page.run.head.title.full_text()


def test_the_window_answers_while_records_stream_in(session, project, keep, qtbot, light, heartbeat):
    live = live_run(project, "b-bpr", epochs=60)
    session.open_project(project.folder)
    page = shown(TrainPage(session), keep, qtbot)
    worst, effort = [], []
    for start in (1, 21, 41):
        epochs = iter(range(start, start + 20))
        timer = QTimer(interval=33)
        timer.timeout.connect(lambda epochs=epochs, timer=timer: grow(live, epochs, timer))
        own = Effort()
        heartbeat.start()
        own.start()
        timer.start()
        last = f"{start + 19} points"
        qtbot.waitUntil(lambda last=last: last in page.run.plots.loss.summary(), timeout=20_000)
        heartbeat.stop()
        own.stop()
        worst.append(heartbeat.worst)
        effort.append(own.worst)
    # What the window does itself, it does each time; what other programs take from it differs.
    assert min(effort) < 50, effort
    assert min(worst) < 50 or loaded(), worst


# Everybody ---------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_keyboard_has_a_name(page):
    page.fold.setChecked(True)
    nameless = [
        one
        for one in page.findChildren(QWidget)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and one.focusProxy() is None  # the inside of a plot, for which the plot speaks
        and one.isVisibleTo(page)
        and not one.accessibleName()
        and not (isinstance(one, QLineEdit) and one.placeholderText())
    ]
    assert [type(one).__name__ for one in nameless] == []


def test_tab_leaves_the_list_and_reaches_the_form(page, qtbot):
    page.algorithms.view.setFocus()
    qtbot.keyClick(page.algorithms.view, Qt.Key.Key_Tab)
    for _ in range(6):
        widget = page.window().focusWidget()
        if widget is page.form.field("regularization").input:
            return
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    pytest.fail("the form is not reached")


# Without Qt --------------------------------------------------------------------------------------------------------


def test_means_are_those_of_the_formula_also_when_points_come_one_by_one():
    points, mean, by_hand = Points(), None, []
    for x in range(300):
        points.add(x, x % 7)
        mean = x % 7 if mean is None else 0.2 * (x % 7) + 0.8 * mean
        by_hand.append(mean)
        if x in (0, 10, 170):
            points.smooth(9)
    assert points.smooth(9) == pytest.approx(by_hand)
    assert points.smooth(1).tolist() == points.y.tolist()


def test_the_mean_of_an_epoch_lies_at_its_middle_and_its_validation_at_its_end():
    curve = Curve(epoch_records(1, steps=2) + epoch_records(2, steps=2))
    assert curve.epochs.x.tolist() == [0.5, 1.5]
    assert curve.validation.x.tolist() == [1, 2]
    assert curve.steps.x == pytest.approx([1 / 3, 2 / 3, 4 / 3, 5 / 3])


def test_the_best_epoch_is_the_first_of_equal_ones_and_the_lowest_of_errors():
    ndcg = Curve({"epoch": at, "loss": 1, "validation": {"ndcg@10": value}} for at, value in enumerate([1, 3, 3], 1))
    assert ndcg.best == (2, 3)
    rmse = Curve({"epoch": at, "loss": 1, "validation": {"rmse": value}} for at, value in enumerate([1, 0.5, 2], 1))
    assert rmse.best == (2, 0.5)
