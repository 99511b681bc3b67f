"""What the numbers of runs depend on, line by line; what makes them look better than they are stands out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QWidget

from workbench.app.pages.compare.comparable import NOBODY, ProtocolLine, protocol_lines
from workbench.app.runs.run_groups import Now
from workbench.app.runs.run_store import RunInfo
from workbench.app.widgets.basic import Card, Picture, Text, clear, show_if
from workbench.app.widgets.theme import GRID, SMALL

ICON = 14  # pixels
TOP = Qt.AlignmentFlag.AlignTop


class ProtocolCard(Card):
    """The protocol of runs that were judged alike."""

    def __init__(self) -> None:
        super().__init__(self.tr("Protocol"), self.tr("what these numbers depend on"))
        self.said: list[ProtocolLine] = []
        self._how: list[Text] = []
        inside = QWidget()
        self._lines = QGridLayout(inside)
        self._lines.setContentsMargins(0, 0, GRID, 0)
        self._lines.setHorizontalSpacing(12)
        self._lines.setVerticalSpacing(5)
        self._lines.setColumnStretch(1, 1)
        self._area = QScrollArea()
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(self.tr("Protocol"))
        self._area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.add(self._area, 1)
        self.warning = Picture("warning", ICON, "error")  # colour alone does not tell everybody
        self.warning.hide()
        self.head.insertWidget(1, self.warning)

    def show_runs(self, runs: list[RunInfo], metric: str, now: Now = NOBODY) -> None:
        """Say how these runs were judged by a metric."""
        said = protocol_lines(runs, metric, now)
        if said == self.said:
            return
        before, self.said = self.said, said
        if [one._replace(how="") for one in said] == [one._replace(how="") for one in before]:
            for text, one in zip(self._how, said, strict=True):  # mostly only the seeds are others
                text.setText(one.how)
            return
        warned = any(one.warned for one in said)
        show_if(self.warning, warned)
        self.hint.set_ink("error" if warned else "muted")
        self.hint.set_text(self.tr("sampled") if warned else self.tr("what these numbers depend on"))
        why = self.tr("Metrics over a few sampled candidates look better than over all items") if warned else ""
        self.warning.setToolTip(why)
        self._area.setAccessibleDescription(why)
        clear(self._lines)
        self._how = []
        for row, line in enumerate(said):
            self._lines.addWidget(Text(line.what, SMALL, "error" if line.warned else "muted"), row, 0, TOP)
            text = Text(line.how, SMALL, "error" if line.warned else "text", wrap=True)
            self._how.append(text)
            if line.warned:
                marked = QHBoxLayout()
                marked.setSpacing(GRID // 2)
                marked.addWidget(Picture("warning", ICON, "error"), 0, TOP)
                marked.addWidget(text, 1)
                text.setToolTip(why)
                self._lines.addLayout(marked, row, 1)
            else:
                self._lines.addWidget(text, row, 1)
        self._lines.setRowStretch(len(said), 1)
