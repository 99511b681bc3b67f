"""What a page is: a widget that turns what the `Session` holds into something to look at."""

from collections.abc import Iterator
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workbench.app.session.session import Session


class Page(QWidget):
    """Base of all pages. A page is made when it is first shown: what is on it is made in `build`.

    Class attributes
    -----------
    name : id, as in ``session.request_page("train")`` (lower case, the name of its folder)
    title : in the sidebar and, until `set_title`, above the page
    icon : a name in ``resources/icons``
    order : place in the sidebar, from 1
    smallest : width and height in pixels below which its parts would overlap, so that it is scrolled

    What takes long to make is a `Deferred` part: it is made when it is first needed, or ahead, one at a time.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    order: ClassVar[int] = 0
    smallest: ClassVar[tuple[int, int]] = (960, 380)

    heading_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None, *, whole: bool = True) -> None:
        super().__init__(parent)
        self.session = session
        self.heading = self.title
        self.subtitle = ""
        self.primary: QAction | None = None
        """The one thing to do next; a filled button at the top right. Set it in `build`."""
        self.secondary: list[QAction | QWidget] = []
        """What else can be done: buttons (or small widgets) left of the primary one. Set it in `build`."""
        self._steps = self.build()
        while whole and not self.built:
            self.go_on()

    def build(self) -> Iterator[None] | None:
        """Make what is on the page; with a ``yield`` wherever the window may live in between, about every 20 ms.

        Follow the session's signals after the last of them: before it, there is nothing that could catch up.
        """

    @property
    def built(self) -> bool:
        """Whether everything in `build` is made."""
        return self._steps is None

    def go_on(self) -> None:
        """Take the next step of `build`; a page that was made with ``whole=False`` begins with none of them."""
        if self._steps is not None:
            try:
                next(self._steps)
            except StopIteration:
                self._steps = None

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        """What the sidebar says of this step, without making the page: a small text, and why it is locked ("" if not)."""
        return "", ""

    def set_heading(self, text: str) -> None:
        """Write the title above the page."""
        if text != self.heading:
            self.heading = text
            self.heading_changed.emit()

    def set_subtitle(self, text: str) -> None:
        """Write the one line under the title; it is elided where it is too long."""
        if text != self.subtitle:
            self.subtitle = text
            self.heading_changed.emit()

    def shown(self) -> None:
        """Called each time the page comes to the front: the place to catch up with the session."""

    def open(self, **wanted: Any) -> None:
        """Show what another page, or the command palette, asked for: ``session.request_page("inspect", item="318")``."""

    def hidden(self) -> None:
        """Called when another page comes to the front."""

    def find(self) -> None:
        """Ctrl+F: put the cursor where one searches."""

    def remember(self) -> dict[str, Any]:
        """What to keep in the project so that the page looks the same when it is opened again (JSON values)."""
        return {}

    def recall(self, view: dict[str, Any]) -> None:
        """Take back what `remember` gave; called once, before the page is first shown."""
