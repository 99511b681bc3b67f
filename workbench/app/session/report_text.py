"""A report of runs: where it shall lie, how the job is asked for it, and what was written, in words."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.app.session.session import Session
from workbench.app.widgets.file_dialog import choose_place
from workbench.app.widgets.translate import translate

Json = dict[str, Any]


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
    project = session.project.current
    return choose_place(parent, title, name, kinds, project.folder if project is not None else None)


def ask_report(session: Session, parent: QWidget) -> Path | None:
    """Ask where a report shall be written."""
    return ask_place(session, parent, "report.html", translate("SessionFiles", "Web page (*.html)"))


def report_words(answer: Json) -> list[str]:
    """What a report has in it."""
    return [runs_words(answer["runs"])]


def runs_words(n: int) -> str:
    """So many runs."""
    return translate("SessionFiles", "{n:,} runs").format(n=n) if n != 1 else translate("SessionFiles", "1 run")
