"""What else can be kept of a session: a report, metrics, pictures, and a script that makes the same numbers."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.file_writer import Telling
from workbench.app.session.report_text import ask_place, ask_report, report_words, runs_words, title_of
from workbench.app.session.run_combo import usable_runs
from workbench.app.session.session import Session
from workbench.app.session.shown_list import noted_list
from workbench.app.widgets.basic import Button, Card, Text
from workbench.app.widgets.file_dialog import choose_files_folder
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate

ALL, SELECTED = "all", "selected"
Json = dict[str, Any]


class SessionFiles(Card):
    """Of which runs, and a button for each kind of file."""

    wanted = Signal(str, object, object, object)
    """Job, what it is asked besides the place, the place, and how its answer is told."""

    def __init__(self, session: Session) -> None:
        super().__init__(translate("SessionFiles", "Save more of this session"))
        self._session = session
        self.runs = QuietBox()
        self.runs.setAccessibleName(self.tr("Runs in the report and the other files"))
        self.runs.addItem("", ALL)
        self.runs.addItem("", SELECTED)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.runs.setMinimumContentsLength(14)
        tips = {
            "report": (
                self.tr("Report…"),
                self.tr("One HTML page: metrics, significance, protocol, leak checks, charts"),
            ),
            "metrics": (self.tr("Metrics…"), self.tr("All test metrics with their intervals, as a table")),
            "plots": (self.tr("Charts…"), self.tr("Bars and curves as SVG files in a folder")),
            "script": (
                self.tr("Python script…"),
                self.tr("Repeats training and test and gets the same numbers, and the list in Inspect"),
            ),
        }
        self.buttons = {name: Button(words, tip=tip) for name, (words, tip) in tips.items()}
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.head.addWidget(Text(self.tr("For"), ink="muted"))
        self.head.addWidget(self.runs)
        for name, button in self.buttons.items():
            button.clicked.connect(getattr(self, f"_{name}"))
            row.addWidget(button, 1)
        self.body.setContentsMargins(2 * GRID, GRID, 2 * GRID, 12)
        self.body.addLayout(row)

    def show_runs(self, *, busy: bool) -> None:
        """Say how many runs there are to choose from; nothing can be saved while something is written."""
        every, selected = len(usable_runs(self._session)), len(self._selected())
        words = self.tr("all {n:,} runs").format(n=every) if every != 1 else self.tr("the one run")
        self.runs.setItemText(0, words)
        words = self.tr("the {n:,} selected").format(n=selected) if selected != 1 else self.tr("the selected run")
        self.runs.setItemText(1, words)
        for button in self.buttons.values():
            button.setEnabled(not busy)

    def _selected(self) -> list[RunInfo]:
        chosen = self._session.selection.runs
        return [info for info in usable_runs(self._session) if info.id in chosen] or usable_runs(self._session)[-1:]

    @property
    def folders(self) -> list[str]:
        """Folders of the chosen runs, oldest first."""
        chosen = usable_runs(self._session) if self.runs.currentData() == ALL else self._selected()
        return [str(info.folder) for info in chosen]

    @Slot()
    def _report(self) -> None:
        path = ask_report(self._session, self.window())
        if path is not None:
            args = {"runs": self.folders, "title": title_of(self._session)}
            self.wanted.emit("report", args, path, report_words)

    @Slot()
    def _metrics(self) -> None:
        kinds = self.tr("CSV (*.csv);;Excel (*.xlsx);;Parquet (*.parquet);;JSON lines (*.jsonl)")
        self._save("metrics", "metrics.csv", kinds, self._rows_words)

    @Slot()
    def _script(self) -> None:
        noted = noted_list(self._session)
        lists = [noted.to_json()] if noted is not None and noted.run in self.folders else []
        self._save("script", "session.py", self.tr("Python (*.py)"), self._script_words, {"lists": lists})

    @Slot()
    def _plots(self) -> None:
        title = self.tr("Folder for the charts")
        project = self._session.project.current
        chosen = choose_files_folder(self.window(), title, project.folder if project is not None else None)
        if chosen is not None:
            self.wanted.emit("plots", {"runs": self.folders}, chosen, self._files_words)

    def _save(self, job: str, name: str, kinds: str, telling: Telling, more: Json | None = None) -> None:
        path = ask_place(self._session, self.window(), name, kinds)
        if path is not None:
            self.wanted.emit(job, {"runs": self.folders} | (more or {}), path, telling)

    def _rows_words(self, answer: Json) -> list[str]:
        return [self.tr("{n:,} metrics").format(n=answer["rows"])]

    def _files_words(self, answer: Json) -> list[str]:
        n = len(answer["files"])
        return [self.tr("{n:,} charts").format(n=n) if n != 1 else self.tr("1 chart")]

    def _script_words(self, answer: Json) -> list[str]:
        return [runs_words(len(answer["runs"])), self.tr("run it to get the same numbers")]
