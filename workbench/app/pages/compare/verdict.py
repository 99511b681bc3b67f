"""Whether the selected runs differ: the verdict in words, tested by user outside the window."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title, tested
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Elided, Text
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.evaluation.significance import Difference
from workbench.evaluation.verdict import Verdict, verdict_of
from workbench.metrics import all_metrics, metric_title

Json = dict[str, Any]
PAIR = 2  # runs
MAX_RUNS = 8  # runs that are held against each other, which makes 28 pairs; more take seconds and say less
KEPT = 64  # answers
SHORT = 40  # letters of a name in a sentence


def pair_verdict(names: Mapping[str, str], pair: Json, metric: str) -> Verdict:
    """One pair of the job ``compare`` in words; `names` says what each run is called."""
    found = Difference(**{field.name: pair[field.name] for field in fields(Difference)})
    a, b = (names.get(pair[side], pair[side]) for side in ("a", "b"))
    return verdict_of(found, a, b, metric, tr=partial(translate, "Verdict"))


def answer_verdicts(names: Mapping[str, str], answer: Json) -> tuple[Verdict | None, list[Verdict]]:
    """The answer of the job ``compare``: the best run against the next best, and every pair."""
    metric, pairs, means = answer["metric"], answer["pairs"], answer["runs"]
    every = [pair_verdict(names, pair, metric) for pair in pairs]
    order = sorted(means, key=lambda one: means[one], reverse=answer["higher_is_better"] is not False)
    best = set(order[:PAIR])
    return next(
        (said for said, verdict in zip(every, pairs, strict=True) if {verdict["a"], verdict["b"]} == best), None
    ), every


def details_of(verdict: Verdict) -> str:
    """What lies behind the sentence: how large it is, how sure, and by which test."""
    return " · ".join(filter(None, [verdict.extent.rstrip("."), *verdict.evidence]))


def _when(info: RunInfo, metric: str) -> tuple[Any, ...]:
    """What tells one test of a run from another."""
    return (info.evaluation or {}).get("at"), tested(info, metric)[0]


class VerdictLines(QWidget):
    """Two quiet lines of one height under the table, whatever they say."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._latest = Latest(session, "compare", self)
        self._latest.answered.connect(self._hear)
        self._latest.failed.connect(self._fail)
        self._answers: dict[tuple[Any, ...], Json] = {}
        self._shown: tuple[Any, ...] | None = None
        self._names: dict[str, str] = {}
        self._every: list[Verdict] = []
        self.sentence, self.details = Elided("", ink="muted"), Elided("", SMALL, "muted")
        self.all_pairs = Button("", "quiet", tip=self.tr("The verdict on each pair"))
        self.all_pairs.clicked.connect(self._open)
        self.all_pairs.hide()
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self.sentence)
        lines.addWidget(self.details)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.addLayout(lines, 1)
        row.addWidget(self.all_pairs)
        self.setFixedHeight(5 * GRID)

    def show_runs(
        self, chosen: Sequence[RunInfo], metric: str, *, others: int = 0, everyone: Sequence[RunInfo] = ()
    ) -> None:
        """Say whether these runs differ, which may be compared.

        Parameters
        ----------
        others
            How many were chosen too and may not be compared.
        everyone
            All runs of the project: with each that is tested, p is corrected for more pairs.
        """
        runs = [info for info in chosen if tested(info, metric)[0] is not None][:MAX_RUNS]
        self._names = {info.folder.name: short_title(info)[:SHORT] for info in runs}
        family = hash(tuple((info.id, *_when(info, metric)) for info in everyone))
        asked = (metric, others, len(chosen), family, *((info.title, info.id, *_when(info, metric)) for info in runs))
        if asked == self._shown:
            return
        self._shown = asked
        if len(runs) < PAIR:
            self._latest.forget()
            self._say(self._why_not(len(chosen), len(runs), others))
            return
        known = all_metrics().get(metric.partition("@")[0])
        if known is not None and known.kind == "catalogue":
            self._latest.forget()
            title = metric_title(metric)
            self._say(
                self.tr("{metric} is one value for all lists, so it cannot be tested user by user").format(metric=title)
            )
            return
        if self._key() in self._answers:
            self._latest.forget()
            self._show(self._answers[self._key()])
            return
        self._say(self.tr("Comparing {n} runs user by user…").format(n=len(runs)))
        self._latest.ask({"runs": [str(info.folder) for info in runs], "metric": metric})

    def words(self) -> tuple[str, str]:
        """What it says: the sentence, and what lies behind it."""
        return self.sentence.full_text(), self.details.full_text()

    def _why_not(self, chosen: int, tested_runs: int, others: int) -> str:
        if chosen + others < PAIR:
            return self.tr("Select two tested runs to see whether their difference is more than chance")
        if chosen < PAIR:
            return self.tr("The selected runs have different protocols or data, so their numbers are not compared")
        if tested_runs:
            return self.tr("Only one of the selected runs was tested with this metric")
        return self.tr("None of the selected runs was tested with this metric")

    def _key(self) -> tuple[Any, ...]:
        """What an answer depends on; names do not change it."""
        shown = self._shown or ("", 0, 0, 0)
        return shown[0], shown[3], *(entry[1:] for entry in shown[4:])

    @Slot(object, object)
    def _hear(self, _asked: Json, answer: Json) -> None:
        if len(self._answers) >= KEPT:
            self._answers.clear()
        self._answers[self._key()] = answer
        self._show(answer)

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self._say(self.tr("The comparison failed"), sentence)

    def _show(self, answer: Json) -> None:
        try:
            best, every = answer_verdicts(self._names, answer)
        except (KeyError, TypeError, ValueError):
            self._say(self.tr("The comparison failed"))
            return
        if best is None:
            self._say(self.tr("These runs cannot be compared."), "", every)
            return
        details = details_of(best)
        if len(every) > 1:
            more = sum(verdict.more_than_chance for verdict in every)
            words = self.tr("{k} of {n} pairs differ by more than chance").format(k=more, n=len(every))
            details = f"{words} · {details}"
        if self._shown is not None and self._shown[2] > MAX_RUNS:
            details = self.tr("the first {n} of {all}").format(n=MAX_RUNS, all=self._shown[2]) + " · " + details
        self._say(best.sentence, details, every, "text")

    def _say(self, sentence: str, details: str = "", every: Sequence[Verdict] = (), ink: str = "muted") -> None:
        self._every = list(every)
        self.sentence.set_ink(ink)
        self.sentence.set_text(sentence)
        self.details.set_text(details)
        self.details.setVisible(bool(details))
        self.all_pairs.setVisible(len(every) > 1)
        text = self.tr("All {n} pairs").format(n=len(every))
        self.all_pairs.setText(text)
        self.all_pairs.setAccessibleName(text)

    @Slot()
    def _open(self) -> None:
        AllPairs(self._every, self.window()).open()


class AllPairs(QDialog):
    """Every pair in words, those that differ by more than chance first."""

    def __init__(self, every: Sequence[Verdict], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("All {n} pairs").format(n=len(every)))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        for verdict in sorted(every, key=lambda verdict: not verdict.more_than_chance):
            sentence = Text(verdict.sentence, ink="text" if verdict.more_than_chance else "muted", wrap=True)
            details = Text(details_of(verdict), SMALL, "muted", wrap=True)
            for text in (sentence, details):
                text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                column.addWidget(text)
            column.addSpacing(12)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(self.windowTitle())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.resize(80 * GRID, min(64, 10 + 7 * len(every)) * GRID)
