"""How a job reports its progress and is asked to stop."""

from collections.abc import Mapping
from typing import Any


class Control:
    """Does nothing, for a job that nobody watches or stops. Subclasses override what they need."""

    def check(self) -> None:
        """Raise `workbench.errors.Cancelled` if the job should end."""

    def progress(self, fraction: float, text: str = "") -> None:
        """Report that `fraction` (0 to 1) of the job is done; `text` says what is counted."""

    def note(self, line: Mapping[str, Any]) -> None:
        """Take note of the record of a finished epoch, with its validation; may end the training by an exception.

        A training that goes on tells again what is known already.
        """
