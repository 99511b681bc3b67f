"""The table of runs as a file, with every figure that there is."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from workbench.app.pages.compare.columns import metrics_of
from workbench.app.pages.compare.comparable import is_sampled
from workbench.app.pages.compare.leak_checks import leaks_of
from workbench.app.pages.compare.model import Group
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import seconds_of, tested, validated
from workbench.app.session.session import Session
from workbench.app.widgets.file_dialog import choose_place
from workbench.data.reading.text.cells import row_writer
from workbench.errors import WorkbenchError
from workbench.files import whole_file

KNOWN = (
    "protocol",
    "run",
    "algorithm",
    "tags",
    "note",
    "state",
    "validation metric",
    "validation",
    "epochs",
    "seconds",
)


class TableFile(QObject):
    """Copies the table, or writes it where a person says."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self.groups: Sequence[Group] = ()
        """The runs that are shown, by protocol."""

    @Slot()
    def copy(self) -> None:
        """Put the table on the clipboard, for a spreadsheet."""
        QApplication.clipboard().setText(table_text(self.groups, "\t"))
        self._session.notice.emit("ok", self.tr("Table copied"))

    @Slot()
    def save(self) -> None:
        """Ask for a place, and write the table there."""
        kind = self.tr("CSV (*.csv)")
        path = choose_place(self._page, self.tr("Save the table"), "runs.csv", kind)
        if path is not None:
            self.write(path)

    def write(self, path: Path) -> None:
        """Write the table to a CSV file."""
        try:
            with whole_file(path) as part:
                part.write_text(table_text(self.groups), encoding="utf-8")
        except WorkbenchError as error:
            self._session.failure.emit(self.tr("The table was not saved"), str(error), "")
        else:
            self._session.notice.emit("ok", self.tr("Saved {file}").format(file=path.name))


def table_text(groups: Sequence[Group], delimiter: str = ",") -> str:
    """All runs with all their figures, one line each; numbers in full, with a point."""
    metrics = metrics_of([info for group in groups for info in group.runs])
    out = io.StringIO()
    write = row_writer(out, delimiter)
    write([*KNOWN, "sampled", "leaks", *(f"{metric}{end}" for metric in metrics for end in ("", " low", " high"))])
    for group in groups:
        for info in group.runs:
            figures = [end for metric in metrics for end in tested(info, metric)]
            write([group.title, *_facts(info), *figures])
    return out.getvalue()


def _facts(info: RunInfo) -> list[Any]:
    name, value = validated(info) or ("", None)
    leaks = leaks_of(info)
    return [
        info.title,
        info.algorithm,
        ", ".join(info.notes.tags),
        info.notes.note,
        info.state.label,
        name,
        value,
        info.epoch or None,
        seconds_of(info),
        None if info.evaluation is None else "yes" if is_sampled(info) else "no",
        None if leaks is None else ", ".join(leaks) or "none",
    ]
