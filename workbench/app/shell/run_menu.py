"""What can be done with a run, as a menu."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QWidget

from workbench.app.session.run_changes import cancel_run, remove_run
from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState


def run_menu(session: Session, run_id: str, parent: QWidget) -> QMenu:
    """What can be done with a run, as a menu that deletes itself."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    info = session.runs.get(run_id)
    if info is None:
        return menu
    entries = [
        (translate("RunMenu", "Show its curves"), "train", True),
        (translate("RunMenu", "Compare"), "compare", True),
        (translate("RunMenu", "Inspect its lists"), "inspect", info.usable),
        (None, "", True),
        (translate("RunMenu", "Pause"), "pause", info.state is RunState.RUNNING),
        (translate("RunMenu", "Continue"), "unpause", info.state is RunState.PAUSED),
        (translate("RunMenu", "Stop and keep the best epoch"), "stop", info.state.is_active),
        (translate("RunMenu", "Cancel"), "cancel", not info.over),
        (translate("RunMenu", "Resume from the last epoch"), "resume", info.resumable),
        (None, "", True),
        (translate("RunMenu", "Remove"), "delete", info.over),
    ]
    for text, what, possible in entries:
        if text is None:
            menu.addSeparator()
            continue
        action = menu.addAction(text)
        action.setData((what, run_id))
        action.setEnabled(possible)
    menu.triggered.connect(_Orders(session, menu).obey)
    return menu


class _Orders(QObject):
    """Carries out what was chosen in a run's menu; lives as long as the menu."""

    def __init__(self, session: Session, parent: QMenu) -> None:
        super().__init__(parent)
        self._session = session

    def obey(self, action: Any) -> None:
        what, run_id = action.data()
        session = self._session
        if what in ("train", "compare", "inspect"):
            if what != "compare" or run_id not in session.selection.runs:
                session.selection.select_runs([run_id])
            session.request_page(what)
            return
        orders: dict[str, Callable[[str], object]] = {
            "pause": session.runs.pause,
            "unpause": session.runs.unpause,
            "stop": session.runs.stop,
            "cancel": partial(cancel_run, session),
            "resume": session.runs.go_on,
            "delete": partial(remove_run, session),
        }
        orders[what](run_id)
