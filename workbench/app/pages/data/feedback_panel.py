"""What an event is worth, in a line that unfolds to a small table: guessed, and corrected by whoever knows better."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.data.feedback_row import FeedbackRow
from workbench.app.widgets import icons
from workbench.app.widgets.basic import Button, Elided
from workbench.app.widgets.choice import Choice
from workbench.app.widgets.theme import GRID, SMALL
from workbench.data.feedback.rules import Feedback
from workbench.data.feedback.table import feedback_of, rows_of
from workbench.data.importing.feedback import guess_feedback
from workbench.data.importing.roles import Columns
from workbench.data.reading.first_rows import Preview

Json = dict[str, Any]
ACROSS = 3


class FeedbackPanel(QWidget):
    """`changed` tells that `value` is another; `rating_wanted` asks for a column to be the rating (-1: none)."""

    changed = Signal()
    rating_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._seen: Preview | None = None
        self._feedback: list[Feedback] = []
        self._column: int | None = None
        self._rating: int | None = None
        self.rows: list[FeedbackRow] = []
        self.fold = Button(
            self.tr("What an event is worth"),
            "quiet",
            icon="chevron-right",
            tip=self.tr("Which events are likes, which were merely seen"),
        )
        self.fold.setCheckable(True)
        self.summary = Elided("", SMALL, "muted")
        self.which = Choice(self.tr("Told by the column"), {})
        self.which.box.setMinimumContentsLength(20)
        words = self.tr(
            "Values without a line were merely seen. Only likes and weights are learned and count as hits; what was seen "
            "is not recommended again."
        )
        self.rest = Elided(words, SMALL, "faint")
        self.body = QWidget()
        self._lay_out()
        self.fold.toggled.connect(self._unfold)
        self.which.chosen.connect(self._choose_column)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.fold)
        head.addWidget(self.summary, 1)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(3 * GRID)
        self.grid.setVerticalSpacing(GRID // 2)
        for at in range(ACROSS):
            self.grid.setColumnStretch(at, 1)
        below = QVBoxLayout(self.body)
        below.setContentsMargins(GRID, 0, GRID, GRID)
        below.setSpacing(GRID)
        row = QHBoxLayout()
        row.addWidget(self.which)
        row.addStretch(1)
        below.addLayout(row)
        below.addLayout(self.grid)
        below.addWidget(self.rest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.body)
        self.body.hide()
        self.hide()

    # What is shown -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin with another file."""
        self._seen, self._feedback, self._column, self._rating = None, [], None, None
        self.hide()

    def take(self, seen: Json, rating: int | None) -> None:
        """Take the answer of the job ``preview``: what was guessed, or how the last file of this shape was read."""
        self._seen = Preview(names=seen["names"], rows=seen["rows"], format=seen["format"])
        before = seen.get("remembered")
        told = (before["recipe"] if before else seen).get("feedback") or []
        self._feedback = [Feedback.model_validate(each) for each in told]
        self._rating = rating
        self._column = self._position(self._feedback[0].column) if len(self._feedback) == 1 else None
        self._offer()

    def follow(self, given: dict[int, str], *, wide: bool) -> None:
        """Follow the roles of the columns: another rating is worth something else."""
        rating = next((at for at, role in given.items() if role == "rating"), None)
        self.setVisible(self._seen is not None and not wide and {"user", "item"} <= set(given.values()))
        if self._seen is None or rating == self._rating:
            return
        told_by_rating = self._column in (None, self._rating)
        self._rating = rating
        if told_by_rating or rating is not None:
            self._guess(rating)

    def _guess(self, column: int | None) -> None:
        self._column, self._feedback = column, []
        if column is not None and self._seen is not None:
            named = Columns(user=0, item=0, rating=self._name(column))
            self._feedback = guess_feedback(self._seen, named, others=False).feedback
        self._offer()

    def _offer(self) -> None:
        """Offer the columns that may tell it, and show the rows of the one that does."""
        names = self._seen.names if self._seen is not None else []
        self.which.set_choices(
            {self.tr("nothing: each row is a choice"): -1} | {name: at for at, name in enumerate(names)}
        )
        self.which.show_value(-1 if self._column is None or not self._feedback else self._column)
        self._show_rows()
        self._sum_up()

    def _show_rows(self) -> None:
        for row in self.rows:
            self.grid.removeWidget(row)
            row.deleteLater()
        self.rows = []
        if self._column is None or self._seen is None or self.which.value() == -1:
            return
        feedback = self._feedback[0] if self._feedback else None
        for at, row in enumerate(rows_of(feedback, self._seen.column(self._column))):
            made = FeedbackRow(row)
            made.edited.connect(self._edit)
            self.grid.addWidget(made, at // ACROSS, at % ACROSS)
            self.rows.append(made)

    def _sum_up(self) -> None:
        if not self._feedback:
            self.summary.set_text(self.tr("each row is a choice, and all count alike"))
            return
        told = (
            self.tr("{column}: {rules}").format(column=self._title(each), rules=self._words(each))
            for each in self._feedback
        )
        self.summary.set_text("; ".join(told))

    def _title(self, feedback: Feedback) -> str:
        at = self._position(feedback.column)
        return str(feedback.column) if at is None or self._seen is None else self._seen.names[at]

    def _words(self, feedback: Feedback) -> str:
        return ", ".join([row.words() for row in self.rows] or feedback.written())

    @Slot(bool)
    def _unfold(self, wide: bool) -> None:
        self.body.setVisible(wide)
        icons.bind(self.fold, "chevron-down" if wide else "chevron-right", "muted")

    # What a person changes -----------------------------------------------------------------------------------------

    @Slot()
    def _choose_column(self) -> None:
        chosen = int(self.which.value())
        if chosen < 0:
            self._feedback = []
            self._show_rows()
        else:
            self._guess(chosen)
            self._column = chosen
            self.which.show_value(chosen)
            self._show_rows()
            if not self._feedback:
                self._edit()
            numeric = bool(self._feedback) and not self._feedback[0].is_text
            if numeric and chosen != self._rating:
                self._rating = chosen
                self.rating_wanted.emit(chosen)
        self._sum_up()
        self.changed.emit()

    def say(self, column: int | None, rules: str) -> None:
        """Take rules for a column, as a doubt proposes them."""
        if column is None or self._seen is None:
            return
        self._column, self._feedback = column, [Feedback.parse(self._name(column), rules)]
        self._offer()
        self.changed.emit()

    @Slot()
    def _edit(self) -> None:
        found = feedback_of(self._name(self._column or 0), [row.row for row in self.rows])
        self._feedback = [found] if found is not None else []
        self._sum_up()
        self.changed.emit()

    # What follows from it ------------------------------------------------------------------------------------------

    def value(self) -> list[Json]:
        """For the recipe."""
        return [each.model_dump() for each in self._feedback]

    @property
    def is_rating(self) -> bool:
        """Whether ratings stay beside what events are worth: all but where another column tells it."""
        return not self._feedback or [self._position(each.column) for each in self._feedback] == [self._rating]

    def _name(self, column: int) -> str | int:
        assert self._seen is not None
        name = self._seen.names[column]
        return name if self._seen.format.header and self._seen.names.count(name) == 1 else column

    def _position(self, column: str | int) -> int | None:
        names = self._seen.names if self._seen is not None else []
        if column in names:
            return names.index(str(column))
        return column if isinstance(column, int) and column < len(names) else None
