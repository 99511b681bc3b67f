"""Pictures of every page of a project, drawn by the window itself: ``python -m workbench.app.pictures``.

With ``QT_QPA_PLATFORM=offscreen`` no display is needed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from workbench.app.main import build, without_pandas
from workbench.app.theme import Mode, theme
from workbench.app.window import MainWindow

WIDTH, HEIGHT = 1440, 900
LOOK = 50  # milliseconds between two looks at whether a page is still at work
CALM = 8  # looks without any job, after which a page counts as drawn
MOST = 600  # looks after which it is drawn as it is


class Photographer(QObject):
    """Turns to one page after another, waits until nothing works on it any more, and draws it."""

    def __init__(self, window: MainWindow, output: Path, modes: Sequence[Mode]) -> None:
        super().__init__(window)
        self._window, self._output = window, output
        names = [name for name in window.kinds if name != "home"]
        self._todo: list[tuple[Mode, str]] = [(mode, name) for mode in modes for name in names]
        self._calm = self._looks = 0
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Begin with the first page; the application ends after the last."""
        self._turn()
        self._timer.start()

    def _turn(self) -> None:
        mode, name = self._todo[0]
        theme().set_mode(mode, keep=False)
        self._window.show_page(name)
        self._calm = self._looks = 0

    @Slot()
    def _look(self) -> None:
        session = self._window.session
        busy = bool(session.tasks) or session.runs.active() is not None
        self._looks += 1
        self._calm = 0 if busy else self._calm + 1
        if self._calm < CALM and self._looks < MOST:
            return
        mode, name = self._todo.pop(0)
        number = list(self._window.kinds).index(name) + 1
        dark = "-dark" if mode == "dark" else ""
        self._window.grab().save(str(self._output / f"{number}-{name}{dark}.png"))
        if self._todo:
            self._turn()
        else:
            self._timer.stop()
            self._window.close()
            QApplication.quit()


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the pages of a project into a folder; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.app.pictures", description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="a project folder")
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--theme", choices=("light", "dark", "both"), default="light")
    asked = parser.parse_args(argv)
    asked.output.mkdir(parents=True, exist_ok=True)
    modes: tuple[Mode, ...] = ("light", "dark") if asked.theme == "both" else (asked.theme,)
    with tempfile.TemporaryDirectory() as home:
        # The person's own settings and recent projects stay as they are.
        os.environ["RECWB_HOME"] = home
        without_pandas()
        app, window = build()
        window.resize(WIDTH, HEIGHT)
        window.show()
        if not window.session.open_project(asked.project.absolute()):
            sys.stderr.write(f"{asked.project} could not be opened.\n")
            window.close()
            return 1
        photographer = Photographer(window, asked.output, modes)
        QTimer.singleShot(0, photographer, photographer.begin)
        app.exec()
    return 0


if __name__ == "__main__":
    sys.exit(main())
