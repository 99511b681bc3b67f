"""States to go back to and forward again."""

import copy
import time
from typing import Any

SOON = 0.8  # seconds in which changes of the same kind are one step: who types 25 takes one step, not two


class History:
    """The states that something had, and which of them it is in.

    Parameters
    ----------
    state
        JSON values.
    """

    def __init__(self, state: Any) -> None:
        self._states, self._at = [copy.deepcopy(state)], 0
        self._kind, self._when = "", 0.0

    @property
    def state(self) -> Any:
        """The state that it is in."""
        return copy.deepcopy(self._states[self._at])

    @property
    def can_undo(self) -> bool:
        """Whether there is a state before."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether a state was gone back from."""
        return self._at < len(self._states) - 1

    def add(self, state: Any, kind: str = "") -> None:
        """Take a new state; those that were gone back from are lost. Changes of one `kind` in quick succession are one."""
        if state == self._states[self._at]:
            return
        now = time.monotonic()
        again = bool(kind) and kind == self._kind and now - self._when < SOON and self._at > 0
        self._at += not again
        self._states[self._at :] = [copy.deepcopy(state)]
        self._kind, self._when = kind, now

    def undo(self) -> Any:
        """Go back, and give the state there."""
        self._at = max(0, self._at - 1)
        self._kind = ""
        return self.state

    def redo(self) -> Any:
        """Go forward again, and give the state there."""
        self._at = min(len(self._states) - 1, self._at + 1)
        self._kind = ""
        return self.state
