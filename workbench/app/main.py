"""Opens the window: guards, logs, look, session, and what may start only once the window has been painted."""

import faulthandler
import gc
import logging
import logging.handlers
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTimer, QTranslator, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from workbench.app.platform_guard import refuse_bad_qt
from workbench.app.session.session import Session
from workbench.app.shell.notifications import Announcer
from workbench.app.shell.window import MainWindow
from workbench.app.widgets.theme import theme
from workbench.errors import WorkbenchError
from workbench.lean import without_pandas, without_warnings
from workbench.processes import check_room
from workbench.project import FILE, log_folder, settings
from workbench.resources import resource

AHEAD_MS = 300  # milliseconds from a project, or from Home, to what is made ahead: the person comes first
COLLECT_GARBAGE = 10_000  # milliseconds

log = logging.getLogger("workbench")


def main(path: str | None = None) -> int:
    """Open the window on a file, on a project, or where it was left; returns the exit status."""
    without_pandas()
    without_warnings()
    try:
        check_room()
        refuse_bad_qt()
        app, window = build()
    except WorkbenchError as error:
        sys.stderr.write(f"workbench: {error}\n")
        return 1
    # Everything is on disk within two seconds anyway: Ctrl-C in a terminal ends the window at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window.show()
    opener = Opener(window, Path(path).absolute() if path else None)
    window.painted.connect(opener.begin)
    status = app.exec()
    # Widgets go before the application does, in the thread that made them.
    window.deleteLater()
    app.processEvents()
    return int(status)


def build() -> tuple[QApplication, MainWindow]:
    """The application and its window, not yet shown."""
    _start_logs()
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    dress(app)
    session = Session()
    window = MainWindow(session)
    Announcer(session, window)
    _collect_here(window)
    return app, window


def dress(app: QApplication) -> None:
    """Give an application its name, style, colours, icon and translations; once."""
    if app.property("dressed"):
        return
    app.setProperty("dressed", True)
    app.setApplicationName("recommender-workbench")
    app.setApplicationDisplayName("Recommender Workbench")
    app.setStyle("Fusion")
    theme()
    app.setWindowIcon(QIcon(str(resource("icons/workbench.svg"))))
    for name, folder in (
        ("workbench", str(Path(resource("icons")).parent / "translations")),
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(), name, "_", folder):
            app.installTranslator(translator)


class Opener(QObject):
    """What happens after the first picture: modules are loaded, the project is opened, pages are made, processes stand by.

    One after the other: on a small machine the window would otherwise wait for its own helpers.
    """

    def __init__(self, window: MainWindow, path: Path | None) -> None:
        super().__init__(window)
        self._window, self._path = window, path

    @Slot()
    def begin(self) -> None:
        """Get ready, and open what was asked for, or what was open when the window was last closed or killed."""
        session = self._window.session
        session.loader.loaded.connect(self._open)
        session.loader.loaded.connect(self._make_ahead)
        session.project_changed.connect(self._make_ahead)
        self._window.stack.whole.connect(session.warm_up)
        self._window.stack.whole.connect(session.jobs.compile_loops)
        session.loader.start()

    @Slot()
    def _open(self) -> None:
        session = self._window.session
        if session.project.current is not None or not self._window.isVisible():
            return  # the person was quicker, or is gone
        left = settings().open
        if self._path is not None:
            session.offer_files([self._path])
        elif left and (Path(left) / FILE).is_file():
            session.open_project(Path(left))

    @Slot()
    def _make_ahead(self) -> None:
        QTimer.singleShot(AHEAD_MS, self._window, self._window.make_ahead)


def _start_logs() -> None:
    """Keep what goes wrong: a log file, and the crash of native code in a file of its own."""
    folder = log_folder()
    if not log.handlers:
        handler = logging.handlers.RotatingFileHandler(folder / "window.log", maxBytes=2_000_000, backupCount=5)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    crash = (folder / "crash.txt").open("a", encoding="utf-8")  # stays open: a crash cannot open it
    faulthandler.enable(crash)
    sys.excepthook = _report
    threading.excepthook = _report_thread


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log an exception that nobody caught, and show it on a card; never raises."""
    log.error("not caught", exc_info=(kind, error, trace))
    if sys.stderr is not None:  # there is none where the program has no console
        sys.__excepthook__(kind, error, trace)
    try:
        details = "".join(traceback.format_exception(kind, error, trace))
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow):
                what = str(error) if isinstance(error, WorkbenchError) else f"{kind.__name__}: {error}."
                sentence = f"{what} Your project is safe; the details help to find the cause."
                window.session.failure.emit("Something went wrong in the window", sentence, details)
    except Exception:
        log.exception("the report failed as well")


def _report_thread(about: threading.ExceptHookArgs) -> None:
    """The same for threads: logged only, because a window must not be touched from there."""
    log.error("not caught in a thread", exc_info=(about.exc_type, about.exc_value, about.exc_traceback))


def _collect_here(window: MainWindow) -> None:
    """Let garbage be collected in the UI thread only: elsewhere it could delete widgets under Qt's feet."""
    gc.collect()
    gc.freeze()  # what the imports made stays: not to be looked at every ten seconds
    gc.disable()
    timer = QTimer(window, interval=COLLECT_GARBAGE)
    timer.timeout.connect(_collect_some)
    timer.start()


def _collect_some() -> None:
    gc.collect(1)
