"""The cards above the page that tell what failed."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.widgets.basic import ErrorCard, clear
from workbench.app.widgets.theme import GRID

MOST_CARDS = 3


class FailureCards(QVBoxLayout):
    """A few failures, the newest last; each stays until it is closed, and none is told twice."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(GRID)

    def tell(self, title: str, sentence: str, details: str, page: QWidget | None) -> None:
        """Add a card, unless one says the same already: here, or on the page, where it happened."""
        told = page.findChildren(ErrorCard) if page is not None else []
        if any(_shown(card) and card.sentence.text().casefold() == sentence.casefold() for card in told):
            return
        shown = [self.itemAt(at).widget() for at in range(self.count())]
        if any(card.property("said") == (title + sentence) for card in shown):
            return
        card = ErrorCard(title, sentence, details)
        card.setProperty("said", title + sentence)
        card.closed.connect(self._close)
        self.addWidget(card)
        for old in shown[: max(0, len(shown) + 1 - MOST_CARDS)]:
            self._remove(old)

    def clear(self) -> None:
        """Failures of another project do not matter here; those of opening this one come afterwards."""
        clear(self)

    @Slot()
    def _close(self) -> None:
        card = self.sender()
        if isinstance(card, QWidget):
            self._remove(card)

    def _remove(self, card: QWidget) -> None:
        self.removeWidget(card)
        card.hide()
        card.deleteLater()


def _shown(card: QWidget) -> bool:
    """Whether a card is seen, or is about to be: it was made a moment ago and nobody has hidden it."""
    return not (card.isHidden() and card.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide))
