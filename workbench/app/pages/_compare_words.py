"""Whether the difference between the selected runs is real: said in words, tested by user outside the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.app.pages._latest import Latest
from workbench.app.pages._run_words import figure, metric_title, short_title, tested
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, SMALL
from workbench.app.widgets import Button, Elided, Text
from workbench.evaluation.significance import ALPHA, SIZES
from workbench.metrics import all_metrics

Json = dict[str, Any]
PAIR = 2  # runs
MOST = 8  # runs that are held against each other, which makes 28 pairs; more take seconds and say less
KEPT = 64  # answers
SHORT = 40  # letters of a name in a sentence
SMALLEST = 0.0001  # of the p-values that are written out


def _tr(text: str) -> str:
    return QCoreApplication.translate("Verdict", text)


@dataclass(frozen=True)
class Said:
    """What a pair's difference means: the sentence, what lies behind it, and whether it is more than chance."""

    sentence: str
    details: str
    real: bool


def pair_words(names: dict[str, str], pair: Json, metric: str, pairs: int) -> Said:
    """One pair of the job ``compare`` in words.

    Parameters
    ----------
    names
        What each run is called.
    pairs
        For how many p was adjusted.
    """
    a, b = names.get(pair["a"], pair["a"]), names.get(pair["b"], pair["b"])
    if not pair["users"]:
        return Said(_tr("{a} and {b} have no users in common, so nothing can be said.").format(a=a, b=b), "", False)
    higher = _higher(metric)
    b_first = (pair["difference"] > 0) == (higher is not False)
    first, second = (b, a) if b_first else (a, b)
    real = pair["p_adjusted"] < ALPHA
    if not real:
        sentence = _tr("Probably just noise: {a} and {b} differ by {by} in {metric}, as often happens by chance.")
    elif higher is None:
        sentence = _tr("A real difference: {a} is higher than {b} by {by} in {metric}.")
    else:
        sentence = _tr("A real difference: {a} is better than {b} by {by} in {metric}.")
    by, title = figure(abs(pair["difference"]), 4), metric_title(metric)
    said = sentence.format(a=first, b=second, by=by, metric=title)
    return Said(said, " · ".join([*_sureness(pair, pairs, real=real), _counts(pair, higher, b_first=b_first)]), real)


def _sureness(pair: Json, pairs: int, *, real: bool) -> list[str]:
    """Interval of the difference as it was said (from the lesser to the greater run), effect, and chance."""
    low, high, effect, p = pair["low"], pair["high"], abs(pair["effect"]), pair["p_adjusted"]
    said = []
    if low is not None and high is not None:
        low, high = (low, high) if pair["difference"] >= 0 else (-high, -low)
        said.append(_tr("95 %: {low} to {high}").format(low=figure(low, 4), high=figure(high, 4)))
        if real and low <= 0 <= high:
            said.append(_tr("surer for how many users than by how much"))
    size = next((word for limit, word in SIZES if effect < limit), "large")
    sizes = {"negligible": _tr("negligible"), "small": _tr("small"), "medium": _tr("medium"), "large": _tr("large")}
    said.append(_tr("effect {effect}, {size}").format(effect=figure(effect, 2), size=sizes[size]))
    chance = _tr("p < 0.0001") if p < SMALLEST else _tr("p = {p}").format(p=f"{p:.2g}")
    holm = _tr("{p} (Wilcoxon)") if pairs == 1 else _tr("{p} (Wilcoxon; Holm for {n} pairs)")
    return [*said, holm.format(p=chance, n=pairs)]


def _counts(pair: Json, higher: bool | None, *, b_first: bool) -> str:
    """For how many users the run that is named first is the better one."""
    towards_b, towards_a = (pair["gain"], pair["lose"]) if higher is not False else (pair["lose"], pair["gain"])
    more, fewer = (towards_b, towards_a) if b_first else (towards_a, towards_b)
    counts = _tr("better for {more:,} users, worse for {fewer:,}, equal for {rest:,}")
    if higher is None:
        counts = _tr("higher for {more:,} users, lower for {fewer:,}, equal for {rest:,}")
    return counts.format(more=more, fewer=fewer, rest=pair["users"] - more - fewer)


def _higher(metric: str) -> bool | None:
    known = all_metrics().get(metric.partition("@")[0])
    return known.higher_is_better if known is not None else True


def answer_words(names: dict[str, str], answer: Json) -> tuple[Said, list[Said]]:
    """The answer of the job ``compare``: the best run against the next best, and every pair."""
    metric, pairs = answer["metric"], answer["pairs"]
    every = [pair_words(names, one, metric, len(pairs)) for one in pairs]
    order = sorted(answer["runs"], key=lambda one: answer["runs"][one], reverse=_higher(metric) is not False)
    leading = next((at for at, one in enumerate(pairs) if {one["a"], one["b"]} == set(order[:PAIR])), None)
    if leading is None:
        return Said(_tr("These runs cannot be held against each other."), "", False), every
    found = every[leading]
    if len(pairs) > 1:
        real = sum(one.real for one in every)
        more = _tr("{k} of {n} pairs really differ").format(k=real, n=len(pairs))
        found = Said(found.sentence, f"{more} · {found.details}", found.real)
    return found, every


def _when(info: RunInfo, metric: str) -> tuple[Any, ...]:
    """What tells one test of a run from another."""
    return (info.evaluation or {}).get("at"), tested(info, metric)[0]


class Verdict(QWidget):
    """Two quiet lines of one height under the table, whatever they say."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._latest = Latest(session, "compare", self)
        self._latest.answered.connect(self._hear)
        self._latest.failed.connect(self._fail)
        self._answers: dict[tuple[Any, ...], Json] = {}
        self._shown: tuple[Any, ...] | None = None
        self._names: dict[str, str] = {}
        self._every: list[Said] = []
        self.sentence, self.details = Elided("", ink="muted"), Elided("", SMALL, "muted")
        self.all_pairs = Button("", "quiet", tip=self.tr("What is to be said of each pair"))
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

    def show_runs(self, chosen: Sequence[RunInfo], metric: str, *, others: int = 0) -> None:
        """Say whether these runs differ, which may be compared; `others` were chosen too and may not."""
        runs = [info for info in chosen if tested(info, metric)[0] is not None][:MOST]
        self._names = {info.folder.name: short_title(info)[:SHORT] for info in runs}
        asked = (metric, others, len(chosen), *((info.title, info.id, *_when(info, metric)) for info in runs))
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
                self.tr("{metric} is one number of all lists, so it cannot be tested by user").format(metric=title)
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
            return self.tr("Select two tested runs, and it is said here whether their difference is more than noise")
        if chosen < PAIR:
            return self.tr("The selected runs were judged differently, so their numbers are not compared")
        if tested_runs:
            return self.tr("Only one of the selected runs is tested by this metric")
        return self.tr("None of the selected runs is tested by this metric")

    def _key(self) -> tuple[Any, ...]:
        """What an answer depends on; names do not change it."""
        shown = self._shown or ("", 0, 0)
        return shown[0], *(one[1:] for one in shown[3:])

    @Slot(object, object)
    def _hear(self, _asked: Json, answer: Json) -> None:
        if len(self._answers) >= KEPT:
            self._answers.clear()
        self._answers[self._key()] = answer
        self._show(answer)

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self._say(self.tr("It was not compared"), sentence)

    def _show(self, answer: Json) -> None:
        try:
            found, every = answer_words(self._names, answer)
        except (KeyError, TypeError, ValueError):
            self._say(self.tr("It was not compared"))
            return
        details = found.details
        if self._shown is not None and self._shown[2] > MOST:
            details = self.tr("the first {n} of {all}").format(n=MOST, all=self._shown[2]) + " · " + details
        self._say(found.sentence, details, every, "text")

    def _say(self, sentence: str, details: str = "", every: Sequence[Said] = (), ink: str = "muted") -> None:
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
    """Every pair in words, the real differences first."""

    def __init__(self, every: Sequence[Said], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("All {n} pairs").format(n=len(every)))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        for one in sorted(every, key=lambda one: not one.real):
            sentence = Text(one.sentence, ink="text" if one.real else "muted", wrap=True)
            details = Text(one.details, SMALL, "muted", wrap=True)
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
