"""A report of runs: where it shall lie, how the job is asked for it, and what was written, in words."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate

Json = dict[str, Any]


def place_of(session: Session) -> Path:
    """Where files of a session are offered to lie."""
    return session.project.current.folder if session.project.current is not None else Path.home()


def title_of(session: Session) -> str:
    """What a report is called."""
    return (
        session.project.current.name
        if session.project.current is not None
        else translate("SessionFiles", "Recommendations")
    )


def ask_place(session: Session, parent: QWidget, name: str, kinds: str) -> Path | None:
    """Ask where a file shall be written; None where nobody says."""
    title = translate("SessionFiles", "Save {file}").format(file=name)
    chosen, kind = QFileDialog.getSaveFileName(parent, title, str(place_of(session) / name), kinds)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix:  # of the kind that was chosen in the dialog
        path = path.with_name(path.name + (kind.partition("*")[2].rstrip(")") or Path(name).suffix))
    return path


def ask_report(session: Session, parent: QWidget) -> Path | None:
    """Ask where a report shall be written."""
    return ask_place(session, parent, "report.html", translate("SessionFiles", "Web page (*.html)"))


def report_words(answer: Json) -> list[str]:
    """What a report has in it."""
    return [runs_words(answer["runs"])]


def runs_words(n: int) -> str:
    """So many runs."""
    return translate("SessionFiles", "{n:,} runs").format(n=n) if n != 1 else translate("SessionFiles", "1 run")
