"""What the declaration of a job says to the window."""

from workbench.app.widgets.translate import declared
from workbench.jobs import Job, all_jobs


def find_job(name: str) -> Job:
    """The declaration of a job; of one that only another worker knows, what is safe to assume."""
    return all_jobs().get(name) or Job(name, "Working", "background", _not_here)


def job_title(name: str) -> str:
    """What a person is told that a job does."""
    return declared(find_job(name).title)


def _not_here(**_: object) -> None:
    """The window does no job itself."""
