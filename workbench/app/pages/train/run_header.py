"""The line above a run's curves: which run it is, its state in words, and the orders it takes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import has_epochs, short_title, state_text
from workbench.app.runs.state_text import STATE_INK
from workbench.app.session.run_changes import cancel_run, remove_run
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Dot, Elided, Text
from workbench.app.widgets.theme import GRID
from workbench.training.run_state import RunState

INSTEAD = {"pause": "unpause", "unpause": "pause"}  # orders that stand in each other's place


class RunHead(QWidget):
    """Which run it is, its state in words, and the orders it takes now."""

    ordered = Signal(str, str, object)
    """Run id, wish (pause, resume, stop, cancel, "" for the rest), and the function that does it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._id = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        self.dot = Dot()
        self.title = Elided("", bold=True)
        self.state = Text("", ink="muted")
        row.addWidget(self.dot)
        row.addWidget(self.title, 1)  # the state stands on the line under it, where there is room for words
        self._do: dict[str, tuple[str, Callable[[str], None]]] = {
            "pause": ("pause", session.runs.pause),
            "unpause": ("resume", session.runs.unpause),
            "stop": ("stop", session.runs.stop),
            "discard": ("cancel", session.runs.cancel),
            "cancel": ("cancel", partial(cancel_run, session)),
            "go_on": ("", session.runs.go_on),
            "delete": ("", partial(remove_run, session)),
        }
        texts = {
            "pause": (self.tr("Pause"), self.tr("Pause training; nothing is lost")),
            "unpause": (self.tr("Continue"), self.tr("Continue where it was paused")),
            "stop": (self.tr("Stop and keep"), self.tr("Stop training and keep the best epoch so far")),
            "discard": (self.tr("Stop and discard"), self.tr("Stop training now; no model is kept")),
            "cancel": (self.tr("Cancel"), self.tr("Stop training now")),
            "go_on": (self.tr("Resume"), self.tr("Continue after the last finished epoch")),
            "delete": (self.tr("Delete"), self.tr("Remove this run; undo brings it back until the project is closed")),
        }
        self.actions_: dict[str, QAction] = {}
        self.buttons: dict[str, Button] = {}
        for name, (text, tip) in texts.items():
            action = QAction(text, self)
            action.setToolTip(tip)
            action.setProperty("order", name)
            action.triggered.connect(self._trigger)
            self.actions_[name] = action
            self.buttons[name] = Button(kind="quiet", action=action)
            row.addWidget(self.buttons[name])
        self.setFixedHeight(4 * GRID)

    def show_run(self, info: RunInfo | None, wish: str, place: int, *, ending: bool = False) -> None:
        """Show a run; `wish` is an order that it has not answered yet, `place` its place in the queue.

        `ending`: it is over, and its process not gone yet.
        """
        run_id = info.id if info is not None else ""
        self._id = run_id
        for widget in (self.dot, self.state):
            widget.setVisible(info is not None)
        offered = set() if ending else _offered(info, wish)
        held = next((name for name, button in self.buttons.items() if button.hasFocus()), "")
        for name, action in self.actions_.items():
            action.setVisible(name in offered)
        if held and held not in offered:
            # Never on to the next order: whoever presses Space twice on "Pause" would stop the training.
            instead = INSTEAD.get(held, "")
            (self.buttons[instead] if instead in offered else self).setFocus()
        if info is None:
            self.title.set_text(self.tr("No run yet"))
            return
        self.dot.set_number(info.number)
        self.title.set_text(short_title(info))
        self.state.setText(state_text(info, wish, place))
        self.state.set_ink(STATE_INK.get(info.state, "muted"))

    def _trigger(self) -> None:
        name = self.sender().property("order")
        self.ordered.emit(self._id, *self._do[name])


def _offered(info: RunInfo | None, wish: str) -> set[str]:
    """Orders that a run takes in its state."""
    if info is None:
        return set()
    if info.over:
        return {"delete", "go_on"} if info.resumable else {"delete"}
    if info.search:  # its search gives the orders
        return set()
    if info.state is RunState.QUEUED or not has_epochs(info):
        return {"cancel"}
    if wish in ("stop", "cancel"):
        return {"cancel"} if wish == "stop" else set()
    return {"stop", "discard", "unpause" if info.state is RunState.PAUSED else "pause"}
