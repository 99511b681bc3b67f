"""People who are not in the data, as a run is shown them: from a file of their histories."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.data_file import read_about
from workbench.data.filtering import make_filters
from workbench.data.importing.newcomers import Newcomers, read_newcomers
from workbench.data.importing.recipes import known_recipe
from workbench.errors import WorkbenchError
from workbench.training.run import Run


def read_people(
    run: Run, algorithm: Algorithm, history: Path, control: Control, item_ids: pa.Array | None = None
) -> Newcomers:
    """The people of a file, by the items of the run's data, or `item_ids` where more were placed.

    Raises
    ------
    WorkbenchError
        If the algorithm knows nobody but those it was trained with, or the file cannot be read.
    """
    if algorithm.fold_in == "none":
        message = (
            f"{algorithm.title} cannot score people who were not in training. Add {history.name} to the data and train "
        )
        raise WorkbenchError(message + "again, or choose an algorithm that folds in new people, such as EASE.")
    about = read_about(run.data_folder)
    recipe = known_recipe(about, run.data_folder) if about.get("recipe") else None
    filters = make_filters(run.spec.filters)
    return read_newcomers(history, run.data, recipe, algorithm.feedback, filters, control, item_ids=item_ids)


def places_of(people: Newcomers, users: list[str]) -> np.ndarray:
    """Rows of some people of a file, each once; raises WorkbenchError where one is not in it."""
    wanted = list(dict.fromkeys(users))
    found = pc.index_in(pa.array(wanted, people.ids.type), value_set=people.ids)
    if found.null_count:
        missing = wanted[pc.index(found.is_null(), True).as_py()]
        told = ", ".join(people.ids.slice(0, 3).to_pylist())
        raise WorkbenchError(f"There is no user '{missing}' in the file of histories. The first ones there are {told}.")
    return np.asarray(found, np.int64)
