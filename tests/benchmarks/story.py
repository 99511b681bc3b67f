"""The whole story through a real mouse or the keyboard alone: from a first start to an exported list.

It needs an X server (`DISPLAY`), and runs in a window that `own_window.play` has opened.
"""

import csv
import threading
import traceback
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog

from tests.benchmarks.real_input import Hands

LIMIT = 900.0  # seconds


class Reader(Hands):
    """Hands, and eyes for what the window shows; photographs what was reached."""

    def __init__(self, person, photos):
        super().__init__()
        self.person, self.window, self.session = person, person.window, person.session
        self._photos = Path(photos) if photos else None
        self.reached = []

    @property
    def page(self):
        return self.window.stack.front

    def at(self, name):
        self.until(lambda: self.page is not None and self.page.name == name, f"the page {name}")

    def button(self, text):
        """A function that finds a button that can be pressed and says this."""

        def find():
            tops = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
            for one in (button for top in tops for button in top.findChildren(QAbstractButton)):
                if one.isVisible() and one.isEnabled() and text in one.text().replace("&", ""):
                    return one
            return None

        return find

    def push(self, text):
        self.click(self.button(text), f"the button {text!r}")

    def dialog(self):
        """The file dialog that is open."""
        return self.until(
            lambda: next((one for one in QApplication.topLevelWidgets() if _is_open_dialog(one)), None),
            "the file dialog",
        )

    def activate(self):
        """Give the window the keyboard, as a window manager does where there is one."""
        self.ask(self.window.activateWindow)
        self.until(self.window.isActiveWindow, "the keyboard")

    def tab_to(self, holds, what, key="Tab", most=80):
        """Press Tab until the widget with the focus is the one that is meant."""
        for _ in range(most):
            if self.ask(lambda: holds(QApplication.focusWidget())):
                return
            self.key(key)
        raise AssertionError(f"{what} cannot be reached by the key {key}; the focus is at {self.focus()}")

    def focus(self):
        return self.ask(lambda: str(QApplication.focusWidget()))

    def note(self, name):
        """What was reached; photographed where photographs are wanted."""
        self.reached.append(name)
        if self._photos is not None:
            path = self._photos / f"{len(self.reached):02}-{name}.png"
            self.ask(lambda: QApplication.primaryScreen().grabWindow(0).save(str(path)))


def _close_dialogs():
    for top in QApplication.topLevelWidgets():
        if isinstance(top, QDialog) and top.isVisible():
            top.reject()


def _is_open_dialog(widget):
    return isinstance(widget, QFileDialog) and widget.isVisible() and widget.isActiveWindow()


def _says(text):
    return lambda widget: isinstance(widget, QAbstractButton) and text in widget.text().replace("&", "")


def by_mouse(person, file, output, photos=None):
    """Everything by the mouse but names, which are typed."""
    return _live(person, photos, lambda one: _mouse_story(one, file, output))


def by_keyboard(person, file, output, photos=None):
    """Everything by the keyboard."""
    return _live(person, photos, lambda one: _keyboard_story(one, file, output))


def _mouse_story(one, file, output):
    one.at("home")
    one.note("home")
    one.push("Choose a file…")
    one.dialog()
    one.type(str(file))
    one.note("dialog")
    one.key("Return")
    one.note("import sheet")
    one.push("Use these columns")
    one.until(lambda: one.session.data is not None, "the data")
    one.note("data")
    one.click(lambda: one.window.sidebar.steps["split"], "Split in the sidebar")
    one.at("split")
    one.click(lambda: one.page.choices["random"], "the random split")
    one.until(lambda: one.page._known == one.page._wanted() and one.page._task is None, "what the split does")
    one.note("split")
    one.click(lambda: one.window.sidebar.steps["train"], "Train in the sidebar")
    one.at("train")
    one.click(lambda: one.page.algorithms.search, "the search among algorithms")
    one.type("item knn")
    one.click(lambda: _row(one.page.algorithms.view, "Item kNN"), "Item kNN")
    one.push("Train Item kNN")
    run = one.until(lambda: next(iter(one.session.runs.all()), None), "the run").id
    one.until(lambda: one.session.runs.get(run).over, "the end of the training")
    one.note("trained")
    return _rest_by_mouse(one, run, output)


def _rest_by_mouse(one, run, output):
    one.click(lambda: one.window.sidebar.steps["compare"], "Compare in the sidebar")
    one.at("compare")
    one.push("Run the test")
    one.until(lambda: one.session.runs.get(run).evaluation, "the test")
    one.note("tested")
    one.click(lambda: one.window.sidebar.steps["inspect"], "Inspect in the sidebar")
    one.at("inspect")
    one.click(lambda: one.page.search, "Find a user")
    one.type("42")
    one.until(lambda: one.page.search.found is not None, "the users that are found")
    one.click(lambda: (one.page.search.found.list.viewport(), _middle(one.page.search.found.list, 0)), "user 42")
    shown = _shown(one, "42")
    one.note("list")
    one.push("Export this list")
    one.at("export")
    one.click(lambda: one.page.place.field, "the name of the file", times=3)
    one.key("Ctrl+A")
    one.type(str(output))
    one.note("export")
    one.push("Export 1 list")
    return _written(one, output, shown)


def _keyboard_story(one, file, output):
    one.at("home")
    one.activate()
    one.key("Ctrl+O")
    one.dialog()
    one.type(str(file))
    one.key("Return")
    one.until(one.button("Use these columns"), "the import sheet")
    one.activate()
    one.tab_to(_says("Use these columns"), "Use these columns")
    one.note("import sheet")
    one.key("Space")
    one.until(lambda: one.session.data is not None, "the data")
    one.note("data")
    one.key("Alt+Right")
    one.at("split")
    one.tab_to(lambda widget: widget in one.page.choices.values(), "the ways to split")
    for _ in range(len(one.ask(lambda: one.page.choices))):
        if one.ask(one.page.choices["random"].isChecked):
            break
        one.key("Down")
    assert one.ask(one.page.choices["random"].isChecked)
    one.until(lambda: one.page._known == one.page._wanted() and one.page._task is None, "what the split does")
    one.note("split")
    one.key("Alt+Right")
    one.at("train")
    one.key("Ctrl+F")
    one.type("item knn")
    one.key("Down")
    one.until(one.button("Train Item kNN"), "Item kNN")
    one.note("chosen")
    one.key("Ctrl+R")
    run = one.until(lambda: next(iter(one.session.runs.all()), None), "the run").id
    one.until(lambda: one.session.runs.get(run).over, "the end of the training")
    one.note("trained")
    return _rest_by_keyboard(one, run, output)


def _rest_by_keyboard(one, run, output):
    one.key("Alt+Right")
    one.at("compare")
    one.tab_to(_says("Run the test"), "Run the test")
    one.key("Space")
    one.until(lambda: one.session.runs.get(run).evaluation, "the test")
    one.note("tested")
    one.key("Alt+Right")
    one.at("inspect")
    one.until(one.page.search.isEnabled, "Find a user")
    one.key("Ctrl+F")
    one.type("42")
    one.until(lambda: one.page.search.found is not None, "the users that are found")
    one.key("Return")
    shown = _shown(one, "42")
    one.note("list")
    one.tab_to(_says("Export this list"), "Export this list")
    one.key("Space")
    one.at("export")
    one.tab_to(lambda widget: widget is one.page.place.field, "the name of the file")
    one.key("Ctrl+A")
    one.type(str(output))
    one.note("export")
    one.tab_to(_says("Export 1 list"), "Export 1 list")
    one.key("Space")
    return _written(one, output, shown)


def _live(person, photos, story):
    """Play a story in a thread of its own, while the window lives in this one."""
    one, answer = Reader(person, photos), {}

    def tell():
        try:
            answer.update(story(one))
        except BaseException:  # noqa: BLE001 - told as the answer
            answer["trouble"] = traceback.format_exc()
            one.note("trouble")
            for _ in range(2):  # one may lie over the other, and each holds whoever opened it
                one.ask(_close_dialogs)

    thread = threading.Thread(target=tell, daemon=True)
    person.pulse.start()
    thread.start()
    person.until(lambda: not thread.is_alive(), timeout=LIMIT)
    person.pulse.stop()
    return answer | {"reached": one.reached, "ticks": person.pulse.figures()}


def _shown(one, user):
    """The items of the list that is shown for this user."""
    one.until(
        lambda: one.page.user.shown is not None and one.page.user.shown.user == user and one.page.list.items,
        f"the list of user {user}",
    )
    return one.ask(lambda: [item["item"] for item in one.page.list.items])


def _written(one, output, shown):
    one.until(lambda: Path(output).exists() and not one.session.jobs.tasks, "the file")
    one.note("exported")
    with Path(output).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {"shown": shown, "written": [row["item"] for row in rows]}


def _middle(view, row):
    return view.visualRect(view.model().index(row, 0)).center()


def _row(view, title):
    """The row of a list that says this, as a place to click."""
    model = view.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        if title in str(index.data()) and view.viewport().rect().contains(view.visualRect(index).center()):
            return view.viewport(), view.visualRect(index).center()
    return None
