"""How a job is told to stop, and tells how far it is."""


class Control:
    """Does nothing: a job that nobody watches and nobody stops. Others override what they need."""

    def check(self) -> None:
        """Return where the job should go on; raise `workbench.errors.Cancelled` where it should end."""

    def progress(self, fraction: float, text: str = "") -> None:
        """Take note that `fraction` (0 to 1) of the job is done; `text` says what is counted."""
