"""Which runs are blended: those with a model that learned from what the page would train on now, best ones first."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workbench.algorithms.hybrid.blend import Blend
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import figure, short_title, validated
from workbench.app.session.now import asked_now
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Text, clear
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.metrics import metric_title

FEWEST, MOST = 2, 60  # runs that are blended; boxes, for those that are best on validation


class BlendRuns(QWidget):
    """A box to tick for each run that may be blended."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._wanted: list[str] = []
        self._boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(4)
        column.addWidget(Text(self.tr("Runs")))
        self._help = Text("", SMALL, "muted", wrap=True)
        column.addWidget(self._help)
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        column.addLayout(self._column)
        self.refresh()

    def value(self) -> str:
        """The chosen runs as the hyperparameter has them."""
        return ",".join(name for name in self._wanted if name in self._boxes)

    def set_value(self, names: str) -> None:
        """Choose runs by their names, between commas; those that are not there are forgotten when others are chosen."""
        self._wanted = [name for name in names.split(",") if name]
        for name, box in self._boxes.items():
            box.blockSignals(True)  # the person chose nothing now
            box.setChecked(name in self._wanted)
            box.blockSignals(False)

    def reason(self) -> str:
        """Why there is nothing to train yet; "" where there is."""
        if len(self._boxes) < FEWEST:
            return self.tr("A blend needs two trained runs of this data and split. Train two algorithms first.")
        if len(self.value().split(",")) < FEWEST:
            return self.tr("Choose two runs or more to blend.")
        return ""

    def refresh(self) -> None:
        """Offer what there is now."""
        known = sorted(offered(self.session), key=_badness)
        runs = known[:MOST] + [info for info in known[MOST:] if info.id in self._wanted]
        names = [info.id for info in runs]
        if names != list(self._boxes):
            clear(self._column)
            self._boxes = {info.id: self._box(info) for info in runs}
        self._help.setText(
            self.tr("Two or more. A content-based one covers new users and items.")
            if runs
            else self.tr("None yet: train two algorithms on this data and split first.")
        )

    def _box(self, info: RunInfo) -> QCheckBox:
        judged = validated(info)
        words = short_title(info)[:40]
        told = self.tr("{run} · {metric} {value} val")
        if judged:
            words = told.format(run=words, metric=metric_title(judged[0]), value=figure(judged[1], 4))
        box = QCheckBox(words)
        box.setChecked(info.id in self._wanted)
        box.toggled.connect(self._choose)
        self._column.addWidget(box)
        return box

    def _choose(self) -> None:
        self._wanted = [name for name, box in self._boxes.items() if box.isChecked()]
        self.changed.emit()


def offered(session: Session, *, usable: bool = True) -> list[RunInfo]:
    """Runs of the data, filters and split that are chosen now; with `usable` only those that have a model."""
    now = asked_now(session)
    if now is None:
        return []
    alike = [info for info in session.runs.all() if all(info.spec.get(key) == value for key, value in now.items())]
    return [info for info in alike if info.usable or not usable]


def blends_of(session: Session, run_id: str) -> list[RunInfo]:
    """Blends that refer to a run, and could not be used without it."""
    blends = [info for info in session.runs.all() if info.algorithm == Blend.name]
    return [info for info in blends if run_id in str(info.spec["hyperparameters"].get("runs")).split(",")]


def weights_words(session: Session, info: RunInfo) -> str:
    """What a blend has chosen to add up; "" for any other run."""
    records = session.runs.records_of(info.id) if info.algorithm == Blend.name else []
    weights = records[-1].get("values") if records else None
    if not weights:
        return ""
    titles = {name: run for name in weights if (run := session.runs.get(name)) is not None}
    words = [
        f"{short_title(titles[name])[:40] if name in titles else name} {figure(weight, 2)}"
        for name, weight in sorted(weights.items(), key=lambda one: -one[1])
    ]
    return translate("BlendRuns", "Weights: {list}").format(list=", ".join(words))


def _badness(info: RunInfo) -> tuple[bool, float, int]:
    """Rankers before those that predict ratings, the best of each first."""
    judged = validated(info)
    if judged is None:
        return True, 0.0, info.number
    return judged[0] == "rmse", judged[1] if judged[0] == "rmse" else -judged[1], info.number
