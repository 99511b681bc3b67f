"""A short list of who has most, with bars behind the names."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.app.widgets.theme import GRID, SMALL, font, theme

ROW, LEAST = 22, 16  # pixels of a row, and of one in a low window
MAX_CHARS = 200  # letters of a name on hover
FEWEST = 5  # rows that are shown before they are given room


@dataclass(frozen=True)
class Ranked:
    """One of them: its name, how many it has, and which share of all that is."""

    name: str
    count: int
    share: float


class Ranking(QWidget):
    """As many of the first as there is room for; hovering tells the whole name and the share."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(font(SMALL, figures=True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(FEWEST * LEAST)
        self.rows: list[Ranked] = []
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(32 * GRID, 18 * GRID)

    def show_rows(self, rows: Sequence[Ranked]) -> None:
        """Show others, those with most first."""
        self.rows = list(rows)
        self.setAccessibleDescription("; ".join(self._tip(row) for row in self.rows))
        self.update()

    def _tip(self, one: Ranked) -> str:
        pattern = self.tr("{name}: {n:,} interactions, {share:.2g} % of all")
        return pattern.format(name=one.name[:MAX_CHARS], n=one.count, share=100 * one.share)

    def _high(self) -> float:
        """Of a row: so that whole rows fill the height."""
        shown = min(max(1, len(self.rows)), max(FEWEST, int(self.height() // ROW)))
        return min(ROW * 1.25, self.height() / shown)

    def tip_at(self, y: float) -> str:
        """What the row at this height tells."""
        at = int(y // self._high())
        return self._tip(self.rows[at]) if 0 <= at < len(self.rows) else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, high = QPainter(self), theme().tokens, self._high()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        most = max((row.count for row in self.rows), default=1)
        middle = Qt.AlignmentFlag.AlignVCenter
        figures = max((metrics.horizontalAdvance(f"{row.count:,}") for row in self.rows), default=0) + 12
        track = max(1, self.width() - figures)
        for at, row in enumerate(self.rows[: round(self.height() / high)]):
            box = QRectF(0, at * high + 1, self.width(), high - 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("wash"))
            painter.drawRoundedRect(QRectF(box.left(), box.top(), track * row.count / most, box.height()), 3, 3)
            number = f"{row.count:,}"
            room = box.adjusted(6, 0, 0, 0)
            painter.setPen(tokens.color("muted"))
            painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignRight), number)
            room.setRight(track - 6)
            painter.setPen(tokens.color("text"))
            name = metrics.elidedText(
                " ".join(row.name[:MAX_CHARS].split()), Qt.TextElideMode.ElideRight, max(0, int(room.width()))
            )
            painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), name)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().y()), self)
            return True
        return super().event(event)
