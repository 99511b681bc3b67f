"""What goes on when the window is closed, and what would be lost: said before it closes."""

from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.app.jobs.declared_jobs import find_job
from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate


def what_goes_on(session: Session) -> list[str]:
    """Sentences on runs that go on without the window and jobs that end with it; none where nothing is at work."""
    said = []
    active, waiting = session.runs.all_active(), session.runs.waiting()
    if active or waiting:
        names = ", ".join(short_title(info) for info in [*active, *waiting][:3])
        n = len(active) + len(waiting)
        more = translate("Leaving", " and {n} more").format(n=n - 3) if n > 3 else ""  # noqa: PLR2004 - those named
        words = translate("Leaving", "Training goes on without the window: {names}. The results will be here again.")
        said.append(words.format(names=names + more))
    searches = session.searches.all_active()
    if searches:
        words = translate("Leaving", "The search goes on without the window: {names}. It will be here again.")
        said.append(words.format(names=", ".join(info.title for info in searches)))
    late = session.searches.waiting()
    if late:
        words = translate("Leaving", "This waits until the project is opened again: {names}.")
        said.append(words.format(names=", ".join(info.title for info in late)))
    open_tasks = [task for task in session.jobs.tasks if not task.over]
    jobs = [task.title for task in open_tasks if find_job(task.job).lane == "background"]
    if jobs:
        words = translate("Leaving", "This stops, and nothing half done is kept: {names}.")
        said.append(words.format(names=", ".join(dict.fromkeys(jobs))))
    return said


def ask_to_leave(said: list[str], parent: QWidget) -> QMessageBox:
    """A question that does not hold the window; it is accepted where the person goes."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(translate("Leaving", "Close the window?"))
    box.setText("\n\n".join(said))
    box.addButton(translate("Leaving", "Close the window"), QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton(translate("Leaving", "Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setEscapeButton(stay)
    return box
