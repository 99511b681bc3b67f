"""Pictures of every page: ``python -m workbench.app.pictures --project DIR --output DIR``.

The window itself is opened on the project, without a screen, and goes through its pages; each is drawn when its work is
done. The project is left as it was.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt looks for a screen

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from workbench.app.platform_guard import refuse_bad_qt
from workbench.errors import WorkbenchError
from workbench.files import whole_file
from workbench.owned import temporary_folder

PATIENCE_MS = 60_000  # milliseconds for one page
LOOK_MS = 20  # milliseconds between two looks at work that gives no signal
SIZE = (1440, 900)


def main(arguments: list[str] | None = None) -> int:
    """Draw all pages; returns the exit status."""
    from workbench.lean import without_pandas

    asked = _parser().parse_args(arguments)
    without_pandas()
    try:
        with temporary_folder() as home:
            before = os.environ.get("RECWB_HOME")
            os.environ["RECWB_HOME"] = str(home)  # the person's settings and recent projects stay as they are
            try:
                draw(asked.project, asked.output, asked.size, asked.theme)
            finally:
                os.environ.pop("RECWB_HOME")
                if before is not None:
                    os.environ["RECWB_HOME"] = before
    except (WorkbenchError, OSError) as error:
        sys.stderr.write(f"workbench: {error}\n")
        return 1
    return 0


def draw(
    project: Path, output: Path, size: tuple[int, int] = SIZE, themes: tuple[str, ...] = ("light", "dark")
) -> list[Path]:
    """Write a picture of each page in each theme to `output`; returns their paths.

    Parameters
    ----------
    size
        Of the window, in pixels.

    Raises
    ------
    WorkbenchError
        If the project cannot be opened, a page does not come to rest, or a picture cannot be written.
    """
    from workbench.app.main import dress
    from workbench.app.session.session import Session
    from workbench.app.shell.window import MainWindow
    from workbench.app.widgets.theme import theme
    from workbench.project import FILE

    refuse_bad_qt()
    output.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    dress(app)
    stored = project / FILE
    kept = stored.read_bytes() if stored.is_file() else b""
    session = Session()
    window = MainWindow(session)
    try:
        window.resize(*size)
        _open(session, project)
        window.show()
        written = []
        for shade in themes:
            theme().set_mode(shade, keep=False)
            for name in window.kinds:
                window.show_page(name)
                settle(session, window)
                written.append(_write(window, output / f"{name}-{shade}.png"))
        return written
    finally:
        window.close()
        window.deleteLater()
        session.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if kept:
            _put_back(stored, kept)


def _open(session: Any, project: Path) -> None:
    """Open the project; what the session would show on a card is raised."""
    said: list[str] = []
    hear = lambda _title, sentence, _details: said.append(sentence)  # noqa: E731 - nothing but a note
    session.failure.connect(hear)
    opened = session.open_project(project.resolve())
    session.failure.disconnect(hear)
    if not opened:
        raise WorkbenchError(said[0] if said else f"{project} could not be opened.")


def settle(session: Any, window: QWidget) -> None:
    """Wait until nothing is at work for the page at the front: no job, no sort, no timer that is about to start one.

    Raises
    ------
    WorkbenchError
        If that takes too long.
    """
    clock = QElapsedTimer()
    clock.start()
    quiet = 0
    while quiet < 2:  # noqa: PLR2004 - what ends may begin something else in the next round
        QApplication.processEvents()
        if clock.elapsed() > PATIENCE_MS:
            message = f"The page {window.page.title} was still at work after {PATIENCE_MS // 1000} seconds. Try again."
            raise WorkbenchError(message)
        if _wait(session, window):
            quiet = 0
        else:
            quiet += 1


def _wait(session: Any, window: Any) -> bool:
    """Wait for one thing that is at work, at most a second; False where there is none."""
    loop = QEventLoop()
    places = [window.page, *(widget for widget in window.page.secondary if isinstance(widget, QWidget))]
    timers = [
        timer for place in places for timer in place.findChildren(QTimer) if timer.isSingleShot() and timer.isActive()
    ]
    if session.jobs.tasks:
        session.jobs.changed.connect(loop.quit)
    elif timers:
        timers[0].timeout.connect(loop.quit)
    elif QThreadPool.globalInstance().activeThreadCount():
        QTimer.singleShot(LOOK_MS, loop, loop.quit)
    else:
        return False
    QTimer.singleShot(1000, loop, loop.quit)
    loop.exec()
    return True


def _write(window: QWidget, path: Path) -> Path:
    if not window.grab().save(str(path), "PNG"):
        message = f"{path} could not be written. Is there room, and may you write there?"
        raise WorkbenchError(message)
    return path


def _put_back(stored: Path, kept: bytes) -> None:
    """Leave no trace of having looked."""
    if stored.is_file() and stored.read_bytes() != kept:
        with whole_file(stored) as part:
            part.write_bytes(kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workbench.app.pictures", description="Draw every page of the window.")
    parser.add_argument("--project", type=Path, required=True, metavar="DIR", help="the project folder")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--size", type=_size, default=SIZE, metavar="WxH", help="of the window, in pixels (1440x900)")
    parser.add_argument("--theme", type=_themes, default=("light", "dark"), metavar="light|dark|both", help="(both)")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        message = f"'{text}' is not a size such as 1440x900"
        raise argparse.ArgumentTypeError(message)
    return int(width), int(height)


def _themes(text: str) -> tuple[str, ...]:
    known = {"light": ("light",), "dark": ("dark",), "both": ("light", "dark")}
    if text not in known:
        message = f"'{text}' is none of light, dark, both"
        raise argparse.ArgumentTypeError(message)
    return known[text]


if __name__ == "__main__":
    sys.exit(main())
