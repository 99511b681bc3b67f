"""A training that ends while the window is in the background is announced, and the window stays where it is."""

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from tests.app.fake_runs import live_run, set_status
from workbench.app.shell import notifications as announcing
from workbench.app.shell.notifications import Announcer
from workbench.app.shell.window import MainWindow


class Tray(QObject):
    """A system's place for messages, which notes what it is told."""

    messageClicked = Signal()  # noqa: N815 - Qt's name, as are those below
    MessageIcon = announcing.QSystemTrayIcon.MessageIcon
    there = True

    def __init__(self, icon, parent):
        super().__init__(parent)
        self.said, self.shown = [], False
        type(self).last = self

    isSystemTrayAvailable = supportsMessages = classmethod(lambda cls: cls.there)  # noqa: N815

    def show(self):
        self.shown = True

    def hide(self):
        self.shown = False

    def showMessage(self, title, text, icon, _milliseconds):  # noqa: N802
        self.said.append((title, text, icon))


@pytest.fixture
def background(session, project, keep, qtbot, light, monkeypatch):
    """A window somewhere behind others, whose GRU4Rec is at work; notes what is announced, and who was alerted."""
    live = live_run(project, "b-gru4rec", "gru4rec", epochs=9)
    session.open_project(project.folder)
    window = keep(MainWindow(session))
    made = Announcer(session, window)
    monkeypatch.setattr(Announcer, "_seen", lambda self: False)
    monkeypatch.setattr(announcing, "QSystemTrayIcon", Tray)
    made.alerted = []
    monkeypatch.setattr(announcing.QApplication, "alert", made.alerted.append)
    qtbot.waitUntil(lambda: session.runs.active() is not None)
    made.live = live
    yield made
    Tray.there = True


def end(live, state, **facts):
    last = {"epoch": 9, "seconds": 83.0, "validation": {"ndcg@10": 0.1234}}
    set_status(live, state, epoch=9, epochs=9, device="cpu", last=last, best=last, **facts)


def test_a_finished_run_is_announced_and_the_window_not_raised(background, qtbot):
    with qtbot.waitSignal(background.announced) as heard:
        end(background.live, "done")
    assert heard.args == ["GRU4Rec is trained", "NDCG@10 0.123 on validation · trained in 1 min 23 s"]
    assert Tray.last.said == [(*heard.args, Tray.MessageIcon.Information)]
    assert background.alerted == [background.parent()]
    assert not background.parent().isActiveWindow()
    background._come_back(Qt.ApplicationState.ApplicationActive)
    assert not Tray.last.shown


def test_a_failure_is_announced_with_its_sentence(background, qtbot):
    with qtbot.waitSignal(background.announced) as heard:
        end(background.live, "failed", reason="The loss is no longer a number. Lower the learning rate.")
    assert heard.args == ["GRU4Rec failed", "The loss is no longer a number. Lower the learning rate."]
    assert Tray.last.said[0][2] == Tray.MessageIcon.Warning


def test_where_there_is_no_place_for_messages_the_task_bar_still_is_marked(background, qtbot):
    Tray.there, Tray.last = False, None
    with qtbot.waitSignal(background.announced):
        end(background.live, "done")
    assert Tray.last is None
    assert len(background.alerted) == 1


@pytest.mark.parametrize("state", ["stopped", "cancelled"])
def test_who_ended_it_is_not_told(background, qtbot, state):
    told = []
    background.announced.connect(lambda *words: told.append(words))
    end(background.live, state)
    qtbot.waitUntil(lambda: background._session.runs.active() is None)
    assert told == []
    assert background.alerted == []


def test_nothing_is_announced_at_the_window(background, qtbot, monkeypatch):
    monkeypatch.setattr(Announcer, "_seen", lambda self: True)
    end(background.live, "done")
    qtbot.waitUntil(lambda: background._session.runs.active() is None)
    assert background.alerted == []


def test_a_click_on_the_message_opens_the_window(background, qtbot):
    with qtbot.waitSignal(background.announced):
        end(background.live, "done")
    window = background.parent()
    window.showMinimized()
    Tray.last.messageClicked.emit()
    qtbot.waitUntil(window.isActiveWindow)
    assert not window.isMinimized()
