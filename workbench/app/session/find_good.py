"""From data to a good model: popularity and what is suggested, trained and tested in turn, and a word of advice."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.algorithms import all_algorithms
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import seconds_of, short_title
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.insight.advice import Advice, advise

YARDSTICK = "popularity"
METRIC = "ndcg@10"
VIEW = "find_good"


class FindGood(QObject):
    """Which runs belong together is kept with the project, so that a window that is opened again goes on."""

    changed = Signal()
    """It began, came further, or has something to say."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._compare = Latest(session, "compare", self)
        self._compare.answered.connect(self._advise)
        self._compare.failed.connect(self._fail)
        self._asked: set[str] = set()
        self.advice: Advice | None = None
        session.runs.changed.connect(self._go_on)
        session.runs.run_changed.connect(self._go_on)
        self._go_on()  # what was begun before the page was made

    def start(self, algorithms: list[str]) -> None:
        """Train the yardstick and these, with their defaults."""
        self.advice, self._asked = None, set()
        added = [self._there(name) or self._session.queue_run(name) for name in dict.fromkeys([YARDSTICK, *algorithms])]
        self._session.project.set_view(VIEW, {"runs": [run_id for run_id in added if run_id is not None]})
        self._go_on()
        self.changed.emit()

    def _there(self, algorithm: str) -> str | None:
        """A run of it with its defaults that is there already, on the same data, filters and split."""
        from workbench.app.runs.run_groups import groups_of

        project = self._session.project
        split = project.split or {}
        now = {"data_hash": self._session.about.get("hash"), "filters": project.filters}
        now |= {"split": split.get("name"), "split_settings": split.get("settings") or {}}
        for group in groups_of(self._session.runs.all(), now):
            for info in group.runs:
                if group.current and info.algorithm == algorithm and info.usable and _is_default(info):
                    return info.id
        return None

    def forget(self) -> None:
        """Say no more of it; the runs stay."""
        self.advice = None
        self._session.project.set_view(VIEW, {})
        self.changed.emit()

    @property
    def runs(self) -> list[RunInfo]:
        """The runs of the last search that are still there."""
        kept = self._session.project.view(VIEW).get("runs")
        found = [self._session.runs.get(str(run_id)) for run_id in (kept if isinstance(kept, list) else [])]
        return [info for info in found if info is not None]

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self.advice is None and any(
            not info.over or (info.usable and info.evaluation is None and not info.damage) for info in self.runs
        )

    def words(self) -> str:
        """How far it is, in a sentence; "" where nothing is asked."""
        runs = self.runs
        if not runs:
            return ""
        if self.advice is not None:
            return self.advice.sentence
        done = sum(info.evaluation is not None for info in runs)
        failed = sum(info.over and not info.usable for info in runs)
        words = self.tr("Finding a good one: {done} of {n} are trained and tested.")
        if failed:
            words += " " + self.tr("{failed} ended without a model.").format(failed=failed)
        return words.format(done=done, n=len(runs))

    @Slot()
    def _go_on(self, *_: object) -> None:
        """Test what is trained; hold the tested ones against each other when all are there."""
        runs = self.runs
        if not runs or self.advice is not None:
            return
        # One that was stopped and kept is a model like the others.
        ready = [info for info in runs if info.usable and info.evaluation is None]
        for info in ready:
            if info.id not in self._asked and not info.damage:
                self._asked.add(info.id)
                self._session.evaluate([info.id])
        tested = [info for info in runs if info.evaluation is not None]
        if not self.busy and len(tested) > 1 and self._compare.pending is None:
            self._compare.ask({"runs": [str(info.folder) for info in tested], "metric": METRIC})
        self.changed.emit()

    @Slot(object, object)
    def _advise(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        tested = {info.id: info for info in self.runs if str(info.folder) in asked["runs"]}
        yardstick = next((info.id for info in tested.values() if info.algorithm == YARDSTICK), "")
        if set(answer["runs"]) == set(tested):
            titles = {name: short_title(info) for name, info in tested.items()}
            seconds = {name: seconds_of(info) or 0.0 for name, info in tested.items()}
            self.advice = advise(answer, titles, seconds, yardstick, tr=self.tr)
        self.changed.emit()

    @Slot(object, str, str)
    def _fail(self, _asked: dict[str, Any], sentence: str, details: str) -> None:
        self._session.failure.emit(self.tr("The runs could not be compared"), sentence, details)


def _is_default(info: RunInfo) -> bool:
    """Whether nobody chose a hyperparameter of a run, or the seed, and everything is learned from."""
    kind = all_algorithms().get(info.algorithm)
    settled = info.spec.get("from_data") or {}
    given = {name: value for name, value in info.spec["hyperparameters"].items() if name not in settled}
    usual = kind is not None and given == {name: kind.model_fields[name].default for name in given}
    return usual and not info.spec.get("include_seen") and not info.spec.get("changes") and not info.spec.get("seed")
