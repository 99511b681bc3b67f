"""People who are not in the data, as a run sees them: read from a file of their histories, once for many questions."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.amounts import counted
from workbench.control import Control
from workbench.data.importing.newcomers import Newcomers
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError
from workbench.insight.looking import load
from workbench.training.newcomers import places_of, read_people

# People of a file that are told of at once, the first ones: more than anybody looks through one by one.
MAX_TOLD = 1000
Json = dict[str, Any]


@lru_cache(maxsize=2)
def _kept(folder: Path, _model: float, history: Path, _stamp: tuple[int, int]) -> Newcomers:
    opened, algorithm, _ = load(folder)
    return read_people(opened, algorithm, history, Control())


def people_of(folder: Path, history: Path) -> Newcomers:
    """As `read_people`, kept for the next question while neither the model nor the file changes."""
    load(folder)
    try:
        stat = history.stat()
    except OSError as error:
        raise WorkbenchError(
            f"{history} cannot be read: {error.strerror}. Choose the file of histories again."
        ) from error
    model = (folder / "model.safetensors").stat().st_mtime
    return _kept(folder, model, history, (stat.st_mtime_ns, stat.st_size))


def find_new(folder: Path, history: Path, user: str) -> tuple[UserItems, UserItems]:
    """What an algorithm is shown of one person of a file, and what is left out of the list; a row each."""
    people = people_of(folder, history)
    row = places_of(people, [user])
    return people.histories.rows(row), people.seen.rows(row)


def about_histories(told: Json) -> list[str]:
    """What is to be said of a file of histories, of what `Newcomers.told` has; the ordinary is not."""
    said = []
    if told["guessed"]:
        columns = ", ".join(f"{role}={column}" for role, column in told["columns"].items() if column is not None)
        counted_from = (
            "; columns are counted from 0" if any(isinstance(one, int) for one in told["columns"].values()) else ""
        )
        said.append(f"The file has another shape than the data, and was read by a guess ({columns}{counted_from}).")
    if told["refused_count"]:
        said.append(f"{told['refused_count']:,} of {counted(told['rows'], 'row')} could not be read.")
    if told["off_scale"]:
        low, high = told["scale"]
        rows = counted(told["off_scale"], "rating")
        said.append(f"{rows} beyond those of the data, {low:g} to {high:g}: scores of these people may be, too.")
    if told["mean_taken"]:
        said.append("The file has no ratings: the mean rating of the data was taken.")
    if told["in_data"]:
        who = "1 person is" if told["in_data"] == 1 else f"{told['in_data']:,} people are"
        said.append(f"{who} in the data, too: the history in the file was taken.")
    if told["unknown_rows"]:
        named = ", ".join(told["examples"]) + (", …" if told["unknown_items"] > len(told["examples"]) else "")
        items = counted(told["unknown_items"], "item")
        said.append(f"{counted(told['unknown_rows'], 'row')} of {items} that the run does not know: {named}.")
    if told["without_history"]:
        who = "1 person is" if told["without_history"] == 1 else f"{told['without_history']:,} people are"
        said.append(f"{who} left without a history.")
    return said


def list_people(run: str, history: str, control: Control) -> Json:
    """Who is in a file of histories: ``people``, at most `MAX_TOLD`, each with ``user`` and ``known``; ``told``; ``said``.

    ``known`` is how many interactions speak for the person under this run, ``told`` what `Newcomers.told` has, and
    ``said`` what is to be said of it.
    """
    people = people_of(Path(run), Path(history))
    ids, known = people.ids.slice(0, MAX_TOLD).to_pylist(), people.histories.lengths[:MAX_TOLD].tolist()
    return {
        "people": [{"user": one, "known": n} for one, n in zip(ids, known, strict=True)],
        "told": people.told,
        "said": about_histories(people.told),
    }
