"""What a split does to the data: how much lands where, what to mind, and some users as an example."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.split.split_pictures import ShareBar, Swatch, UserRows
from workbench.app.widgets.amounts import several
from workbench.app.widgets.basic import Card, Elided, Figure, Picture, Text
from workbench.app.widgets.theme import GRID, HEADING, SMALL
from workbench.evaluation.leaks import CAUTIONS

MANY_EQUAL = 0.05  # share of equal times from which the order is worth a warning
MOST_REMARKS = 8


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
        self.title.setText(self.tr("Result of the split"))
        self.setAccessibleName(self.title.text())
        self.body.setSpacing(12)
        self.bar = ShareBar(self.tr("Shares of training, validation and test"))
        self.add(self.bar)
        titles = (self.tr("Training: to learn"), self.tr("Validation: to tune"), self.tr("Test: to evaluate"))
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
        for remark in self.remarks:
            self.add(remark)
        self.caption = Text("", SMALL, "muted")
        self.add(self.caption)
        self.users = UserRows(self.tr("Interactions of some users, in order"))
        self.add(self.users, 1)
        self.show_nothing("")

    def show_busy(self) -> None:
        """Say that figures of another choice are on their way; those shown stay until then."""
        self.hint.set_text(self.tr("splitting…"))

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

    def show_answer(self, answer: dict[str, Any], *, has_times: bool) -> None:
        """Show the answer of the job ``split``."""
        self.hint.set_text("")
        sizes = [answer["train"], answer["validation"], answer["test"]]
        # What is in no part (users too small to be divided are in training) would be missing here; it is not.
        total = max(1, sum(sizes))
        words = self.tr("training {a:,}, validation {b:,}, test {c:,}").format(a=sizes[0], b=sizes[1], c=sizes[2])
        self.bar.set_sizes(sizes, words)
        for part, size in zip(self.parts, sizes, strict=True):
            part.show_size(size, total)
        self._show_figures(answer)
        self._show_remarks(self._remarks(answer, has_times=has_times))
        rows = answer.get("picture") or []
        order = self.tr("newest on the right") if has_times else self.tr("in file order")
        self.caption.setText(
            self.tr("Interactions of some users, one user per line, {order}").format(order=order) if rows else ""
        )
        self.users.set_rows(rows)
        self.users.setAccessibleDescription(words)

    def _show_figures(self, answer: dict[str, Any]) -> None:
        users, items, cold = self.figures
        users.set(f"{answer['test_users']:,}", self.tr("test users of {n:,}").format(n=answer["users"]))
        items.set(f"{answer['test_items']:,}", self.tr("different test items"))
        cold.set(f"{answer['cold_items']:,}", self.tr("of them not in training"))
        self.figures[2].setToolTip(self.tr("Algorithms that learn from interactions cannot recommend these items"))

    def _remarks(self, answer: dict[str, Any], *, has_times: bool) -> list[tuple[str, str]]:
        leaks = {leak["name"]: leak["sentence"] for leak in answer["leaks"]}
        found = [("warn" if name in CAUTIONS else "error", sentence) for name, sentence in leaks.items()] or [
            ("ok", self.tr("No leak found in this split."))
        ]
        left = answer["users"] - answer["test_users"]
        if left:
            one = self.tr("1 user has no test interactions: it is used for training only.")
            more = self.tr("{n:,} users have no test interactions: they are used for training only.")
            found.append(("info", several(left, one, more)))
        if answer["cold_users"]:
            one = self.tr("1 test user has no history: algorithms can only offer popular items.")
            more = self.tr("{n:,} test users have no history: algorithms can only offer them popular items.")
            found.append(("warn", several(answer["cold_users"], one, more)))
        if answer["by_order"] and not has_times:
            found.append(("warn", self.tr("The data has no times: “last” means last in the file.")))
        equal = answer.get("equal_times")
        told = "last-by-file-order" in leaks
        if answer["by_order"] and not told and equal is not None and equal > MANY_EQUAL:
            sentence = self.tr(
                "{share:.0f} % of interactions have the same time as the one before, so file order decides there."
            )
            found.append(("warn", sentence.format(share=100 * equal)))
        found += self._apart(answer)
        if not answer["validation"]:
            found.append(("info", self.tr("Without validation the best epoch is not known: the last one is kept.")))
        return found

    def _apart(self, answer: dict[str, Any]) -> list[tuple[str, str]]:
        """What is in none of the three parts, and whether the test lies behind all that is learned from."""
        found = []
        if answer.get("shown"):
            one = self.tr("1 interaction is the history of a test user: used for scoring, not for training.")
            more = self.tr("{n:,} interactions are the history of test users: used for scoring, not for training.")
            found.append(("info", several(answer["shown"], one, more)))
        if answer.get("unused"):
            one = self.tr("1 interaction is not used: it comes after the test, or has no known user or item.")
            more = self.tr("{n:,} interactions are not used: they come after the test, or have no known user or item.")
            found.append(("info", several(answer["unused"], one, more)))
        if answer.get("test_starts") and not any(leak["name"] == "future-in-training" for leak in answer["leaks"]):
            sentence = self.tr("The test begins at {time} (UTC); training uses nothing later.")
            found.append(("ok", sentence.format(time=answer["test_starts"])))
        return found

    def _show_remarks(self, remarks: list[tuple[str, str]]) -> None:
        for entry, remark in zip(self.remarks, [*remarks, *[None] * MOST_REMARKS], strict=False):
            entry.setVisible(remark is not None)
            if remark is not None:
                entry.show_remark(*remark)
