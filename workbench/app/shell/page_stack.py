"""The pages of the window: made in steps that are each too short to be felt, when they are wanted or ahead, and turned."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.app.page import Page
from workbench.app.session.session import Session
from workbench.app.shell.broken_page import BrokenPage
from workbench.app.widgets.deferred import next_deferred

log = logging.getLogger("workbench")
MAKE_AHEAD = 30  # milliseconds between two steps of making what nobody has asked for yet


class PageStack(QStackedWidget):
    """One page at the front; each is made when it is first wanted, or ahead, and anew for each project.

    To make a page takes some hundredths of a second, so it is made in steps, those of its `build` and then its
    deferred parts one by one, and the window lives between two of them. A page comes to the front when all of it is there.

    Whatever a page does while it is made or shown, the window goes on: one that fails is replaced by a card that says so.
    """

    turning = Signal()
    """The page at the front is about to be left."""
    turned = Signal()
    """Another page is at the front: `front`."""
    whole = Signal()
    """There is nothing left to make ahead."""

    def __init__(self, session: Session, kinds: dict[str, type[Page]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = kinds
        self.made: dict[str, Page] = {}
        """Pages that are there, perhaps not all of their parts."""
        self._session = session
        self._unseen: set[str] = set()  # never at the front: they have not yet taken up what was kept
        self._old: list[Page] = []
        self._current = self._wanted = ""
        self._blank = QWidget()
        self.addWidget(self._blank)
        self._next = self._timer(0, self._go_on)
        self._ahead = self._timer(MAKE_AHEAD, self.make_ahead)
        self._away = self._timer(0, self._throw_away)

    def _timer(self, interval: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=interval)
        timer.timeout.connect(slot)
        return timer

    @property
    def front(self) -> Page | None:
        """The page at the front; None while the first one is being made."""
        return self.made.get(self._current)

    @property
    def page(self) -> Page | None:
        """The page at the front; one that is being made for it is finished first, for somebody needs it now."""
        self.finish()
        return self.front

    def finish(self) -> None:
        """Turn now to the page that is being made."""
        while self._wanted:
            self._go_on()

    def turn_to(self, name: str) -> None:
        """Bring a page to the front: at once where all of it is there or nobody can see it, else as soon as it is made."""
        self._wanted = name
        if isinstance(broken := self.made.get(name), BrokenPage) and broken is not self.front:
            self._throw(self.made.pop(name))  # it may be well by now
        if self._missing(name) is None or not self.isVisible():
            self.finish()
        else:
            self._next.start()

    @Slot()
    def _go_on(self) -> None:
        """Make what is missing next of the wanted page, or turn to it."""
        name, self._wanted = self._wanted, ""
        step = self._missing(name) if name else None
        if step is not None:
            self._attempt(name, step)
            self._wanted = name
            self._next.start()
        elif name:
            self._turn(name)

    def _turn(self, name: str) -> None:
        before, page = self.front, self.made[name]
        if before is not None and before is not page:
            self.turning.emit()
            self._attempt(before.name, before.hidden)
        if name in self._unseen:
            self._unseen.remove(name)
            kept = self._session.project.view(f"page.{name}")
            if kept:
                self._attempt(name, partial(page.recall, kept))
        page = self.made[name]
        self._current = name
        self.setCurrentWidget(page)
        self.turned.emit()
        self._attempt(name, page.shown)
        wanted = self._session.take_wanted(name)
        if wanted:
            self._attempt(name, partial(page.open, **wanted))

    def _attempt(self, name: str, step: Callable[[], object]) -> None:
        """Do something that a page does; where that fails, a card takes the place of the page."""
        try:
            step()
        except Exception as error:
            log.exception("the page %s failed", name)
            self._break(name, error)

    def _break(self, name: str, error: Exception) -> None:
        failed = self.made.get(name)
        page = self.made[name] = BrokenPage(self._session, self.kinds[name], error)
        self._unseen.discard(name)
        self.addWidget(page)
        if failed is not None:
            was_shown = self.currentWidget() is failed
            self._throw(failed)
            if was_shown:
                self.setCurrentWidget(page)
                self.turned.emit()

    # Making --------------------------------------------------------------------------------------------------------

    @Slot()
    def make_ahead(self) -> None:
        """Make one page that was not yet shown, or a part of one, and come back for the next."""
        if self._wanted:  # somebody waits for another one
            self._ahead.start()
            return
        name = next(filter(self._missing, self.kinds), "")
        step = self._missing(name) if name else None
        if step is not None:
            self._attempt(name, step)
            self._ahead.start()
        else:
            self.whole.emit()

    def _missing(self, name: str) -> Callable[[], Any] | None:
        """What makes the page, or the first of its parts that is not there; None where it is whole."""
        if name not in self.made:
            return partial(self._make, name)
        page = self.made[name]
        if not page.built:
            return partial(self._build, name)
        return next_deferred(page)

    def _make(self, name: str) -> None:
        page = self.made[name] = self.kinds[name](self._session, whole=False)
        self._unseen.add(name)
        self.addWidget(page)

    def _build(self, name: str) -> None:
        self.made[name].go_on()

    # Another project -----------------------------------------------------------------------------------------------

    def begin_afresh(self, *, keep_unseen: bool) -> None:
        """Throw the pages away, for there is another project; those that nobody has seen may serve it."""
        kept = {name: self.made[name] for name in self._unseen} if keep_unseen else {}
        old = [page for name, page in self.made.items() if name not in kept]
        self.made, self._unseen = kept, set(kept)
        self._current = self._wanted = ""
        self.setCurrentWidget(self._blank)
        for page in old:
            self._throw(page)

    def _throw(self, page: Page) -> None:
        """Take a page away now, and delete it when the event loop comes round: it may be at work at this moment."""
        self.removeWidget(page)
        page.hide()
        self._old.append(page)
        self._away.start()

    @Slot()
    def _throw_away(self) -> None:
        """One page each time the event loop comes round: all of them at once would be felt."""
        if self._old:
            self._old.pop().deleteLater()
            self._away.start()
