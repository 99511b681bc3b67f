"""A training that ended announces itself while the person is busy elsewhere: by the messages of the system."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import duration, figure, seconds_of, short_title
from workbench.app.runs.search_info import SearchInfo
from workbench.app.session.session import Session
from workbench.metrics import metric_title
from workbench.training.run_state import RunState

SHOWN = 10_000  # milliseconds; many systems have their own idea of it


class Announcer(QObject):
    """Speaks while the window is in the background, and only then; it never brings the window to the front by itself."""

    announced = Signal(str, str)
    """Title and text of a message, whether or not the system can show it."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._at_work: set[str] = set()
        self._tray: QSystemTrayIcon | None = None
        session.runs.run_changed.connect(self._hear)
        session.runs.changed.connect(self._look)
        session.searches.search_changed.connect(self._hear_search)
        session.project_changed.connect(self._at_work.clear)
        QApplication.instance().applicationStateChanged.connect(self._come_back)

    @Slot()
    def _look(self) -> None:
        self._at_work |= {info.id for info in self._session.runs.all_active()}

    @Slot(str)
    def _hear(self, run_id: str) -> None:
        info = self._session.runs.get(run_id)
        if info is not None and info.search:  # not each of its trials is news
            return
        if info is not None and not info.over:
            if info.state.is_active:
                self._at_work.add(run_id)
        elif info is not None and run_id in self._at_work:
            self._at_work.remove(run_id)
            # Who stopped or cancelled a run was there.
            if (info.state is RunState.DONE or info.state.is_failure) and not self._seen():
                self._announce(*self._words(info), done=info.state is RunState.DONE)

    @Slot(str)
    def _hear_search(self, search_id: str) -> None:
        info = self._session.searches.get(search_id)
        if info is not None and not info.over:
            self._at_work.add(search_id)
        elif info is not None and search_id in self._at_work:
            self._at_work.remove(search_id)
            if (info.state is RunState.DONE or info.state.is_failure) and not self._seen():
                self._announce(*self._search_words(info), done=info.state is RunState.DONE)

    def _search_words(self, info: SearchInfo) -> tuple[str, str]:
        if info.state is not RunState.DONE:
            reason = info.status.reason[:200] or self.tr("It ended unexpectedly.")
            return self.tr("{run} failed").format(run=info.title), reason
        text, best = self.tr("{n} trials").format(n=len(info.ended_trials)), info.best
        if best is not None:
            text += f" · {metric_title(info.spec.metric)} {figure(best.value)} " + self.tr("on validation")
        return self.tr("{search} is done").format(search=info.title), text

    def _seen(self) -> bool:
        """Whether the person is at the window, or at one of its dialogs."""
        return QApplication.applicationState() == Qt.ApplicationState.ApplicationActive

    def _announce(self, title: str, text: str, *, done: bool) -> None:
        self.announced.emit(title, text)
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
                self._tray.messageClicked.connect(self._open)
            self._tray.show()
            icons = QSystemTrayIcon.MessageIcon
            icon = icons.Information if done else icons.Warning
            self._tray.showMessage(title, text, icon, SHOWN)

    def _words(self, info: RunInfo) -> tuple[str, str]:
        name = short_title(info)[:60]
        if info.state is not RunState.DONE:
            return self.tr("{run} failed").format(run=name), info.reason[:200] or self.tr("It ended unexpectedly.")
        found = info.headline()
        words = []
        if found is not None:
            on = self.tr("on the test set") if found[2] == "test" else self.tr("on validation")
            words = [f"{metric_title(found[0])} {figure(found[1])} {on}"]
        if (seconds := seconds_of(info)) is not None:
            words.append(self.tr("trained in {time}").format(time=duration(seconds)))
        waiting = len(self._session.runs.waiting())
        if waiting:
            words.append(self.tr("1 more queued") if waiting == 1 else self.tr("{n} more queued").format(n=waiting))
        return self.tr("{run} is trained").format(run=name), " · ".join(words)

    @Slot()
    def _open(self) -> None:
        """The message was clicked: that is a wish to see the window."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    @Slot(Qt.ApplicationState)
    def _come_back(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._tray is not None:
            self._tray.hide()
