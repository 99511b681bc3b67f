"""How an export goes: progress with cancel, what was written; and the command line that does the same."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from workbench.app.widgets.amounts import several
from workbench.app.widgets.basic import Button, Card, Elided, Line, Picture, Text
from workbench.app.widgets.theme import BODY, GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.commands.one_list import words_of
from workbench.insight.asked_list import AskedList

Json = dict[str, Any]


class Outcome(Card):
    """One card of one height: a line of state, and the command that does the same."""

    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Export"))
        self._path: Path | None = None
        self._picture = Picture("file", 20)
        self.title = Elided("", bold=True)
        self.words = Elided("", SMALL, "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(20 * GRID)
        self.bar.setAccessibleName(self.tr("Progress of the export"))
        self.cancel = Button(self.tr("Cancel"), tip=self.tr("Cancel the export; nothing is written"))
        self.open = Button(self.tr("Open folder"), icon="folder")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.open.clicked.connect(self._open)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        for widget in (self.bar, self.cancel, self.open):
            row.addWidget(widget)
        place = QWidget()  # of one height, whatever stands in it
        place.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        place.setFixedHeight(self.cancel.sizeHint().height() + 4)
        self.add(place)
        self.add(Line())
        self._build_command()
        self.show_ready()

    def _build_command(self) -> None:
        self.command = QLineEdit()
        self.command.setReadOnly(True)
        self.command.setAccessibleName(self.tr("The same on the command line"))
        self.command.setToolTip(self.tr("The same on the command line"))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(BODY)
        self.command.setFont(fixed)
        self.copy = Button(self.tr("Copy"), tip=self.tr("Copy the command"))
        self.copy.setAccessibleName(self.tr("Copy the command"))
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(Text(self.tr("Command line"), ink="muted"))
        row.addWidget(self.command, 1)
        row.addWidget(self.copy)
        self.body.addLayout(row)

    def set_command(self, text: str) -> None:
        """The command line that writes the same file."""
        if text != self.command.text():
            self.command.setText(text)
            self.command.setCursorPosition(0)

    def show_ready(self) -> None:
        """Nothing was written yet."""
        words = self.tr("The file appears when it is complete; if you cancel, nothing is left behind.")
        self._show("file", "muted", self.tr("Nothing is written yet"), words)

    def show_progress(self, name: str) -> None:
        """The export has begun."""
        self._show("download", "accent", self.tr("Writing {file}").format(file=name), self.tr("Starting"))
        self.bar.setRange(0, 0)
        self.bar.show()
        self.cancel.setEnabled(True)
        self.cancel.show()

    @Slot(float, str)
    def set_progress(self, fraction: float, what: str) -> None:
        """How far it is, 0 to 1; negative where that is not known."""
        self.bar.setRange(0, 0 if fraction < 0 else 1000)
        self.bar.setValue(max(0, round(fraction * 1000)))
        if fraction >= 0 and self.cancel.isEnabled():
            words = self.tr("{share} % of the lists") if what == "users" else self.tr("{share} %")
            of = f" · {what}" if ":" in what else ""  # who has done which part of it
            self.words.set_text(words.format(share=int(fraction * 100)) + of)

    def show_cancelling(self) -> None:
        """The person has had enough of it."""
        self.cancel.setEnabled(False)
        self.words.set_text(self.tr("Cancelling…"))

    def show_cancelled(self) -> None:
        """It was ended."""
        self._show(
            "info", "muted", self.tr("Cancelled"), self.tr("Nothing was written; an existing file is unchanged.")
        )

    def show_done(self, path: Path, words: list[str], sha256: str = "") -> None:
        """What was written."""
        self._path = path
        self._show("check", "ok", self.tr("Written: {file}").format(file=path.name), " · ".join([*words, str(path)]))
        self.title.setToolTip(f"SHA-256 {sha256}" if sha256 else "")
        self.open.show()

    def show_failed(self) -> None:
        """It did not work; the card above says why."""
        self._show("warning", "error", self.tr("Not written"), self.tr("An existing file is unchanged."))

    def _show(self, icon: str, ink: str, title: str, words: str) -> None:
        self._picture.set(icon, ink)
        self.title.set_text(title)
        self.words.set_text(words)
        for widget in (self.bar, self.cancel, self.open):
            widget.hide()

    @Slot()
    def _open(self) -> None:
        if self._path is not None:
            folder = self._path if self._path.is_dir() else self._path.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(self.command.text())


def list_words(result: Json) -> list[str]:
    """What was written of lists."""
    words = [
        several(result["rows"], translate("Export", "1 row"), translate("Export", "{n:,} rows"))
        + ", "
        + several(result["users"], translate("Export", "1 list"), translate("Export", "{n:,} lists")),
        translate("Export", "{seconds:.1f} s").format(seconds=result["seconds"]),
    ]
    if len(result.get("machines", ())) > 1:
        words.append(
            ", ".join(
                translate("Export", "{n} parts by {who}").format(n=n, who=who)
                for who, n in sorted(result["machines"].items())
            )
        )
    if result.get("cold"):
        one, more = translate("Export", "1 user has no history"), translate("Export", "{n:,} users have no history")
        words.append(several(result["cold"], one, more))
    if result.get("popular"):
        one, more = translate("Export", "1 list of popular items"), translate("Export", "{n:,} lists of popular items")
        words.append(several(result["popular"], one, more))
    if result.get("filled"):
        words.append(translate("Export", "rows of popular items in other lists: {n:,}").format(n=result["filled"]))
    if result.get("changed"):
        told = (
            translate("Export", "{n:,} texts shortened to fit a cell")
            if str(result.get("path", "")).lower().endswith(".xlsx")
            else translate("Export", "{n:,} cells with an apostrophe in front")
        )
        words.append(told.format(n=result["changed"]))
    return words


def command_line(  # noqa: PLR0913 - each is a choice of the person
    run: Path,
    output: Path,
    users: list[str] | None,
    k: int,
    *,
    seen: bool,
    columns: list[str] | None = None,
    listed: AskedList | None = None,
    exact: bool = False,
    engine: str = "",
) -> str:
    """The line that writes the same lists, or the one that was `listed`, for the shell of this system."""
    words = ["workbench", "recommend", str(run), "--output", str(output)]
    if listed is not None:
        words += words_of(listed)
    else:
        words += ["--all"] if users is None else [f"--user={user}" for user in users]
        words += ["--k", str(k), *(["--include-seen"] if seen else [])]
    words += ["--columns", ",".join(columns)] if columns else []
    words += ["--csv", "program"] if exact else []
    words += ["--engine", engine] if engine else []
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
