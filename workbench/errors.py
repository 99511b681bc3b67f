"""The two ways in which a job ends early."""


class WorkbenchError(Exception):
    """A sentence for the person at the screen: what happened, where, and what to do about it."""


class Cancelled(Exception):  # noqa: N818 - being cancelled is not an error
    """The person asked for the job to end."""
