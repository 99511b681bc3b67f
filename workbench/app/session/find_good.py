"""From data to a good model: popularity, a search of what is suggested, their test, and a word of advice."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from workbench.algorithms import all_algorithms
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import seconds_of, short_title
from workbench.app.runs.search_info import SearchInfo
from workbench.app.session.joint_runs import JointRuns
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.insight.advice import Advice, advise

YARDSTICK = "popularity"
METRIC = "ndcg@10"
TRIALS, MINUTES = 20, 5.0  # of the search, whichever is over first


class FindGood(JointRuns):
    """The yardstick and the best that a search of what is suggested finds, tested, and held against each other.

    An algorithm of which one trial would take more than its share of the time is not searched, but for the quickest of all.
    Where the split holds nothing for validation, what is suggested is trained with its defaults instead.
    """

    view = "find_good"

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(session, parent)
        self._compare = Latest(session, "compare", self)
        self._compare.answered.connect(self._advise)
        self._compare.failed.connect(self._fail)
        self.advice: Advice | None = None
        self._cost = Latest(session, "search_estimate", self)
        self._cost.answered.connect(self._search_quick)
        self._cost.failed.connect(self._search_all)
        self._begun = False  # a search was asked for that is not there yet
        session.searches.made.connect(self._take_search)
        for signal in (session.searches.changed, session.searches.search_changed):
            signal.connect(self._go_on)
        self._go_on()  # what was begun before the page was made

    def start(self, algorithms: list[str]) -> None:
        """Train the yardstick, and search these."""
        self.advice = None
        searched = self._session.project.holds_validation is True
        wanted = [YARDSTICK] if searched else [YARDSTICK, *algorithms]
        self._begun = searched
        if searched:
            self._cost.ask(self._question(algorithms))
        self.keep([self._there(name) or self._session.queue_run(name) for name in dict.fromkeys(wanted)])

    def _question(self, algorithms: list[str]) -> dict[str, Any]:
        """Arguments of the job that measures a trial of each."""
        project = self._session.project
        split = project.split or {}
        asked = {"algorithms": algorithms, "trials": TRIALS, "minutes": MINUTES}
        asked |= {"split": split.get("name"), "split_settings": split.get("settings") or {}}
        return {"data": str(project.current.data_folder), "asked": asked, "filters": project.filters}

    @Slot(object, object)
    def _search_quick(self, _asked: dict[str, Any], answer: dict[str, Any]) -> None:
        seconds = answer["trial_seconds"]
        share = 60 * MINUTES * len(seconds) / TRIALS
        self._search([name for name in seconds if seconds[name] <= share] or [min(seconds, key=seconds.get)])

    @Slot(object, str, str)
    def _search_all(self, asked: dict[str, Any], _sentence: str, _details: str) -> None:
        self._search(asked["asked"]["algorithms"])

    def _search(self, algorithms: list[str]) -> None:
        self._session.start_search(algorithms, trials=TRIALS, minutes=MINUTES, metric=METRIC)
        self._begun = self._session.searches.making
        self.changed.emit()

    @property
    def search(self) -> SearchInfo | None:
        """The search that it asked for; None where there is none."""
        return self._session.searches.get(str(self._session.project.view(self.view).get("search") or ""))

    @Slot(str)
    def _take_search(self, search_id: str) -> None:
        if self._begun:
            self._begun = False
            kept = self._session.project.view(self.view)
            self._session.project.set_view(self.view, kept | {"search": search_id})
            self._go_on()

    def _take_best(self) -> None:
        """Let the best trial be one of the runs, when the search is over."""
        search = self.search
        best = search.best if search is not None and search.over else None
        if best is not None and best.run not in [info.id for info in self.runs]:
            kept = self._session.project.view(self.view)
            if best.run not in kept.get("runs", []):
                self._session.project.set_view(self.view, kept | {"runs": [*kept.get("runs", [])[:1], best.run]})

    @Slot()
    def _go_on(self, *_: object) -> None:
        self._begun = self._begun and (self._cost.pending is not None or self._session.searches.making)
        self._take_best()
        super()._go_on()

    def _there(self, algorithm: str) -> str | None:
        """A run of it with its defaults that is there already, on the same data, filters and split."""
        from workbench.app.runs.run_groups import groups_of
        from workbench.app.session.now import now_of

        for group in groups_of(self._session.runs.all(), now_of(self._session)):
            for info in group.runs:
                if group.current and info.algorithm == algorithm and info.usable and _is_default(info):
                    return info.id
        return None

    @Slot()
    def forget(self) -> None:
        """Say no more of it; the runs stay."""
        self.advice = None
        self._cost.forget()
        self._begun = False
        super().forget()

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        search = self.search
        coming = self._begun or (search is not None and not search.over)
        kept = self._session.project.view(self.view).get("runs")
        # The run of a trial is seen a moment after the trial.
        unread = search is not None and isinstance(kept, list) and len(self.runs) < len(kept)
        return self.advice is None and (coming or unread or super().busy)

    @property
    def over(self) -> bool:
        """Whether there is advice."""
        return self.advice is not None

    @property
    def best(self) -> str:
        """Id of the run that is advised."""
        return self.advice.run if self.advice is not None else ""

    def words(self) -> str:
        """How far it is, in a sentence; "" where nothing is asked."""
        if not self.runs:
            return ""
        if self.advice is not None:
            return self.advice.sentence
        search = self.search
        if self._begun and self._cost.pending is not None:
            return self.tr("Finding a good one: measuring how long a trial of each algorithm takes.")
        if self._begun or (search is not None and not search.over):
            words = self.tr("Finding a good one: {n} of {m} trials have ended ({what}, {minutes} min at most).")
            what = search.title if search is not None else self.tr("the search")
            done = len(search.ended_trials) if search is not None else 0
            return words.format(n=done, m=TRIALS, what=what, minutes=f"{MINUTES:g}")
        if search is not None and search.best is None:
            return self.tr("Finding a good one: the search ended without a model. Its trials say why.")
        return self.how_far(self.tr("Finding a good one"))

    def _follow(self) -> None:
        """Hold the tested ones against each other when all are there."""
        if self.advice is None and not self.busy and len(self.tested) > 1 and self._compare.pending is None:
            self._compare.ask({"runs": [str(info.folder) for info in self.tested], "metric": METRIC})

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
