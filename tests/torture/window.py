"""A walk through the window, as the attack on stored files takes it."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

WORKER = [sys.executable, str(Path(__file__).parents[1] / "app" / "fake_worker.py")]
TRAINER = [sys.executable, str(Path(__file__).parents[1] / "app" / "fake_trainer.py")]


def walk(project: Path) -> None:
    """Open a project, turn to each page, and close the window; raises AssertionError where something was not caught."""
    from PySide6.QtWidgets import QApplication

    from workbench.app import main
    from workbench.app.session.session import Session
    from workbench.app.shell.window import MainWindow

    caught, hook = [], sys.excepthook
    sys.excepthook = lambda *about: caught.append(about)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    try:
        main.dress(app)
        session = Session(worker=WORKER, standby=TRAINER)
        session.runs.prepare = session.warm_up = lambda: None  # nothing is trained here
        window = MainWindow(session)
        window.resize(1280, 800)
        window.show()
        session.open_project(project)
        for name in [*window.kinds, "data"]:
            window.show_page(name)
            for _ in range(3):
                app.processEvents()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
    finally:
        sys.excepthook = hook
    assert not caught, f"not caught: {caught[0][0].__name__}: {caught[0][1]}"
