"""What stands above the page: its title, a subtitle, and its buttons."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.page import Page
from workbench.app.widgets.basic import Button, Elided, clear
from workbench.app.widgets.theme import BODY, GRID, TITLE


class Header(QWidget):
    """Title, one line under it, and the page's buttons, the primary one at the right end."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(6 * GRID)
        self._page: Page | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title, self.subtitle = Elided("", TITLE, bold=True), Elided("", BODY, "muted")
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        row.addLayout(words, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        row.addLayout(self._buttons)

    def show_page(self, page: Page | None) -> None:
        """Show what a page says of itself; nothing where there is none."""
        if self._page is page:
            return
        if self._page is not None:
            self._take_back()
        self._page = page
        if page is None:
            self._refresh()
            return
        page.heading_changed.connect(self._refresh)
        page.destroyed.connect(self._forget)
        for button in page.secondary:
            self._buttons.addWidget(Button(action=button) if isinstance(button, QAction) else button)
            if isinstance(button, QWidget):
                button.show()
        if page.primary is not None:
            self._buttons.addWidget(Button(kind="primary", action=page.primary))
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.title.set_text(self._page.heading if self._page is not None else "")
        self.subtitle.set_text(self._page.subtitle if self._page is not None else "")

    def _take_back(self) -> None:
        """Give the page its own widgets back; the buttons made here are thrown away."""
        page = self._page
        page.heading_changed.disconnect(self._refresh)
        page.destroyed.disconnect(self._forget)
        own = [button for button in page.secondary if isinstance(button, QWidget)]
        for widget in own:
            self._buttons.removeWidget(widget)
            widget.hide()
            widget.setParent(page)
        clear(self._buttons)

    @Slot()
    def _forget(self) -> None:
        self._page = None
        clear(self._buttons)
