"""One trial: asked for, trained as a run, judged and told. A kill at any moment loses nothing that counts."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.control import Control
from workbench.errors import Cancelled, Pruned, WorkbenchError
from workbench.owned import remove_file
from workbench.searching.asking import Asker
from workbench.searching.journal import open_study, quiet
from workbench.searching.measuring import figures_of, is_better_high
from workbench.searching.pruning import Curve, is_hopeless
from workbench.searching.search_folder import CONTROL, Search
from workbench.searching.standing import line_of
from workbench.training.run import Run
from workbench.training.run_folder import new_run_name
from workbench.training.run_number import next_number
from workbench.training.run_spec import Trial as TrialOf
from workbench.training.run_status import FILE as STATUS_FILE
from workbench.training.train import train_run
from workbench.training.trials import TrialLine, TrialState
from workbench.training.validation import validation_key

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

LOOK_SECONDS = 0.1  # between two looks at control.json
FREE_SECONDS = 10.0  # that a helper has for ending when its leader was killed


class Stopped(Cancelled):
    """The person asked the search to end."""


class Trier:
    """Does trials of one search."""

    def __init__(self, search: Search, control: Control) -> None:
        self.search, self.spec, self.control = search, search.spec, control
        self.data = search.data()
        self.goals = [self.spec.metric, *([self.spec.second] if self.spec.second else [])]
        directions: list[Literal["minimize", "maximize"]] = [
            "maximize" if is_better_high(goal) else "minimize" for goal in self.goals
        ]
        self.study = open_study(search.folder, directions)
        self.asker = Asker(self.spec, self.study, self.data)
        self.trials: dict[int, TrialLine] = {}
        self.began, self.spent_before = time.monotonic(), 0.0
        self._next_look = 0.0
        self._counted = -2, 0  # folders of runs that were there, and the number that the next one got

    # What is known -------------------------------------------------------------------------------------------------

    def read(self) -> list[int]:
        """Take up what the journal knows; returns the trials that were at work when a process ended, by their ids."""
        found = self.frozen()
        self.trials = {trial.number: line_of(trial, self.spec) for trial in found}
        self.spent_before = sum(trial.seconds for trial in self.trials.values())
        return [trial._trial_id for trial in found if not trial.state.is_finished()]  # noqa: SLF001 - it has no other name

    def frozen(self) -> "list[FrozenTrial]":
        """All trials as the journal has them."""
        return self.study.get_trials(deepcopy=False)

    @property
    def is_over_time(self) -> bool:
        """Whether the minutes are spent, and there is something to show for it."""
        if self.spec.minutes is None or self.spent_before + time.monotonic() - self.began < 60 * self.spec.minutes:
            return False
        return any(trial.state is TrialState.DONE for trial in self.trials.values())

    def check(self) -> None:
        """End by an exception where that was asked for."""
        self.control.check()
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            if (self.search.folder / CONTROL).exists():
                raise Stopped

    # One trial -----------------------------------------------------------------------------------------------------

    def one(self, trial: "Trial", tell: Any) -> None:
        """Do one trial, from wherever it is, to its end."""
        asked = trial.user_attrs.get("asked") or self.asked_of(trial)
        line = TrialLine(number=trial.number, state=TrialState.RUNNING, **asked)
        tell(line)
        known = self._known(line)
        if known is not None:
            done = known.model_copy(
                update={"number": line.number, "same_as": known.number, "seconds": 0.0, "epochs": 0}
            )
        else:
            done = self._train(trial, line)
        self.record(trial, done)
        tell(done)

    def asked_of(self, trial: "Trial") -> dict[str, Any]:
        """What a trial is to try, drawn and written down."""
        algorithm, hyperparameters = self.asker.ask(trial)
        asked = {"algorithm": algorithm, "run": new_run_name(algorithm), "hyperparameters": hyperparameters}
        trial.set_user_attr("asked", asked)
        return asked

    def _known(self, line: TrialLine) -> TrialLine | None:
        """An earlier trial of the same hyperparameters: it need not be trained again."""
        for other in self.trials.values():
            alike = (other.algorithm, other.hyperparameters) == (line.algorithm, line.hyperparameters)
            if alike and other.number < line.number and other.state in (TrialState.DONE, TrialState.PRUNED):
                return other
        return None

    def _train(self, trial: "Trial", line: TrialLine) -> TrialLine:
        began = time.monotonic()
        run = self._run(line)
        state, reason = TrialState.DONE, ""
        try:
            if not run.status().state.is_usable:
                train_run(run.folder, _Course(self, trial, run))
        except Pruned:
            state = TrialState.PRUNED
        except WorkbenchError as error:
            state, reason = TrialState.FAILED, str(error)
        figures: dict[str, float | None] = figures_of(run, self.spec) if state is TrialState.DONE else _seen_of(run)
        value = figures.get(self.spec.metric)
        if state is TrialState.DONE and any(figures.get(goal) is None for goal in self.goals):
            state, reason = TrialState.FAILED, f"Not defined for this run: {' or '.join(self.goals)}."
        news = {
            "state": state,
            "reason": reason,
            "figures": figures,
            "value": value,
            "feasible": self._is_feasible(figures),
            "epochs": run.status().epoch,
            "seconds": time.monotonic() - began,
        }
        return line.model_copy(update=news)

    def _run(self, line: TrialLine) -> Run:
        """The run of a trial: made, where no kill came in after that."""
        folder = self.search.runs_folder / line.run
        if (folder / "run.json").exists():
            return _when_free(Run.open(folder))
        remove_file(folder / STATUS_FILE)  # of a process that was killed between this and run.json
        spec = self.spec
        place = Path(os.path.relpath(self.search.folder.resolve(), folder)).as_posix()
        return Run.create(
            folder,
            self.search.data_folder,
            line.algorithm,
            line.hyperparameters,
            spec.split,
            spec.split_settings,
            filters=self.search.filters,
            number=self._number(),
            trainer=os.getpid(),
            seed=spec.seed,
            trial=TrialOf(search=place, number=line.number),
            **{str(name): value for name, value in spec.options.items()},
        )

    def _number(self) -> int:
        """The next run's number; all runs are looked at only where another one has come since this was asked last."""
        self.search.runs_folder.mkdir(parents=True, exist_ok=True)
        there = sum(1 for _ in self.search.runs_folder.iterdir())
        known, number = self._counted
        number = number + 1 if there == known + 1 else next_number(self.search.runs_folder)
        self._counted = there, number
        return number

    def _is_feasible(self, figures: dict[str, float | None]) -> bool:
        return all((figures.get(name) or 0.0) <= most for name, most in self.spec.limits.items())

    def record(self, trial: "Trial", line: TrialLine) -> None:
        """Tell the library what came of a trial; what is told last decides that it is over."""
        from optuna.trial import TrialState as Told

        spec = self.spec
        trial.set_user_attr("came", line.model_dump(mode="json", exclude={"number", "state"}))
        with quiet():
            for name, most in spec.limits.items():
                if line.figures.get(name) is not None:
                    trial.set_constraint(name, float(line.figures[name] or 0.0) - most)
            if line.state is TrialState.DONE:
                self.study.tell(trial.number, [float(line.figures[name] or 0.0) for name in self.goals])
            else:
                state = Told.PRUNED if line.state is TrialState.PRUNED else Told.FAIL
                self.study.tell(trial.number, state=state)
        self.trials[line.number] = line

    def curves(self, algorithm: str) -> list[Curve]:
        """What validation said of the finished trials of an algorithm, epoch after epoch."""
        done = {number for number, trial in self.trials.items() if trial.state is TrialState.DONE}
        return [
            trial.intermediate_values
            for trial in self.frozen()
            if trial.number in done and trial.user_attrs.get("asked", {}).get("algorithm") == algorithm
        ]


def _when_free(run: Run) -> Run:
    """A run that another process may be about to leave, because its leader was killed."""
    patience = time.monotonic() + FREE_SECONDS
    while (status := run.status()).state.is_active and status.pid != os.getpid() and time.monotonic() < patience:
        time.sleep(LOOK_SECONDS)
    return run


def _seen_of(run: Run) -> dict[str, float | None]:
    """What validation said of a run that was given up, at its best."""
    best = run.status().best
    return dict(best.validation) if best is not None else {}


class _Course(Control):
    """Tells the library of each epoch, and ends a trial that is hopeless, or for which no time is left."""

    def __init__(self, trier: Trier, trial: "Trial", run: Run) -> None:
        self.trier, self.trial = trier, trial
        self.key = validation_key(run)
        self.algorithm = run.spec.algorithm
        self.sign = 1 if is_better_high(self.key) else -1
        self.curve: dict[int, float] = {}
        self.others = trier.curves(self.algorithm)

    def check(self) -> None:
        self.trier.check()
        if self.trier.is_over_time:
            raise Pruned

    def note(self, line: Any) -> None:
        value = (line.get("validation") or {}).get(self.key)
        if value is None or self.trier.spec.second is not None:  # the library takes no course of two goals
            return
        epoch = int(line["epoch"])
        self.curve[epoch] = self.sign * value
        self._report(epoch)
        if self.trier.spec.pruner != "none" and is_hopeless(self.curve, self.others):
            raise Pruned

    def _report(self, epoch: int) -> None:
        """Report in the direction of the goal, which may be another one than that of the epochs."""
        known = self.trier.frozen()[self.trial.number].intermediate_values
        if epoch not in known:
            goal = 1 if is_better_high(self.trier.spec.metric) else -1
            self.trial.report(goal * self.curve[epoch], epoch)
