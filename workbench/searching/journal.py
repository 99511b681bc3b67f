"""The journal of a search: what the library has asked, been told and decided, in one file that only grows."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.errors import WorkbenchError
from workbench.files import readable_errors

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.study import Study

FILE = "journal.log"
# A process that is killed while it writes leaves its lock behind: after so long another one takes it.
GRACE_SECONDS = 5
NAME = "search"


def open_study(folder: Path, directions: "list[Literal['minimize', 'maximize']]") -> "Study":
    """The study that a search keeps in its folder, made where it is not there yet.

    Raises
    ------
    WorkbenchError
        If the journal cannot be read.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = folder / FILE
    _mend(path)
    with readable_errors(path), quiet():
        # Windows lets few people make symbolic links.
        lock = (JournalFileOpenLock if os.name == "nt" else JournalFileSymlinkLock)(str(path), GRACE_SECONDS)
        try:
            storage = JournalStorage(JournalFileBackend(str(path), lock))
            known = [study.study_name for study in storage.get_all_studies()]
            if NAME in known:
                return optuna.load_study(study_name=NAME, storage=storage, sampler=_sampler(0))
            return optuna.create_study(study_name=NAME, storage=storage, sampler=_sampler(0), directions=directions)
        except (ValueError, KeyError, TypeError) as error:
            message = f"{path} is damaged, so this search cannot go on. Its runs are whole. Begin a new search."
            raise WorkbenchError(message) from error


def set_sampler(study: "Study", seed: int, *place: int, workers: int = 1) -> None:
    """Let what is drawn next depend on the finished trials, the seed and the place alone, and on nothing drawn before.

    So a search that goes on after a kill draws what it would have drawn.
    """
    study.sampler = _sampler(int(np.random.SeedSequence([seed, *place]).generate_state(1)[0]), workers)


def give(study: "Study", value: Any) -> None:
    """Let what is drawn next be this value."""
    from optuna.samplers import BaseSampler

    class Given(BaseSampler):
        def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:
            return {}

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:
            return {}

        def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:
            return value

    study.sampler = Given()


def _sampler(seed: int, workers: int = 1) -> "BaseSampler":
    from optuna.samplers import TPESampler

    return TPESampler(seed=seed, constant_liar=workers > 1)


@contextmanager
def quiet() -> Iterator[None]:
    """Let the library warn nobody: what a person has to know, the search says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _mend(path: Path) -> None:
    """Take a line away that a kill has cut short: else the next would stand behind it."""
    if not path.exists():
        return
    with readable_errors(path), path.open("r+b") as file:
        text: Any = file.read()
        if text and not text.endswith(b"\n"):
            file.truncate(text.rfind(b"\n") + 1)
