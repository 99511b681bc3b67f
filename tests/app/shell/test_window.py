import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QShortcutEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget

from workbench.app.page import Page
from workbench.app.pages.home.page import Home
from workbench.app.session.session import Session
from workbench.app.shell.command_palette import CheatSheet, CommandPalette
from workbench.app.shell.offers import match
from workbench.app.shell.sidebar_entry import Entry
from workbench.app.shell.window import MainWindow, first_size
from workbench.app.widgets.basic import Button


class Other(Page):
    name, title, icon, order = "data", "Data", "data", 2

    def build(self):
        self.primary = QAction("Go on", self)
        self.word = ""
        self.set_subtitle("a line of facts " * 30)

    @classmethod
    def state(cls, session):
        return ("", "Open a file first") if session.data is None else (f"{len(session.data):,}", "")

    def remember(self):
        return {"word": self.word}

    def recall(self, view):
        self.word = view["word"]


class Third(Page):
    name, title, icon, order = "train", "Train", "train", 3


# The pages that stand in for the real ones are no pages of the program.
PAGES = [Home, Other, Third]


@pytest.fixture
def window(show_window):
    return show_window(PAGES)


def send_drop(window, kind, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where = QPointF(300, 300) if kind is QDropEvent else QPoint(300, 300)
    event = kind(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, event)
    return event


def test_it_opens_at_home(window):
    assert isinstance(window.page, Home)
    assert window.header.title.full_text() == "Recommender Workbench"
    assert window.sidebar.steps["home"].isChecked()


def test_steps_are_reached_by_mouse_and_keys(window, qtbot):
    qtbot.mouseClick(window.sidebar.steps["data"], Qt.MouseButton.LeftButton)
    assert isinstance(window.page, Other)
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(window.page, Third)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert isinstance(window.page, Other)
    window.sidebar.steps["home"].setFocus()
    qtbot.keyClick(window.sidebar.steps["home"], Qt.Key.Key_Return)
    assert isinstance(window.page, Home)


def test_the_primary_action_is_a_button_at_the_right(window, qtbot):
    window.show_page("data")
    button = window.header._buttons.itemAt(window.header._buttons.count() - 1).widget()
    assert button.text() == "Go on"
    qtbot.waitUntil(lambda: button.geometry().right() >= window.header.width() - 2)
    with qtbot.waitSignal(window.page.primary.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.page.primary.setEnabled(False)
    assert not button.isEnabled()


def test_long_facts_are_cut_and_tell_all_on_hover(window):
    window.show_page("data")
    facts = window.header.subtitle
    assert facts.text().endswith("…")
    assert facts.toolTip() == facts.full_text() == window.page.subtitle
    assert window.header.height() == 48


def test_a_project_comes_back_as_it_was_left(window, session, project, keep, qtbot):
    session.open_project(project.folder)
    assert isinstance(window.page, Other)
    assert window.sidebar.steps["data"]._state == "16"
    window.page.word = "kept"
    window.show_page("train")
    session.close_project()
    assert isinstance(window.page, Home)
    session.open_project(project.folder)
    assert isinstance(window.page, Third)
    window.show_page("data")
    assert window.page.word == "kept"


@pytest.mark.parametrize(
    "view", [{"page": []}, {"page": {"a": 1}, "page.data": 3}, {"selection": {"user": 3, "runs": {"a": 1}}}]
)
def test_an_odd_view_of_a_project_is_passed_over(window, session, project, view):
    project.view = view
    project.save()
    assert session.open_project(project.folder)
    assert window.page.name == "data"
    assert (session.selection.user, session.selection.runs) == (None, [])


def test_what_the_page_wants_kept_is_on_disk_without_closing(window, session, project, qtbot):
    session.open_project(project.folder)
    window.page.word = "soon"
    with qtbot.waitSignal(session.project.saved, timeout=3000):
        pass
    qtbot.waitUntil(lambda: '"soon"' in (project.folder / "project.json").read_text(), timeout=3000)


def test_a_failure_is_a_card_until_it_is_closed(window, session, qtbot):
    session.failure.emit("Reading failed", "The file is empty. Choose another.", "Traceback …")
    session.failure.emit("Reading failed", "The file is empty. Choose another.", "Traceback …")
    assert window.cards.count() == 1
    card = window.cards.itemAt(0).widget()
    qtbot.waitUntil(card.isVisible)
    assert not card.details.isVisible()
    qtbot.mouseClick(card.fold, Qt.MouseButton.LeftButton)
    assert card.details.isVisible()
    qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
    assert "Traceback" in QApplication.clipboard().text()
    qtbot.mouseClick(card.close_button, Qt.MouseButton.LeftButton)
    assert window.cards.count() == 0


def test_cards_do_not_fill_the_window(window, session):
    for number in range(10):
        session.failure.emit(f"Failure {number}", "Why.", "")
    assert window.cards.count() == 3


def test_a_folder_that_is_gone_is_told_once_whatever_fails(window, session, project):
    session.open_project(project.folder)
    project.folder.rename(project.folder.with_name("elsewhere"))
    for what in ("The project was not saved", "This run cannot be started", "A run ended early"):
        session.failure.emit(what, f"{what} since a file is not there.", "")
    assert window.cards.count() == 1
    card = window.cards.itemAt(0).widget()
    assert str(project.folder) in card.sentence.text()
    assert "not found" in card.accessibleName()


def test_a_small_window_scrolls_its_page_and_a_common_one_does_not(window, qtbot):
    bars = window.area.horizontalScrollBar(), window.area.verticalScrollBar()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.width() == 1280 and not any(bar.isVisible() for bar in bars))
    window.resize(960, 600)
    qtbot.waitUntil(bars[0].isVisible)
    assert window.page.width() >= 960


def test_a_notice_is_seen(window, session):
    session.notice.emit("ok", "Written")
    assert window.toast.isVisible()
    assert window.toast.text() == "Written"


def test_a_dropped_file_is_announced_and_read(window, session, tmp_path, qtbot):
    path = tmp_path / "ratings.csv"
    path.write_text("u,i\n1,2\n")
    assert send_drop(window, QDragEnterEvent, [path]).isAccepted()
    assert window.overlay.isVisible()
    assert "ratings.csv" in window.overlay.words()
    with qtbot.waitSignal(session.files_offered):
        send_drop(window, QDropEvent, [path])
    assert not window.overlay.isVisible()
    assert window.page.name == "data"


def test_a_dropped_project_is_opened(window, session, project):
    send_drop(window, QDragEnterEvent, [project.folder])
    assert "project films" in window.overlay.words()
    send_drop(window, QDropEvent, [project.folder])
    assert session.project.current.name == "films"


def test_several_files_are_opened_at_once_by_key_and_from_home(window, session, tmp_path, qtbot, monkeypatch):
    files = [tmp_path / "u1.base", tmp_path / "u1.test"]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(one) for one in files], ""))
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert session.take_files() == files
    session.close_project()
    window.show_page("home")
    window.page.choose.click()
    assert session.take_files() == files


def test_the_next_step_has_the_keyboard_again_once_it_can_be_taken(window, qtbot):
    window.show_page("data")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    primary = next(one for one in window.header.findChildren(Button) if one.text() == "Go on")
    qtbot.waitUntil(primary.isVisible)
    primary.setFocus()
    qtbot.waitUntil(primary.hasFocus)
    action = window.page.primary
    action.setVisible(False)
    assert not primary.hasFocus()
    action.setText("Choose a split")
    action.setVisible(True)
    assert primary.hasFocus()
    action.setEnabled(False)
    assert window.focusWidget() is window.page  # not an entry of the sidebar
    window.sidebar.steps["train"].setFocus()  # the person goes elsewhere
    action.setEnabled(True)
    assert window.sidebar.steps["train"].hasFocus()


def test_text_that_is_dragged_is_not_taken(window):
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)
    assert not window.overlay.isVisible()


def test_the_palette_finds_and_does(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    assert "Try the sample" in palette.titles()
    qtbot.keyClicks(palette.field, "gotr")
    assert palette.titles()[0] == "Go to Train"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.page.name == "train"


def test_the_palette_says_when_nothing_is_called_so(window, qtbot):
    window.open_palette()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "qqq")
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # does nothing, and harms nothing


def test_escape_closes_the_palette_whatever_is_typed(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "export")
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_who_is_at_work_on_a_page_is_on_the_next_one_and_who_walks_the_sidebar_stays_there(window, qtbot):
    window.activateWindow()
    window.show_page("data")
    go_on = next(button for button in window.header.findChildren(Button) if button.text() == "Go on")
    qtbot.waitUntil(go_on.isVisible)
    go_on.setFocus()
    assert not isinstance(window.focusWidget(), Entry)
    window.show_page("train")
    assert window.focusWidget() is window.page
    first = window.sidebar.findChild(Entry)
    first.setFocus()
    window.show_page("data")
    assert window.focusWidget() is first


def test_letters_match_in_order():
    assert match("gd", "Go to Data") is not None
    assert match("dg", "Go to Data") is None
    assert match("gotr", "Go to Train") < match("gotr", "Pause or go on with training")
    assert match("", "anything") == 0


def test_shortcuts_are_listed_and_none_is_given_twice(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(CheatSheet)
    words = " ".join(label.text() for label in sheet.findChildren(QLabel))
    for key in ("Ctrl+K", "Ctrl+Shift+T", "Ctrl+.", "Alt+Left"):
        assert key in words
    keys = [key.toString() for action in window.commands.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_the_theme_changes_by_key(window, light, qtbot):
    before = light.dark
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert light.dark != before


def test_every_widget_that_takes_the_focus_has_a_name(window, session, project, qtbot):
    session.open_project(project.folder)
    session.queue_run("popularity", {}, seed=1)
    session.failure.emit("a", "b", "c")
    window.show_page("home")
    window.open_palette()
    nameless = [
        widget
        for top in QApplication.topLevelWidgets()
        for widget in [top, *top.findChildren(QWidget)]
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
        and not widget.accessibleName()
    ]
    assert nameless == []
    session.runs.cancel(session.runs.all()[0].id)


def test_a_run_is_shown_and_ordered_about(window, session, project, qtbot):
    session.open_project(project.folder)
    height = window.strip.height()
    run_id = session.queue_run("popularity", {}, seed=1)
    strip = window.strip
    qtbot.waitUntil(lambda: session.runs.get(run_id).epoch == 3)
    assert strip.title.text() == "Popularity"
    assert "of 3" in strip.epoch.text()
    assert window.sidebar._runs[run_id]._state.endswith("%")
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.pause.text() == "Continue")
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.pause.text() == "Pause")
    qtbot.mouseClick(strip.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.runs.get(run_id).state == "stopped")
    qtbot.waitUntil(lambda: not strip.title.isVisible())
    assert strip.height() == height
    assert window.sidebar._runs[run_id]._state == ".300 val"


@pytest.mark.parametrize("name", ["run.pause", "run.stop", "palette"])
def test_a_key_press_that_fits_two_shortcuts_of_one_order_is_obeyed(window, name, monkeypatch):
    obeyed = []
    action = window.commands[name]
    monkeypatch.setattr(action, "_slot", lambda: obeyed.append(name))
    for key in action.shortcuts():
        QApplication.sendEvent(action, QShortcutEvent(key, 1, True))
    assert obeyed == [name] * len(action.shortcuts())


@pytest.mark.parametrize(
    ("room", "size"), [((1440, 900), (1432, 852)), ((1366, 740), (1358, 692)), ((2560, 1400), (1440, 900))]
)
def test_a_first_window_lies_on_the_screen_with_its_title_bar(room, size):
    assert first_size(QSize(*room)) == QSize(*size)


def test_a_job_is_shown_and_cancelled(window, session, qtbot):
    task = session.jobs.submit("forever", {}, title="Reading ratings.csv")
    qtbot.waitUntil(lambda: task.text == "begun")
    assert "Reading ratings.csv" in window.strip.job.text()
    with qtbot.waitSignal(task.cancelled):
        qtbot.mouseClick(window.strip.cancel_job, Qt.MouseButton.LeftButton)
    assert not window.strip.job.isVisible()


def test_the_runs_menu_orders(window, session, project, qtbot):
    from workbench.app.shell.run_menu import run_menu

    session.open_project(project.folder)
    run_id = session.queue_run("popularity", {}, seed=0)
    qtbot.waitUntil(lambda: session.runs.active() is None)
    menu = run_menu(session, run_id, window)
    actions = {action.data()[0]: action for action in menu.actions() if action.data()}
    assert not actions["cancel"].isEnabled()
    actions["train"].trigger()
    assert window.page.name == "train"
    actions["delete"].trigger()
    assert session.runs.all() == []


def test_fifty_windows_leave_nothing(qapp, light, home, worker_command, trainer_command):
    refs = []
    for _ in range(50):
        session = Session(worker=worker_command, standby=trainer_command)
        window = MainWindow(session, PAGES)
        window.show()
        for page in ("data", "train", "home"):
            window.show_page(page)
        refs += [weakref.ref(window), weakref.ref(window.page), weakref.ref(session)]
        window.close()
        window.deleteLater()
        session.deleteLater()
        del window, session
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [ref() for ref in refs if ref() is not None] == []


def test_the_pages_are_found_and_in_order():
    from workbench.app.pages import all_pages

    pages = [page for page in all_pages() if page not in PAGES[1:]]
    assert pages[0] is Home
    assert len({page.order for page in pages}) == len(pages)
    from workbench.resources import resource

    assert all(resource(f"icons/{page.icon}.svg") for page in pages)


def test_the_first_picture_comes_without_what_is_slow(home):
    """In a process of its own, because this one has long imported everything."""
    program = (
        "import sys; from workbench.app import main as m; from PySide6.QtCore import QTimer\n"
        "m.without_pandas(); app, window = m.build(); window.painted.connect(window.close); window.show(); app.exec()\n"
        "slow = [name for name in ('torch', 'numba', 'pandas', 'scipy', 'sklearn') if sys.modules.get(name)]\n"
        "assert not slow, slow"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (Path(home) / "logs").is_dir()
