"""Everything that can be ordered in the window, with its keys: what the palette and the list of shortcuts show."""

from functools import partial
from typing import Any, Protocol, cast

from PySide6.QtCore import QCoreApplication, QEvent, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.app.page import Page
from workbench.app.session.sample import try_sample
from workbench.app.session.session import Session
from workbench.app.shell.job_strip import JobStrip
from workbench.app.widgets.theme import theme


class Target(Protocol):
    """What the actions act on: the window, as far as they know it."""

    session: Session
    strip: JobStrip
    kinds: dict[str, type[Page]]

    def addAction(self, action: QAction) -> None: ...
    def close(self) -> bool: ...
    def turn_to(self, name: str) -> None: ...
    def show_beside(self, step: int) -> None: ...
    def open_file(self) -> None: ...
    def open_folder(self) -> None: ...
    def new_project(self) -> None: ...
    def train(self) -> None: ...
    def find_on_page(self) -> None: ...
    def open_palette(self) -> None: ...
    def open_help(self) -> None: ...
    def full_screen(self) -> None: ...


class Order(QAction):
    """An action that calls a method of the window, or of another object, by name and without arguments of Qt."""

    def __init__(self, text: str, window: QWidget, slot: Any) -> None:
        super().__init__(text, window)
        self._slot = slot
        self.triggered.connect(self._obey)

    def event(self, event: QEvent) -> bool:
        # Two shortcuts of one action can be one key press ("Ctrl+Shift+." and "Ctrl+>"): ambiguous to Qt, clear to us.
        if event.type() == QEvent.Type.Shortcut and self.isEnabled():
            self.trigger()
            return True
        return super().event(event)

    @Slot()
    def _obey(self) -> None:
        self._slot()


def make_orders(window: Target) -> dict[str, QAction]:
    """Give the window all its orders; returns them by their names."""
    session, strip = window.session, window.strip
    made: dict[str, QAction] = {}

    def add(name: str, text: str, keys: str | list[str], slot: Any) -> None:
        order = made[name] = Order(text, cast("QWidget", window), slot)
        order.setObjectName(name)
        order.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys) if key])
        window.addAction(order)

    for number, page in enumerate(window.kinds.values(), 1):
        words = _tr("Go to {page}").format(page=page.title)
        add(f"page.{page.name}", words, f"Ctrl+{number}", partial(window.turn_to, page.name))
    add("page.previous", _tr("Previous step"), "Alt+Left", partial(window.show_beside, -1))
    add("page.next", _tr("Next step"), "Alt+Right", partial(window.show_beside, 1))
    add("file.open", _tr("Open a file or project…"), "Ctrl+O", window.open_file)
    add("project.open", _tr("Open a project folder…"), "Ctrl+Shift+O", window.open_folder)
    add("project.new", _tr("New project…"), "Ctrl+N", window.new_project)
    add("project.close", _tr("Close the project"), "Ctrl+W", session.close_project)
    add("sample", _tr("Try the sample"), "", partial(try_sample, session))
    add("run", _tr("Train"), "Ctrl+R", window.train)
    add("run.stop", _tr("Stop training and keep the best epoch"), "Ctrl+.", strip.stop_run)
    # With Shift, "." arrives as another sign on many keyboards; both are taken.
    keys = ["Ctrl+Shift+.", "Ctrl+>", "Ctrl+:"]
    add("run.pause", _tr("Pause or go on with training"), keys, strip.toggle_pause)
    add("export", _tr("Export lists…"), "Ctrl+E", partial(window.turn_to, "export"))
    add("find", _tr("Find on this page"), "Ctrl+F", window.find_on_page)
    add("palette", _tr("Find anything"), ["Ctrl+K", "Ctrl+Shift+P"], window.open_palette)
    add("theme", _tr("Light or dark"), "Ctrl+Shift+T", theme().toggle)
    add("theme.system", _tr("Colours of the system"), "", partial(theme().set_mode, "system"))
    add("help", _tr("Shortcuts"), ["F1", "?"], window.open_help)
    add("fullscreen", _tr("Full screen"), "F11", window.full_screen)
    add("quit", _tr("Quit"), "Ctrl+Q", window.close)
    return made


def _tr(text: str) -> str:
    return QCoreApplication.translate("Orders", text)
