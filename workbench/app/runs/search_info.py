"""What the window knows of one search."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.app.runs.tail import Tail
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState
from workbench.training.trials import FILE, TrialLine, TrialState

if TYPE_CHECKING:
    from workbench.searching.search_folder import Search
    from workbench.searching.search_spec import SearchSpec
    from workbench.training.run_status import RunStatus


@dataclass
class SearchInfo:
    """What lists and the page Train show of one search.

    Attributes
    ----------
    trials : dict
        Its trials so far, by their numbers.
    """

    id: str
    folder: Path
    title: str
    spec: "SearchSpec"
    status: "RunStatus"
    trials: dict[int, TrialLine] = field(default_factory=dict)
    _tail: Tail | None = field(default=None, repr=False, compare=False)

    @property
    def state(self) -> RunState:
        """Where it stands."""
        return self.status.state

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state.is_over

    @property
    def ended_trials(self) -> list[TrialLine]:
        """Trials of which nothing more will come."""
        return [trial for trial in self.trials.values() if trial.state.is_over]

    @property
    def best(self) -> TrialLine | None:
        """The trial that reached most, within the limits; None where none has ended well."""
        from workbench.searching.standing import best_of

        return best_of(self.trials.values(), self.spec)

    @property
    def fraction(self) -> float:
        """Share of its trials that is done, 0 to 1; negative where only its minutes are counted."""
        return min(1.0, len(self.ended_trials) / self.spec.trials) if self.spec.trials else -1.0

    def count(self, state: TrialState) -> int:
        """How many of its trials are in this state."""
        return sum(trial.state is state for trial in self.trials.values())

    def read_trials(self) -> None:
        """Take up what was told of its trials since the last call."""
        if self._tail is None:
            self._tail = Tail(self.folder / FILE)
        while lines := self._tail.lines():
            if self._tail.restarted:
                self.trials = {}
            for line in lines.splitlines():
                try:
                    told = TrialLine.model_validate_json(line)
                except ValueError:  # damaged: the search writes the file anew when it goes on
                    return
                self.trials[told.number] = told


def read_search(search: "Search", others: "list[SearchInfo]") -> SearchInfo:
    """What there is to know of a search; a number behind its title tells it from others that are called alike."""
    title = search_title(search.spec.algorithms)
    alike = sum(info.spec.algorithms == search.spec.algorithms for info in others)
    info = SearchInfo(
        search.name, search.folder, f"{title} {alike + 1}" if alike else title, search.spec, search.status()
    )
    info.read_trials()
    return info


def search_title(algorithms: list[str]) -> str:
    """What a search of these algorithms is called."""
    from workbench.algorithms import all_algorithms

    if len(algorithms) > 1:
        return translate("Searches", "Search of {n} algorithms").format(n=len(algorithms))
    kind = all_algorithms().get(algorithms[0])
    return translate("Searches", "{name} search").format(name=kind.title if kind is not None else algorithms[0])
