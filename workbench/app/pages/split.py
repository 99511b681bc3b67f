"""The page Split: what is learned from, what chooses the best epoch, what judges; and what that does to this data."""

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.form import Form
from workbench.app.pages import Page, preview
from workbench.app.pages._filters import FilterCard
from workbench.app.pages._places import ShareBar, SplitChoice, Swatch, UserRows
from workbench.app.session import Session
from workbench.app.task_worker import Task
from workbench.app.theme import GRID, HEADING, SMALL
from workbench.app.widgets import Card, Elided, EmptyState, Figure, Picture, Text
from workbench.data.filtering import make_filters
from workbench.data.splitting import all_splits, make_split
from workbench.errors import WorkbenchError

PAUSE = 250  # milliseconds from the last change of a setting to asking what it does
ORDER = ("last-n", "random", "time", "time-series", "held-out-users", "k-fold", "files")
MANY_EQUAL = 0.05  # share of equal times from which the order is worth a warning
MOST_REMARKS = 8
LEFT = 46 * GRID
BY_TIME = tuple(name for name, split in all_splits().items() if split.by_time)

# Data folder, name of the split, its settings, filters.
Wanted = tuple[str, str, dict[str, Any], list[dict[str, Any]]]


def first_sentence(split: type) -> str:
    """The first line of a split's own description."""
    return (split.__doc__ or "").strip().split("\n")[0]


class Part(QWidget):
    """One part of the split: its colour, what it is for, how much it gets."""

    def __init__(self, place: int, title: str) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(Swatch(place))
        row.addWidget(Elided(title, SMALL, "muted"), 1)
        self.size = Text("–", HEADING, bold=True)
        self.share = Text(" ", SMALL, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(row)
        column.addWidget(self.size)
        column.addWidget(self.share)

    def show_size(self, size: int, total: int) -> None:
        """Show how many interactions it gets."""
        self.size.setText(f"{size:,}")
        self.share.setText(f"{100 * size / total:.1f} %" if total else " ")


class Remark(QWidget):
    """A line that says that something is well, or what to mind."""

    def __init__(self) -> None:
        super().__init__()
        self.sign, self.words = Picture("check", 16, "ok"), Text("", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def show_remark(self, kind: str, words: str) -> None:
        """Kind is ok, info, warn or error."""
        icons = {
            "ok": ("check", "ok"),
            "info": ("info", "muted"),
            "warn": ("warning", "warn"),
            "error": ("warning", "error"),
        }
        self.sign.set(*icons[kind])
        self.words.setText(words)
        self.words.set_ink("text" if kind != "info" else "muted")


class Outcome(Card):
    """What lands where."""

    def __init__(self) -> None:
        super().__init__("…", " ")
        self.title.setText(self.tr("What lands where"))
        self.setAccessibleName(self.title.text())
        self.body.setSpacing(12)
        self.bar = ShareBar(self.tr("Shares of training, validation and test"))
        self.add(self.bar)
        titles = (self.tr("Training: learned from"), self.tr("Validation: picks the epoch"), self.tr("Test: judges"))
        self.parts = [Part(place, title) for place, title in enumerate(titles)]
        self.figures = [Figure("–", " ", small=True) for _ in range(3)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(12)
        for at, (part, figure) in enumerate(zip(self.parts, self.figures, strict=True)):
            grid.addWidget(part, 0, at)
            grid.addWidget(figure, 1, at)
            grid.setColumnStretch(at, 1)
        self.body.addLayout(grid)
        self.remarks = [Remark() for _ in range(MOST_REMARKS)]
        for one in self.remarks:
            self.add(one)
        self.caption = Text("", SMALL, "muted")
        self.add(self.caption)
        self.users = UserRows(self.tr("Some users, their interactions in order"))
        self.add(self.users, 1)
        self.show_nothing("")

    def show_busy(self) -> None:
        """Say that figures of another choice are on their way; those shown stay until then."""
        self.hint.set_text(self.tr("dividing…"))

    def show_nothing(self, trouble: str) -> None:
        """Show no figures, and why."""
        self.hint.set_text("")
        self.bar.set_sizes([0, 0, 0], trouble)
        for part in self.parts:
            part.size.setText("–")
            part.share.setText(" ")
        for figure in self.figures:
            figure.set("–")
        self._show_remarks([("error", trouble)] if trouble else [])
        self.caption.setText("")
        self.users.set_rows([])

    def show_facts(self, name: str, facts: dict[str, Any], *, has_times: bool) -> None:
        """Show the answer of the job ``split``."""
        self.hint.set_text("")
        sizes = [facts["train"], facts["validation"], facts["test"]]
        # What is in no part (users too small to be divided are in training) would be missing here; it is not.
        total = max(1, sum(sizes))
        words = self.tr("training {a:,}, validation {b:,}, test {c:,}").format(a=sizes[0], b=sizes[1], c=sizes[2])
        self.bar.set_sizes(sizes, words)
        for part, size in zip(self.parts, sizes, strict=True):
            part.show_size(size, total)
        self._show_figures(facts)
        self._show_remarks(self._remarks(name, facts, has_times=has_times))
        rows = facts.get("picture") or []
        order = self.tr("the newest at the right") if has_times else self.tr("in the order of the file")
        self.caption.setText(
            self.tr("Some users, a line each: their interactions, {order}").format(order=order) if rows else ""
        )
        self.users.set_rows(rows)
        self.users.setAccessibleDescription(words)

    def _show_figures(self, facts: dict[str, Any]) -> None:
        users, items, cold = self.figures
        users.set(f"{facts['test_users']:,}", self.tr("users judged of {n:,}").format(n=facts["users"]))
        items.set(f"{facts['test_items']:,}", self.tr("different items hidden"))
        cold.set(f"{facts['cold_items']:,}", self.tr("of them never learned from"))
        self.figures[2].setToolTip(
            self.tr("Only the test has these items; who learns from interactions cannot find them")
        )

    def _remarks(self, name: str, facts: dict[str, Any], *, has_times: bool) -> list[tuple[str, str]]:
        found = [self._leak(facts["leaked"])]
        left = facts["users"] - facts["test_users"]
        if left:
            sentence = self.tr("{n:,} users are not judged: they have nothing in the test, and only help to learn.")
            found.append(("info", sentence.format(n=left)))
        if facts["cold_users"]:
            sentence = self.tr("{n:,} judged users have no history: all an algorithm can give them is what is popular.")
            found.append(("warn", sentence.format(n=facts["cold_users"])))
        if name == "last-n" and not has_times:
            found.append(("warn", self.tr("The data has no times: “last” means last in the file.")))
        equal = facts.get("equal_times")
        if name == "last-n" and equal is not None and equal > MANY_EQUAL:
            sentence = self.tr(
                "{share:.0f} % of interactions have the very time of the one before: there, the file's order decides."
            )
            found.append(("warn", sentence.format(share=100 * equal)))
        found += self._apart(facts)
        if not facts["validation"]:
            found.append(("info", self.tr("Without validation nothing tells which epoch is best: the last one stays.")))
        return found

    def _apart(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        """What is in none of the three parts, and whether the test lies behind all that is learned from."""
        found = []
        if facts.get("shown"):
            sentence = self.tr("{n:,} interactions are shown of people who are judged, and not learned from.")
            found.append(("info", sentence.format(n=facts["shown"])))
        if facts.get("unused"):
            sentence = self.tr("{n:,} interactions take no part: they are behind the test, or of nobody known.")
            found.append(("info", sentence.format(n=facts["unused"])))
        if facts.get("learned_later"):
            sentence = self.tr("{n:,} interactions that are learned from are later than hidden ones.")
            found.append(("error", sentence.format(n=facts["learned_later"])))
        elif facts.get("test_starts"):
            sentence = self.tr("The test begins at {time} (UTC); nothing is learned from what came later.")
            found.append(("ok", sentence.format(time=facts["test_starts"])))
        return found

    def _leak(self, leaked: int) -> tuple[str, str]:
        if not leaked:
            return "ok", self.tr("Nothing hidden is shown: no test interaction is in a history.")
        sentence = self.tr(
            "{n:,} test interactions are in the histories as well, so that the test is too easy. Take them out of one file."
        )
        return "error", sentence.format(n=leaked)

    def _show_remarks(self, remarks: list[tuple[str, str]]) -> None:
        for one, remark in zip(self.remarks, [*remarks, *[None] * MOST_REMARKS], strict=False):
            one.setVisible(remark is not None)
            if remark is not None:
                one.show_remark(*remark)


class Choices(QWidget):
    """The ways to split, one below the other; the arrow keys move along them."""

    def __init__(self, choices: list[SplitChoice]) -> None:
        super().__init__()
        self.all = choices
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for one in choices:
            column.addWidget(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        able = [one for one in self.all if one.isEnabled()]
        current = next((one for one in able if one.hasFocus()), None)
        if step and current is not None:
            other = able[(able.index(current) + step) % len(able)]
            other.setFocus()
            other.click()
            return
        super().keyPressEvent(event)


class SplitPage(Page):
    """How the data is divided."""

    name, title, icon, order = "split", "Split", "split", 3

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.splits = all_splits()
        self._current = ""
        self._asked: Wanted | None = None
        self._known: Wanted | None = None
        self._task: Task | None = None
        self._answering = self._behind = False
        self._trouble = ""
        self.primary = QAction(self.tr("Choose an algorithm →"), self)
        self.primary.triggered.connect(self._go_on)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._ask)
        self._build()
        session.data_changed.connect(self._catch_up)
        session.split_changed.connect(self._follow)
        self._catch_up()

    def _build(self) -> None:
        known = [name for name in ORDER if name in self.splits]
        names = [*known, *(name for name in self.splits if name not in known)]
        self.choices = {name: SplitChoice(name, self._title(name), "") for name in names}
        for one in self.choices.values():
            one.clicked.connect(self._chosen)
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
        scroll = QScrollArea()
        scroll.setWidget(left)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        left.setAutoFillBackground(False)
        scroll.setFixedWidth(LEFT)
        self.outcome = Outcome()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(scroll)
        row.addWidget(self.outcome, 1)
        self.empty = EmptyState(
            "split",
            self.tr("A split hides some interactions, so that lists can be judged by them."),
            self.tr("Open a ratings file"),
            more=self.tr("There is no data yet to divide."),
        )
        self.empty.button.clicked.connect(self._to_data)
        self.stack = QStackedWidget()
        for one in (self.empty, whole):
            self.stack.addWidget(one)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        """The split in two words, such as "last 1"; "filtered" where there are filters: there is no room for both."""
        say = QCoreApplication.translate
        if session.data is None:
            return "", say("SplitPage", "Open a ratings file first")
        split = session.split
        if split is None:
            return "", ""
        words = cls._short(split["name"], split.get("settings") or {})
        return (say("SplitPage", "filtered") if session.filters else words), ""

    @staticmethod
    def _short(name: str, settings: dict[str, Any]) -> str:
        say = QCoreApplication.translate
        fields = getattr(all_splits().get(name), "model_fields", {})
        chosen = {**{key: one.default for key, one in fields.items()}, **settings}
        if name == "last-n":
            return say("SplitPage", "last {n}").format(n=chosen["n"])
        if name == "random":
            return say("SplitPage", "random {share:.0f} %").format(share=100 * chosen["test"])
        if name == "k-fold":
            return say("SplitPage", "part {n} of {all}").format(n=chosen["fold"] + 1, all=chosen["k"])
        if name == "time-series":
            return say("SplitPage", "window {n} of {all}").format(n=chosen["fold"] + 1, all=chosen["windows"])
        plain = {
            "time": say("SplitPage", "time cut"),
            "held-out-users": say("SplitPage", "held-out users"),
            "files": say("SplitPage", "own files"),
        }
        return plain.get(name, name)

    # Choosing ------------------------------------------------------------------------------------------------------

    def _title(self, name: str) -> str:
        own = {
            "last-n": self.tr("Last of each user"),
            "random": self.tr("Random"),
            "time": self.tr("Time cut"),
            "time-series": self.tr("Time windows"),
            "held-out-users": self.tr("Held-out users"),
            "k-fold": self.tr("k-fold"),
            "files": self.tr("My own files"),
        }
        return own.get(name, self.splits[name].title)

    def _sentence(self, name: str) -> str:
        if name == "files" and not self._has_parts():
            return self.tr("Needs a test file beside the ratings: offer both at once on the page Data.")
        if name in BY_TIME and not self._has_times():
            return self.tr("Needs times: the data has none.")
        own = {
            "last-n": self.tr("Hides each user's newest interactions and learns from those before: what comes next?"),
            "random": self.tr(
                "Hides interactions by chance, whoever they belong to: the usual test of predicted ratings."
            ),
            "time": self.tr("Hides what everybody did from one day on, and learns from before: as it is in real use."),
            "time-series": self.tr("Several cuts one after another: does a good figure hold as time goes on?"),
            "held-out-users": self.tr("Keeps some people out of learning, and judges by a part of what they did."),
            "k-fold": self.tr(
                "Deals everything into k parts, each the test of one run: every interaction is hidden once."
            ),
            "files": self.tr(
                "Learns from your training file and judges by your test file: to compare with others' figures."
            ),
        }
        return own.get(name, first_sentence(self.splits[name]))

    def _can(self, name: str) -> bool:
        """Whether the data has what a split needs."""
        return self._has_parts() if name == "files" else name not in BY_TIME or self._has_times()

    def _has_times(self) -> bool:
        return self.session.data is not None and self.session.data.time is not None

    def _has_parts(self) -> bool:
        return self.session.data is not None and self.session.data.part is not None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._catch_up()

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
        for name, one in self.choices.items():
            one.setEnabled(self._can(name))
            one.set_sentence(self._sentence(name))
        self._asked = self._known = None
        self._trouble = ""
        self.outcome.show_nothing("")
        if session.data is None:
            self._refresh()
            return
        self.filters.set_recipe(session.filters)
        split = session.split or {"name": "last-n", "settings": {}}
        self._show(split["name"], split.get("settings") or {})
        self._ask()

    @Slot()
    def _follow(self) -> None:
        """The split was changed elsewhere."""
        split = self.session.split
        if split is None or self.session.data is None:
            return
        if self._answering:
            return  # it is this page that changes both
        if not self.isVisible():
            self._behind = True
            return
        alike = _alike(self.session.filters, self.filters.recipe())
        if not alike:
            self.filters.set_recipe(self.session.filters)
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
        name = next(name for name, one in self.choices.items() if one.isChecked())
        if name != self._current:
            self._show(name, {})
            self._ask()

    @Slot()
    def _edited(self) -> None:
        if self._current:
            self._refresh()
            self._soon.start()

    def _settings(self) -> dict[str, Any]:
        return self.form.changed_values()

    def _valid(self) -> bool:
        return self.form.valid and self.filters.valid

    def _wanted(self) -> Wanted:
        folder = self.session.project.data_folder if self.session.project is not None else None
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
            self.session.submit(
                "filter",
                {"data": folder, "filters": filters},
                title=self.tr("Filtering the data"),
                done=self._counted,
                failed=self._not_counted,
            )
        args = {"data": folder, "name": name, "settings": settings, "filters": filters}
        self._task = self.session.submit(
            "split", args, title=self.tr("Dividing the data"), done=self._answered, failed=self._refused
        )
        self._task.finished.connect(self._finished)
        self._refresh()

    @Slot(object)
    def _counted(self, facts: dict[str, Any]) -> None:
        if self._asked is not None and self._asked[3] == self.filters.recipe():
            self.filters.show_facts(facts)

    @Slot(str, str)
    def _not_counted(self, _sentence: str, _details: str) -> None:
        self.filters.show_nothing()  # the split fails for the same reason, and says it

    @Slot(object)
    def _answered(self, facts: dict[str, Any]) -> None:
        if self._behind or self._asked != self._wanted() or self.session.data is None:
            return
        self._known = self._asked
        self.outcome.show_facts(self._current, facts, has_times=self.session.data.time is not None)
        self.set_facts(facts["words"])
        _, name, settings, filters = self._asked
        self._answering = True
        if not _alike(filters, self.session.filters):
            self.session.set_filters(filters)
        if not self._same(self.session.split, name, settings):
            self.session.set_split(name, settings)
        self._answering = False

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
            self.set_facts("")
        reason = self._reason()
        self.primary.setVisible(self.session.data is not None)
        self.primary.setEnabled(not reason)
        self.primary.setToolTip(reason)

    def _reason(self) -> str:
        """Why one cannot go on; empty where one can."""
        if self.session.data is None:
            return self.tr("Open a ratings file first")
        if not self._valid():
            return self.tr("A setting is out of its range.")
        if self._trouble:
            return self._trouble
        return "" if self._known == self._wanted() else self.tr("Dividing the data…")

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


if __name__ == "__main__":
    preview(SplitPage)
