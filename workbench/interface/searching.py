"""A fold and algorithms become a search: many runs, and the best of them."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from workbench.algorithms import find
from workbench.declaring import meant
from workbench.errors import WorkbenchError
from workbench.files import whole_folder
from workbench.interface.progress import shown
from workbench.interface.runs import Run
from workbench.interface.splitting import Fold
from workbench.interface.values import check_kind, one_or_more, plain
from workbench.searching.asked import by_algorithm
from workbench.searching.search_folder import Search as SearchFolder
from workbench.searching.search_spec import FILE, Range
from workbench.searching.searching import search as go_on
from workbench.searching.standing import best_of, front_of
from workbench.searching.winner import train_best
from workbench.training.run import Run as RunFolder
from workbench.training.run_folder import new_run_name
from workbench.training.run_status import RunStatus

OPTIONS = ("device", "threads", "patience", "validation_users", "include_seen")
BUDGET = ("trials", "minutes", "workers")
Wanted = Sequence[Any] | tuple[float, float]


class Search:
    """A search, with its trials, the best of them, and the front of two goals.

    `search` makes it.
    """

    def __init__(self, opened: SearchFolder, fold: Fold) -> None:
        self.opened, self._fold = opened, fold

    def __repr__(self) -> str:
        status = self.status
        return (
            f"<Search of {', '.join(self.opened.spec.algorithms)}: {status.epoch} trials, {status.state.label.lower()}>"
        )

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.opened.folder

    @property
    def status(self) -> RunStatus:
        """How it ended: ``state``, ``epoch`` (trials that are over), ``best`` and more."""
        return self.opened.status()

    @property
    def trials(self) -> pd.DataFrame:
        """A row for each trial: state, algorithm, value on validation, epochs, seconds, figures and hyperparameters."""
        rows = []
        for trial in self.opened.trials():
            row = trial.model_dump(mode="json", exclude={"figures", "hyperparameters", "number"})
            rows.append({"trial": trial.number, **row, **trial.figures, **trial.hyperparameters})
        return pd.DataFrame(rows).set_index("trial") if rows else pd.DataFrame()

    @property
    def front(self) -> pd.DataFrame:
        """Of two goals, the trials that no other beats in both; of one, the best."""
        numbers = [trial.number for trial in front_of(self.opened.trials(), self.opened.spec)]
        return self.trials.loc[numbers]

    @property
    def best(self) -> Run:
        """The run of the best trial; its value on validation is optimistic, being the best of many.

        Raises
        ------
        WorkbenchError
            If no trial has ended well.
        """
        found = best_of(self.opened.trials(), self.opened.spec)
        if found is None:
            raise WorkbenchError("No trial has ended well and within the limits. Look at its trials for the reasons.")
        return self._run(self.opened.runs_as_named / found.run)

    def train_best(self, *, progress: bool = True) -> Run:
        """Train the best trial's hyperparameters on train and validation together, for the test and for use."""
        with shown("Training the best on train and validation", progress) as control:
            return self._run(train_best(self.opened, control).folder)

    def _run(self, folder: Path) -> Run:
        data = self._fold.data
        return Run(RunFolder.open(folder), data.user_ids, data.item_ids, keeps=(data.place, self))


def search(  # noqa: PLR0913 - what a search depends on
    fold: Fold,
    algorithms: str | Sequence[str],
    /,
    *,
    trials: int | None = None,
    minutes: float | None = None,
    ranges: Mapping[str, Wanted] | None = None,
    fixed: Mapping[str, Any] | None = None,
    advanced: bool = False,
    metric: str = "ndcg@10",
    second: Literal["seconds", "list-seconds", "megabytes", "novelty", "coverage"] | None = None,
    limits: Mapping[str, float] | None = None,
    pruning: bool = True,
    seed: int = 0,
    workers: int = 1,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
    **options: Any,
) -> Search:
    """Search for good hyperparameters on validation; what is interrupted goes on when it is asked for again.

    Parameters
    ----------
    fold
        From `split`, with validation.
    algorithms
        One or several, which share the budget.
    trials, minutes
        The budget; 30 trials where neither is given. The first trial of each algorithm has its defaults.
    ranges
        By hyperparameter, where to look instead of the declared range: two numbers in a tuple, or a list of values. A name
        such as ``bpr.factors`` means one algorithm alone.
    fixed
        Values that are not searched, by hyperparameter.
    advanced
        Whether hyperparameters are searched, too, that few need.
    metric
        What to look for, such as ``recall@20``.
    second
        Another goal beside it: seconds of training, seconds of making one list, size of the model, novelty or coverage.
    limits
        What the best may take at most, such as ``{"megabytes": 100}``: ``seconds``, ``list-seconds``, ``megabytes``.
    pruning
        Whether trials are given up that are behind others after as many epochs; with two goals none is.
    seed
        Of the search and of each run. One seed and one worker find the same each time.
    workers
        Processes at once; with more than one, two searches are never quite alike.
    folder
        Where to keep the search and its runs. A search that is there already goes on, if it is the same but for its budget.
    progress
        Whether a bar is drawn.
    options
        ``device``, ``threads``, ``patience``, ``validation_users``, ``include_seen`` of each run, as in `train`.

    Raises
    ------
    WorkbenchError
        If a range or a value is not possible, or no trial can be done.

    Examples
    --------
    >>> found = workbench.search(fold, "ease", trials=20)
    >>> found.best.hyperparameters
    """
    check_kind(fold, Fold, "search takes what split gave: fold = workbench.split(data, 'last-n')")
    unknown = next((name for name in options if name not in OPTIONS), None)
    if unknown is not None:
        raise WorkbenchError(f"search has no argument '{unknown}'. {meant(unknown, [*OPTIONS, 'ranges', 'fixed'])}")
    names = [find(str(name)).name for name in one_or_more(algorithms) or []]
    if not names:
        raise WorkbenchError("Name an algorithm to search, such as 'ease'.")
    chosen = {name: _range(name, wanted) for name, wanted in (ranges or {}).items()}
    narrowed, values = by_algorithm(names, chosen.items(), plain(dict(fixed or {})).items())
    asked = {
        "narrowed": narrowed,
        "fixed": values,
        "advanced": advanced,
        "trials": 30 if trials is None and minutes is None else trials,
        "minutes": minutes,
        "metric": metric,
        "second": second,
        "limits": dict(limits or {}),
        "pruner": "median" if pruning else "none",
        "seed": seed,
        "workers": workers,
        "split": fold.name,
        "split_settings": fold.settings,
        "filters": fold.data.filters,
        "options": {name: value for name, value in plain(options).items() if value is not None},
    }
    target = _folder(fold, folder)
    opened = _opened(target, fold, names, asked, temporary=folder is None)
    with shown(f"Searching {' and '.join(names)}", progress) as control:
        go_on(opened.folder, control)
    return Search(opened, fold)


def _range(name: str, wanted: Any) -> Range:
    if isinstance(wanted, tuple) and len(wanted) == 2:  # noqa: PLR2004 - both ends
        low, high = plain({"low": wanted[0], "high": wanted[1]}).values()
        if isinstance(low, int | float) and isinstance(high, int | float) and low <= high:
            return Range(low=float(low), high=float(high))
    elif isinstance(wanted, list) and wanted:
        return Range(choices=list(plain({str(at): one for at, one in enumerate(wanted)}).values()))
    message = f"The range of {name} is two numbers in a tuple, such as (16, 256), or a list of values, not {wanted!r}."
    raise WorkbenchError(message)


def _folder(fold: Fold, folder: str | os.PathLike[str] | None) -> Path:
    if folder is None:
        return fold.data.place.folder / "searches" / new_run_name("search")
    if not os.fspath(folder):
        raise WorkbenchError("The folder of a search needs a name. Leave it out for a temporary one.")
    return Path(folder)


def _opened(folder: Path, fold: Fold, names: list[str], asked: dict[str, Any], *, temporary: bool) -> SearchFolder:
    """The search in a folder: the one that is there, where it is the same, or a new one with its data."""
    home = fold.data.place.folder if temporary else folder
    if (folder / FILE).exists():
        found = SearchFolder.open(folder)
        found.check_same(names, fold.data.hash, **asked)
        found.change_budget(**{name: asked[name] for name in BUDGET})
        return found
    data = fold.data.folder
    if not data.resolve().is_relative_to(home.resolve()):
        data = fold.data.place.data_folder() if temporary else folder / "data"
        if not data.exists():
            with whole_folder(data) as part:
                shutil.copytree(fold.data.folder, part, dirs_exist_ok=True)
    return SearchFolder.create(folder, data, home / "runs", names, **asked)
