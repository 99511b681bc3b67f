"""A field for a path: while nobody writes in it, a long one is shown by its end."""

from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QStylePainter

EDGE = 2  # pixels that a line edit leaves beside its text


class PathField(QLineEdit):
    """A line edit that shows `…/folder/name` where a path is too long, until it has the focus."""

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        contents = QStyle.SubElement.SE_LineEditContents
        room = self.style().subElementRect(contents, option, self).adjusted(EDGE, 0, -EDGE, 0)
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(
            room, int(Qt.AlignmentFlag.AlignVCenter), end_of(self.text(), self.fontMetrics(), room.width())
        )


def end_of(path: str, metrics: QFontMetrics, width: int) -> str:
    """The longest end of a path that fits, whole folders of it; where not even the name does, that is cut."""
    parts = PurePath(path).parts
    for at in range(1, len(parts)):
        words = str(PurePath("…", *parts[at:]))
        if metrics.horizontalAdvance(words) <= width:
            return words
    return metrics.elidedText(path, Qt.TextElideMode.ElideLeft, width)
