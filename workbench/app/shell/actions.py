"""Everything that can be ordered in the window, with its keys: what the palette and the list of shortcuts show."""

from functools import partial
from typing import Any, Protocol, cast

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.app.page import Page
from workbench.app.session.sample import try_sample
from workbench.app.session.session import Session
from workbench.app.shell.job_strip import JobStrip
from workbench.app.widgets.theme import theme
from workbench.app.widgets.translate import translate


class Target(Protocol):
    """What the actions act on: the window, as far as they know it."""

    session: Session
    strip: JobStrip
    kinds: dict[str, type[Page]]

    def addAction(self, action: QAction) -> None: ...
    def leave(self) -> None: ...
    def turn_to(self, name: str) -> None: ...
    def show_beside(self, step: int) -> None: ...
    def open_file(self) -> None: ...
    def open_folder(self) -> None: ...
    def new_project(self) -> None: ...
    def train(self) -> None: ...
    def find_on_page(self) -> None: ...
    def open_palette(self) -> None: ...
    def open_jobs(self) -> None: ...
    def open_settings(self) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def open_history(self) -> None: ...
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
    words = other_words()

    def add(name: str, text: str, keys: str | list[str], slot: Any) -> None:
        order = made[name] = Order(text, cast("QWidget", window), slot)
        order.setObjectName(name)
        order.setData(words.get(name, ""))  # under which the palette finds it, too
        order.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys) if key])
        window.addAction(order)

    for number, page in enumerate(window.kinds.values(), 1):
        title = translate("Orders", "Go to {page}").format(page=page.title)
        add(f"page.{page.name}", title, f"Ctrl+{number}", partial(window.turn_to, page.name))
    add("page.previous", translate("Orders", "Previous step"), "Alt+Left", partial(window.show_beside, -1))
    add("page.next", translate("Orders", "Next step"), "Alt+Right", partial(window.show_beside, 1))
    add("file.open", translate("Orders", "Open a file or project…"), "Ctrl+O", window.open_file)
    add("project.open", translate("Orders", "Open a project folder…"), "Ctrl+Shift+O", window.open_folder)
    add("project.new", translate("Orders", "New project…"), "Ctrl+N", window.new_project)
    add("project.close", translate("Orders", "Close the project"), "Ctrl+W", session.close_project)
    add("sample", translate("Orders", "Try the sample"), "", partial(try_sample, session))
    # A field for text takes these keys first, for what was typed in it.
    add("undo", translate("Orders", "Undo"), "Ctrl+Z", window.undo)
    add("redo", translate("Orders", "Redo"), ["Ctrl+Shift+Z", "Ctrl+Y"], window.redo)
    add("history", translate("Orders", "History"), "Ctrl+Shift+H", window.open_history)
    add("run", translate("Orders", "Train"), "Ctrl+R", window.train)
    add("run.stop", translate("Orders", "Stop training and keep the best epoch"), "Ctrl+.", strip.stop_run)
    # With Shift, "." arrives as another sign on many keyboards; both are taken.
    keys = ["Ctrl+Shift+.", "Ctrl+>", "Ctrl+:"]
    add("run.pause", translate("Orders", "Pause or continue training"), keys, strip.toggle_pause)
    add("export", translate("Orders", "Export lists…"), "Ctrl+E", partial(window.turn_to, "export"))
    add("jobs", translate("Orders", "Jobs"), "Ctrl+J", window.open_jobs)
    add("settings", translate("Orders", "Settings…"), "Ctrl+,", window.open_settings)
    add("find", translate("Orders", "Find on this page"), "Ctrl+F", window.find_on_page)
    add("palette", translate("Orders", "Find anything"), ["Ctrl+K", "Ctrl+Shift+P"], window.open_palette)
    add("theme", translate("Orders", "Light or dark"), "Ctrl+Shift+T", theme().toggle)
    add("theme.system", translate("Orders", "System colours"), "", partial(theme().set_mode, "system"))
    add("help", translate("Orders", "Shortcuts"), ["F1", "?"], window.open_help)
    add("fullscreen", translate("Orders", "Full screen"), "F11", window.full_screen)
    add("quit", translate("Orders", "Quit"), "Ctrl+Q", window.leave)
    return made


def other_words() -> dict[str, str]:
    """Words that stand in no title, by which the palette finds an order, too."""
    return {
        "file.open": translate("Orders", "import load"),
        "sample": translate("Orders", "example demo tutorial MovieLens"),
        "run": translate("Orders", "learn fit start"),
        "run.stop": translate("Orders", "cancel end"),
        "export": translate("Orders", "save write download"),
        "theme": translate("Orders", "dark appearance colours settings"),
        "theme.system": translate("Orders", "appearance settings"),
        "help": translate("Orders", "help keys keyboard"),
        "jobs": translate("Orders", "queue progress log"),
        "settings": translate("Orders", "preferences cluster machines Ray engine"),
        "undo": translate("Orders", "take back revert"),
        "redo": translate("Orders", "repeat again"),
        "history": translate("Orders", "undo changes steps go back"),
        "quit": translate("Orders", "exit close"),
    }
