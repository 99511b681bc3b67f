"""Where tables of items get their small pictures from."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap

from workbench.app.tables.column import SERIES

PICTURE = SERIES + 25
GAP, MARGIN = 8, 3


class ItemPictures(QObject):
    """Small pictures by the id of an item; this one has none."""

    changed = Signal()
    """Pictures have arrived, or belong to other data."""

    @property
    def any(self) -> bool:
        """Whether the data has pictures at all: then there is room for them in each row."""
        return False

    def want(self, items: Sequence[str]) -> None:
        """Get these, if they are not there; `changed` follows."""

    def picture(self, item: str) -> QPixmap | None:
        """The picture of an item; None where it is not there, or not yet."""
        return None


def draw_picture(painter: QPainter, room: QRectF, picture: QPixmap | None) -> float:
    """Draw a picture at the left of its room, as high as that; gives the width that all rows leave for it."""
    high = room.height() - 2 * MARGIN
    wide = high * 3 / 4
    if picture is not None and not picture.isNull():
        size = QSize(picture.size()).scaled(int(wide), int(high), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = room.left() + (wide - size.width()) / 2, room.top() + MARGIN + (high - size.height()) / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(left, top, size.width(), size.height()), picture, QRectF(picture.rect()))
        painter.restore()
    return wide + GAP
