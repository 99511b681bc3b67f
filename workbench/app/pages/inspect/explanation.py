"""Why an item has its place: what each interaction of the history adds, and what happens without it."""

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.tables.column import FRACTION, Column, numbers
from workbench.app.tables.item_delegates import INK, TALL, InkDelegate, PartDelegate, TitleDelegate
from workbench.app.tables.item_tables import always, digits_for, finite, lay_columns, line, title_column
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.basic import Button, Elided, Text
from workbench.app.widgets.theme import GRID, ROW_HEIGHT, SMALL
from workbench.insight.asked_list import AskedList

LATE = 400  # milliseconds without an answer until the panel says that it is waiting
Json = dict[str, Any]


class Reasons(QWidget):
    """The panel; `ask` fills it. Nothing moves while it waits: what was there goes, and its room stays."""

    opened = Signal(str)
    """An item of the history that was opened."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._asked: Json | None = None
        self._ordered = False
        self._folder = ""
        self._question = Latest(session, "explain", self)
        self._question.answered.connect(self._show)
        self._question.failed.connect(self._fail)
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._say_late)
        self._faith = Latest(session, "faithfulness", self)
        self._faith.answered.connect(self._show_faith)
        self._faith.failed.connect(self._fail_faith)
        self._build()
        self.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.title = Elided("", bold=True)
        self.sentence = Text("", wrap=True)
        self.how = Text("", SMALL, "muted", wrap=True)
        for label, lines in ((self.sentence, 3), (self.how, 2)):
            label.setMinimumHeight(lines * label.fontMetrics().lineSpacing() + 2)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setContentsMargins(0, 0, GRID, 0)
        self.table = TableView("")
        self.table.setAccessibleName(self.tr("Reasons"))
        self.table.row_opened.connect(self._open)
        self._titles, self._parts, self._inks = (
            TitleDelegate(self.table),
            PartDelegate(self.table),
            InkDelegate(self.table),
        )
        for widget in (self.title, self.sentence, self.how):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 4, GRID, 0)
        self.check = Button(self.tr("Check"), tip=self.tr("Remove the top reason for 30 users and measure the effect"))
        self.check.setAccessibleName(self.tr("Check the reasons"))
        self.check.clicked.connect(self._check)
        self.faith = Text("", SMALL, "muted", wrap=True)
        self.faith.setMinimumHeight(2 * self.faith.fontMetrics().lineSpacing() + 2)
        foot.addWidget(self.faith, 1)
        foot.addWidget(self.check)
        column.addLayout(foot)

    def hasHeightForWidth(self) -> bool:
        """Not so: for words of a line more, Qt would ask for the table at its best height, and the page would scroll."""
        return False

    # Asking --------------------------------------------------------------------------------------------------------

    def set_run(self, info: RunInfo) -> None:
        """Say how far the reasons of this run can be trusted, where that was measured already."""
        if str(info.folder) == self._folder:
            return
        self._folder = str(info.folder)
        self._faith.forget()
        self.check.setEnabled(True)
        self.faith.setText(self.tr("Whether these reasons hold has not been checked for this run yet."))
        if (info.folder / "faithfulness.json").exists():
            self._check()

    def ask(self, listed: AskedList, item: Json) -> None:
        """Ask why `item` has its place in a list."""
        asked: Json = {"run": listed.run, "user": listed.user, "item": item["item"]}
        if listed.history is not None:
            asked["history"] = listed.history
        if listed.changes:
            asked["changes"] = listed.changes.model_dump()
        if self._asked == asked and self._ordered == bool(listed.order):
            return
        self._asked, self._ordered = asked, bool(listed.order)
        self.title.set_text(self._heading(item))
        self._empty("", "")
        self._question.ask(asked)
        self._late.start()

    def clear(self) -> None:
        """Show what could be here."""
        self._asked = None
        self._late.stop()
        self._question.forget()
        self.title.set_text(self.tr("Why this list?"))
        self._empty(self.tr("Choose a recommendation on the right to see the reasons for it."), "")

    def _empty(self, sentence: str, how: str) -> None:
        self.sentence.setText(sentence)
        self.how.setText(how)
        self.items: list[Json] = []
        lay_columns(self.table, [], [], 0, ROW_HEIGHT)

    def _heading(self, item: Json) -> str:
        name = line(item.get("title") or item["item"])
        return self.tr("Why {title}").format(title=name)

    @Slot()
    def _say_late(self) -> None:
        self.sentence.setText(self.tr("Calculating what changes without each interaction…"))

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._late.stop()
        self._asked = None
        self._empty(sentence, "")

    # What is shown -------------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._late.stop()
        self.items = reasons = answer.get("reasons", [])
        sentence = self._sentence(answer)
        self.sentence.setText(self.tr("Before reordering: {why}").format(why=sentence) if self._ordered else sentence)
        self.how.setText(self._how(answer) if reasons else "")
        parts = np.array([finite(reason["contribution"]) for reason in reasons], float)
        largest = float(np.nanmax(np.abs(parts))) if np.isfinite(parts).any() else 1.0
        adds = numbers(self.tr("adds"), parts, digits_for(parts.tolist()), tip=self.tr("What it adds to the score"))
        adds.right = False  # the head stands over the bar
        adds.extra = {FRACTION: lambda row: None if np.isnan(parts[row]) else float(parts[row]) / (largest or 1.0)}
        rank = answer.get("rank")
        moves = [
            "–"
            if reason.get("rank_without") is None
            else self.tr("{rank} → {then}").format(rank=rank, then=f"{reason['rank_without']:,}")
            for reason in reasons
        ]
        without = Column(
            self.tr("without it"), lambda rows: [moves[row] for row in rows.tolist()],
            lambda: np.array([reason.get("rank_without") or 0 for reason in reasons], np.int64), right=True,
            tip=self.tr("Rank of the recommendation without this interaction"),
            extra={INK: partial(always, "text")},
        )  # fmt: skip
        columns, widths = [title_column(self.tr("title"), reasons), adds, without], [0, 15 * GRID, 12 * GRID]
        delegates = [self._titles, self._parts, self._inks]
        if any(reason.get("attention") is not None for reason in reasons):
            shares = [100 * finite(reason.get("attention")) for reason in reasons]
            look = numbers(
                self.tr("attention"), shares, 0, " %", tip=self.tr("Attention that the model pays to this interaction")
            )
            look.extra = {INK: partial(always, "muted")}
            columns.append(look)
            widths.append(10 * GRID)
            delegates.append(self._inks)
        tall = any(reason.get("genres") for reason in reasons)
        lay_columns(self.table, columns, widths, len(reasons), TALL if tall else ROW_HEIGHT)
        for place, delegate in enumerate(delegates):
            self.table.setItemDelegateForColumn(place, delegate)

    def _sentence(self, told: Json) -> str:
        learned, words = told.get("rank_learned", told["rank"]), self._strongest(told)
        if learned == told["rank"] or not told.get("reasons"):
            return words
        # The list uses what was learned of this user; what happens without an interaction, only a history can tell.
        apart = self.tr(
            "Rank {learned} also uses what training learned about this user; the history alone gives rank {rank}. {then}"
        )
        return apart.format(learned=learned, rank=told["rank"], then=words)

    def _strongest(self, told: Json) -> str:
        if told["how"] == "popularity":
            return self.tr(
                "Nothing is known of this user, so the list is of the most popular items: {n:,.0f} users chose this one."
            ).format(n=told["chosen_by"])
        if told["how"] == "filler":
            return self.tr(
                "Nothing links this item to the user's history, so it is here for being popular: {n:,.0f} users chose it."
            ).format(n=told["chosen_by"])
        asked = [reason for reason in told.get("reasons", []) if reason.get("rank_without")]
        if not asked:
            return self.tr("There is no history, so this rank is not personal: any new user would get the same.")
        worst = max(asked, key=lambda one: (one["rank_without"], one["contribution"]))
        if worst["rank_without"] <= told["rank"]:
            return self.tr(
                "No single interaction is decisive: without any one of them the rank stays at {rank} or improves."
            ).format(rank=told["rank"])
        words = self.tr("Without “{title}” the rank drops from {rank} to {then}.")
        name = line(worst.get("title") or worst["item"], 80)
        return words.format(title=name, rank=told["rank"], then=f"{worst['rank_without']:,}")

    def _how(self, told: Json) -> str:
        parts = [told["score"], told["base"]]
        digits = max(2, digits_for([finite(part) for part in parts]))
        score, base = (f"{round(finite(part), digits) + 0.0:.{digits}f}" for part in parts)
        if told["how"] == "sum":
            words = self.tr(
                "Exact: the contributions below and {base} that is the same for all users add up to the score {score}."
            ).format(base=base, score=score)
        else:
            words = self.tr(
                "Approximate: how much of its lead over the other top items the score {score} loses "
                "without each interaction."
            ).format(score=score)
        return f"{words} {self._spoken(told)}".rstrip()

    def _spoken(self, told: Json) -> str:
        """What words, people and each kind of vectors add, where there are vectors to be told from the others."""
        spoken = {name: finite(value) for name, value in (told.get("spoken") or {}).items()}
        if not set(spoken) - {"people", "words"}:
            return ""
        digits = max(2, digits_for(list(spoken.values())))
        names = {"people": self.tr("people"), "words": self.tr("words")}
        parts = [f"{names.get(name, name)} {value:+.{digits}f}" for name, value in spoken.items()]
        return self.tr("By what is known of the item: {parts}.").format(parts=", ".join(parts))

    @Slot(int)
    def _open(self, row: int) -> None:
        self.opened.emit(self.items[row]["item"])

    # Whether they are the reasons ------------------------------------------------------------------------------------

    @Slot()
    def _check(self) -> None:
        self.check.setEnabled(False)
        self.faith.setText(self.tr("Removing the top reason for 30 users…"))
        self._faith.ask({"run": self._folder})

    @Slot(object, object)
    def _show_faith(self, asked: Json, told: Json) -> None:
        if not told.get("users"):
            self.faith.setText(self.tr("This cannot be checked: no user has two interactions."))
            return
        words = self.tr(
            "Checked with {n} users: removing the top reason moves an item from rank {before:.0f} to {top:.1f} "
            "on average, removing a random one to {other:.1f}."
        )
        told_of = {"before": told["before"], "top": told["top"], "other": told["random"]}
        self.faith.setText(words.format(n=told["users"], **told_of))
        self.faith.set_ink("muted" if told["top"] >= told["random"] else "warn")

    @Slot(object, str, str)
    def _fail_faith(self, asked: Json, sentence: str, details: str) -> None:
        self.check.setEnabled(True)
        self.faith.setText(sentence)
