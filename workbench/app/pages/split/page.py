"""The page Split: what is learned from, what chooses the best epoch, what judges; and what that does to this data."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.jobs.job_process import Task
from workbench.app.page import Page
from workbench.app.pages.split import split_text
from workbench.app.pages.split.filters import FilterCard
from workbench.app.pages.split.outcome import Outcome
from workbench.app.pages.split.split_pictures import SplitChoice
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Card, EmptyState
from workbench.app.widgets.form import Form
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.app.widgets.vertical_scroll import VerticalScroll
from workbench.data.filtering import make_filters
from workbench.data.splitting import DEFAULT, all_splits, make_split
from workbench.errors import WorkbenchError

PAUSE_MS = 250  # milliseconds from the last change of a setting to asking what it does
LEFT = 46 * GRID

# Data folder, name of the split, its settings, filters.
Wanted = tuple[str, str, dict[str, Any], list[dict[str, Any]]]


class Choices(QWidget):
    """The ways to split, one below the other; the arrow keys move along them."""

    def __init__(self, choices: list[SplitChoice]) -> None:
        super().__init__()
        self.all = choices
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for button in choices:
            column.addWidget(button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        able = [button for button in self.all if button.isEnabled()]
        current = next((button for button in able if button.hasFocus()), None)
        if step and current is not None:
            other = able[(able.index(current) + step) % len(able)]
            other.setFocus()
            other.click()
            return
        super().keyPressEvent(event)


class SplitPage(Page):
    """How the data is divided."""

    name, title, icon, order = "split", "Split", "split", 3

    def build(self) -> Iterator[None]:
        session = self.session
        self.splits = all_splits()
        self._current = ""
        self._asked: Wanted | None = None
        self._known: Wanted | None = None
        self._task: Task | None = None
        self._answering = self._behind = False
        self._trouble = ""
        self.primary = QAction(self.tr("Choose an algorithm →"), self)
        self.primary.triggered.connect(self._go_on)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._ask)
        yield from self._build()
        session.data_changed.connect(self._catch_up)
        session.project.split_changed.connect(self._follow)
        self._catch_up()

    def _build(self) -> Iterator[None]:
        self.choices = {name: SplitChoice(name, split_text.title(name), "") for name in self.splits}
        for button in self.choices.values():
            button.clicked.connect(self._chosen)
        yield
        self.form = Form()
        self.form.changed.connect(self._edited)
        self.filters = FilterCard()
        self.filters.changed.connect(self._edited)
        settings = Card(self.tr("Settings"))
        settings.add(self.form)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.filters)
        column.addWidget(Choices(list(self.choices.values())))
        column.addWidget(settings)
        column.addStretch(1)
        self.settings = settings
        scroll = VerticalScroll(left)
        scroll.setFixedWidth(LEFT)
        yield
        self.outcome = Outcome()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(scroll)
        row.addWidget(self.outcome, 1)
        self.empty = EmptyState(
            "split",
            self.tr("A split holds out some interactions to evaluate lists with."),
            self.tr("Open a ratings file"),
            more=self.tr("There is no data to split yet."),
        )
        self.empty.button.clicked.connect(self._to_data)
        self.stack = QStackedWidget()
        for widget in (self.empty, whole):
            self.stack.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)
        yield

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        """The split in two words, such as "last 1"; "filtered" where there are filters: there is no room for both."""
        if session.data is None:
            return "", translate("SplitPage", "Open a ratings file first")
        split = session.project.split
        if split is None:
            return "", ""
        words = split_text.short(split["name"], split.get("settings") or {})
        return (translate("SplitPage", "filtered") if session.project.filters else words), ""

    # Choosing ------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._catch_up()
        elif self._current and self.session.data is not None:
            self._hold()

    @Slot()
    def _catch_up(self) -> None:
        """Other data: what can be chosen, and what it does. Nobody waits for that while the page is out of sight."""
        session = self.session
        self._behind = not self.isVisible()
        if self._behind:
            self._soon.stop()
            self._asked = self._known = None
            return
        self.stack.setCurrentIndex(0 if session.data is None else 1)
        for name, button in self.choices.items():
            lacking = split_text.lacking(name, session.data)
            button.setEnabled(not lacking)
            button.set_sentence(lacking or split_text.sentence(name))
        self._asked = self._known = None
        self._trouble = ""
        self.outcome.show_nothing("")
        if session.data is None:
            self._refresh()
            return
        self.filters.set_recipe(session.project.filters)
        split = session.project.split or {"name": DEFAULT, "settings": {}}
        self._show(split["name"], split.get("settings") or {})
        self._ask()

    @Slot()
    def _follow(self) -> None:
        """The split was changed elsewhere."""
        split = self.session.project.split
        if split is None or self.session.data is None:
            return
        if self._answering:
            return  # it is this page that changes both
        if not self.isVisible():
            self._behind = True
            return
        alike = _alike(self.session.project.filters, self.filters.recipe())
        if not alike:
            self.filters.set_recipe(self.session.project.filters)
        if not alike or not self._same(split, self._current, self._settings()):
            self._show(split["name"], split.get("settings") or {})
            self._ask()

    def _show(self, name: str, settings: dict[str, Any]) -> None:
        if name not in self.splits:
            return
        self._current = name
        self.choices[name].setChecked(True)
        self.form.set_declaration(self.splits[name], settings)
        self._soon.stop()
        self._refresh()

    @Slot()
    def _chosen(self) -> None:
        name = next(name for name, button in self.choices.items() if button.isChecked())
        if name != self._current:
            self._show(name, {})
            self._hold()
            self._ask()

    @Slot()
    def _edited(self) -> None:
        if self._current:
            self._refresh()
            self._soon.start()
            self._hold()

    def _hold(self) -> None:
        """What is chosen here and not the project's yet is the first to be taken back."""
        split, settings = self.session.project.split, self._settings()
        same = self._same(split, self._current, settings) and self._valid()
        same = same and _alike(self.filters.recipe(), self.session.project.filters)
        self.session.history.hold(None if same else self._give_up)

    def hidden(self) -> None:
        self.session.history.hold(None)  # who is elsewhere would not see what is taken back

    def _give_up(self) -> None:
        """Show what the project has."""
        self._catch_up()

    def _settings(self) -> dict[str, Any]:
        return self.form.changed_values()

    def _valid(self) -> bool:
        return self.form.valid and self.filters.valid

    def _wanted(self) -> Wanted:
        folder = self.session.project.current.data_folder if self.session.project.current is not None else None
        return str(folder), self._current, self._settings(), self.filters.recipe()

    # What it does --------------------------------------------------------------------------------------------------

    @Slot()
    def _ask(self) -> None:
        """Have the split worked out; one at a time, the latest choice last."""
        wanted = self._wanted()
        if self.session.data is None or not self._valid() or self._task is not None or wanted == self._known:
            self._refresh()
            return
        self._asked, self._trouble = wanted, ""
        self.outcome.show_busy()
        folder, name, settings, filters = wanted
        if filters:
            self.filters.show_busy()
            self.session.jobs.submit(
                "filter",
                {"data": folder, "filters": filters},
                done=self._counted,
                failed=self._not_counted,
            )
        args = {"data": folder, "name": name, "settings": settings, "filters": filters}
        self._task = self.session.jobs.submit("split", args, done=self._answered, failed=self._refused)
        self._task.finished.connect(self._finished)
        self._refresh()

    @Slot(object)
    def _counted(self, answer: dict[str, Any]) -> None:
        if self._asked is not None and self._asked[3] == self.filters.recipe():
            self.filters.show_answer(answer)

    @Slot(str, str)
    def _not_counted(self, _sentence: str, _details: str) -> None:
        self.filters.show_nothing()  # the split fails for the same reason, and says it

    @Slot(object)
    def _answered(self, answer: dict[str, Any]) -> None:
        if self._behind or self._asked != self._wanted() or self.session.data is None:
            return
        self._known = self._asked
        self.outcome.show_answer(answer, has_times=self.session.data.time is not None)
        self.set_subtitle(answer["words"])
        _, name, settings, filters = self._asked
        self._answering = True
        if not _alike(filters, self.session.project.filters):
            self.session.project.set_filters(filters)
        if not self._same(self.session.project.split, name, settings):
            self.session.project.set_split(name, settings)
        self._answering = False
        self.session.history.hold(None)

    def _same(self, split: dict[str, Any] | None, name: str, settings: dict[str, Any]) -> bool:
        """Whether a split divides like this one: a default that is written out changes nothing."""
        if split is None or split["name"] != name:
            return False
        try:
            return make_split(name, split.get("settings")) == make_split(name, settings)
        except WorkbenchError:
            return False

    @Slot(str, str)
    def _refused(self, sentence: str, _details: str) -> None:
        if self._asked == self._wanted():
            self._known, self._trouble = None, sentence
            self.outcome.show_nothing(sentence)

    @Slot()
    def _finished(self) -> None:
        self._task = None
        if self._behind:
            return  # what is wanted is known when the page is shown
        if self._asked != self._wanted():
            self._ask()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if self.session.data is None:
            self.set_subtitle("")
        reason = self._reason()
        self.primary.setVisible(self.session.data is not None)
        self.primary.setEnabled(not reason)
        self.primary.setToolTip(reason)

    def _reason(self) -> str:
        """Why one cannot go on; empty where one can."""
        if self.session.data is None:
            return self.tr("Open a ratings file first")
        if not self._valid():
            return self.tr("A setting is out of range.")
        if self._trouble:
            return self._trouble
        return "" if self._known == self._wanted() else self.tr("Splitting the data…")

    @Slot()
    def _go_on(self) -> None:
        self.session.request_page("train")

    @Slot()
    def _to_data(self) -> None:
        self.session.request_page("data")

    def find(self) -> None:
        if self._current in self.choices:
            self.choices[self._current].setFocus()


def _alike(filters: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    """Whether filters do the same: a default that is written out changes nothing."""
    try:
        return make_filters(filters) == make_filters(others)
    except WorkbenchError:
        return False
