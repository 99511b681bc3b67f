"""Words of several lines in the midst of a page, without the page growing for them."""

from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Fitting(QWidget):
    """As high as what is on it needs at its width.

    A layout that is asked for its height at a width answers with the height that it would like to have, all plots at their
    best size: a scroll area around it then scrolls although everything would fit. This widget knows its height itself, and
    nobody around it is asked.
    """

    def hasHeightForWidth(self) -> bool:
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> Any:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        height = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else -1
        height = max(height, layout.totalMinimumSize().height())
        if height != self.maximumHeight():
            self.setFixedHeight(height)
            # What changed while it was hidden has the place of before, which Qt takes for the right one.
            layout.setGeometry(self.rect())
