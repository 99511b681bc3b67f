"""Files and DataFrames become data."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from workbench.amounts import counted
from workbench.data import filtering
from workbench.data.data_file import read_about
from workbench.data.importing.importer import JOINED, Recipe, Report, import_file, make_recipe
from workbench.data.importing.recipes import open_recipe
from workbench.data.importing.roles import Columns
from workbench.data.importing.sorting_out import sort_out
from workbench.data.interactions import Interactions, data_hash
from workbench.data.reading.text.cells import restored
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.data.side_files.vector_files import UNNAMED, check_kind, kind_of
from workbench.declaring import explain
from workbench.errors import WorkbenchError
from workbench.files import check_replaceable, replace_folder
from workbench.interface.filters import make
from workbench.interface.frames import Ids, flattened, write_frame
from workbench.interface.places import Place
from workbench.interface.progress import shown
from workbench.owned import discard, owned, temporary_folder
from workbench.resources import resource
from workbench.sample import FOLDER

# A path or a DataFrame.
Source: TypeAlias = str | os.PathLike[str] | pd.DataFrame


Declared = TypeVar("Declared", bound=BaseModel)


class Data:
    """Interactions that were read, and the filters that say which of them count.

    `read_interactions` makes it.

    Attributes
    ----------
    folder : Path
        Where it lies, in the same layout as the data of a project.
    filters : list of dict
        Names and settings of the filters, in their order.
    """

    def __init__(self, folder: Path, filters: list[dict[str, Any]], place: Place, users: Ids, items: Ids) -> None:
        self.folder, self.filters = folder, filters
        self.place = place
        self.user_ids, self.item_ids = users, items

    def __len__(self) -> int:
        return len(self.interactions)

    def __repr__(self) -> str:
        data, refused = self.interactions, self.report["refused_count"]
        about = (len(data), "interaction"), (data.n_users, "user"), (data.n_items, "item")
        parts = ["{} of {} with {}".format(*(counted(n, what) for n, what in about))]
        parts += [f"filters: {filtering.describe(self.filters)}"] if self.filters else []
        parts += [f"{counted(refused, 'row')} refused, see .refused"] if refused else []
        return f"<Data: {'; '.join(parts)}>"

    @cached_property
    def interactions(self) -> Interactions:
        """The interactions as the program holds them: arrays of indices, and the ids as text."""
        return filtering.apply(filtering.make_filters(self.filters), Interactions.open(self.folder))[0]

    @property
    def hash(self) -> str:
        """SHA-256 of the interactions, with the filters: equal for data that is the same."""
        return filtering.identity(data_hash(self.folder), self.filters)

    @property
    def report(self) -> dict[str, Any]:
        """What became of each row: ``rows``, ``kept``, ``refused_count``, ``duplicates``, ``doubts`` and more."""
        return {**asdict(Report()), **(self._about.get("report") or {})}

    @property
    def refused(self) -> pd.DataFrame:
        """Rows that could not be used: ``line``, ``reason``, ``text``.

        The line counts from 1. The header of a file is line 1, and so is that of a DataFrame: its first row is line 2.
        """
        path = self.folder / "refused.csv"
        if not path.exists():
            return pd.DataFrame({"line": pd.Series(dtype="int64"), "reason": [], "text": []})
        rows = pd.read_csv(path, keep_default_na=False).loc[:, ["line", "reason", "text"]]
        return rows.assign(text=rows["text"].astype(str).map(restored))

    def filter(self, **rules: Any) -> "Data":
        """The same data with filters, applied one after another in the order given.

        Parameters
        ----------
        rules
            ``min_rating``, ``max_rating``, ``min_user`` and ``min_item`` (interactions of each), ``core``, ``after`` and
            ``before`` (dates), ``users`` (a share or a number, drawn at random), ``exclude`` (ids of items); see
            `list_filters`. A filter with more than one setting takes a dict: ``core={"k": 5, "items": 10}``.

        Raises
        ------
        WorkbenchError
            If there is no such filter, the data lacks what it needs, or nothing is left.

        Examples
        --------
        >>> likes = data.filter(min_rating=4, core=5)
        """
        more = [make(name, value, self.item_ids).recipe() for name, value in rules.items()]
        found = Data(self.folder, [*self.filters, *more], self.place, self.user_ids, self.item_ids)
        len(found)  # says what is wrong with a filter now
        return found

    def to_frame(self) -> pd.DataFrame:
        """The interactions: ``user``, ``item`` and, where they are known, ``rating``, ``time`` (UTC) and ``weight``."""
        return self.frame_of(self.interactions)

    def frame_of(self, data: Interactions) -> pd.DataFrame:
        """Some interactions of this data as a DataFrame."""
        columns: dict[str, Any] = {
            "user": self.user_ids.to_frame(data.user_ids.take(pa.array(data.user))),
            "item": self.item_ids.to_frame(data.item_ids.take(pa.array(data.item))),
        }
        if data.rating is not None:
            columns["rating"] = data.rating
        if data.time is not None:
            columns["time"] = pd.Series(data.time.astype("datetime64[ms]")).dt.tz_localize("UTC")
        if data.weight is not None:
            columns["weight"] = data.weight
        return pd.DataFrame(columns)

    @cached_property
    def _about(self) -> dict[str, Any]:
        return read_about(self.folder)


def read_interactions(  # noqa: PLR0913 - each file that comes along has a name of its own
    source: Source | Mapping[str, Source] | Sequence[str | os.PathLike[str]],
    *,
    join: str | None = None,
    columns: Mapping[str, str | int] | str | None = None,
    recipe: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    items: Source | None = None,
    users: Source | None = None,
    vectors: Source | Mapping[str, Source] | None = None,
    pictures: str | os.PathLike[str] | None = None,
    feedback: Mapping[str, str] | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
    **reading: Any,
) -> Data:
    """Read interactions of users with items.

    Parameters
    ----------
    source
        A file (CSV, TSV, Excel, Parquet, JSON lines, SQLite …, packed or not), a folder in the layout of MovieLens, or a
        DataFrame. Your own split: a dict with ``train``, ``test`` and perhaps ``validation``, for ``split(data, "files")``.
        Several files in a list: parts of one table, orders and their lines, items, users, vectors, told by their columns.
    join
        Of several files: the column by which rows of the one find theirs in the other; found where None.
    columns
        Which column is ``user``, ``item``, ``rating``, ``time``, by name or by position; guessed where None. Also as the
        command line writes it: ``"user=userId,item=movieId"``.
    recipe
        Read it as another file was: a saved recipe or a ``data.json``.
    items, users
        What is known of them, joined by id: titles, years, genres; attributes.
    vectors
        A vector for each item, joined by id; of several kinds with names, ``{"posters": …, "plots": …}``.
    pictures
        A folder with pictures that are called like the items' ids.
    feedback
        What an event is worth, by column, as the command line writes it: ``{"event": "view:1,cart:3,buy:5"}``,
        ``{"rating": "like>=4,dislike<=2"}``; guessed where None.
    folder
        Where to keep the data; what is there already is replaced, unless it is the same. Without it the data lies in a
        temporary folder, which goes with the last object that needs it.
    progress
        Whether a bar is drawn, on a terminal or in a notebook.
    reading
        What the guess of how a file is read got wrong, by the names of the command line's ``--read``: ``delimiter``,
        ``decimal``, ``encoding``, ``header``, ``time``, ``duplicates``, ``rating_as`` …

    Returns
    -------
    Data
        With ids as they were given: those of a DataFrame keep their dtype, those of a file are text.

    Raises
    ------
    WorkbenchError
        If it cannot be read, or nothing says which column is which.

    Examples
    --------
    >>> data = workbench.read_interactions("ratings.csv", items="movies.csv")
    """
    place = Place()
    target = place.data_folder() if folder is None else Path(folder)
    if recipe is not None and (columns is not None or reading or feedback):
        raise WorkbenchError("A recipe says how everything is read. Leave out the recipe, or columns and the rest.")
    with temporary_folder() as temporary, shown("Reading", progress) as control:
        files = _Files(temporary)
        if isinstance(source, Sequence) and not isinstance(source, str):
            found = sort_out([_path_of(path) for path in source], join)
            source = dict(found.paths)
            items = found.further.get("items") if items is None else items
            users = found.further.get("users") if users is None else users
            kinds = {kind: path for name, path in found.further.items() if (kind := kind_of(name))}
            vectors = kinds or None if vectors is None else vectors
        paths = files.interactions(source)
        first = paths if isinstance(paths, Path) else next(iter(paths.values()))
        joined = None if isinstance(paths, Path) or JOINED not in paths else look_at(paths[JOINED])
        chosen, filters = _recipe(first, columns, recipe, reading, feedback, joined, join)
        with _new_or_same(target) as new:
            about = import_file(
                paths,
                new,
                chosen,
                files.beside("items", items),
                users=files.beside("users", users),
                vectors=files.by_kind(vectors),
                pictures=None if pictures is None else Path(pictures),
                control=control,
            )
    ids = {role: files.ids(about["recipe"]["columns"][role]) for role in ("user", "item")}
    data = Data(target, filters, place, ids["user"], ids["item"])
    len(data)
    return data


def _path_of(source: Any) -> Path:
    if isinstance(source, str | os.PathLike):
        return Path(source)
    raise WorkbenchError(f"A path or a DataFrame is needed, not {type(source).__name__}.")


class _Files:
    """The files of everything that is given; DataFrames become some in a folder that is soon gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frames: list[pd.DataFrame] | None = []  # of the interactions; None where one of them is a file

    def interactions(self, source: Source | Mapping[str, Source]) -> Path | dict[str, Path]:
        """The file of all interactions, or one for each part."""
        given = source if isinstance(source, Mapping) else {"": source}
        whole = all(isinstance(given_file, pd.DataFrame) for given_file in given.values())
        self.frames = [flattened(given_file) for given_file in given.values()] if whole else None
        paths = {name: self._path(f"{name} DataFrame".strip(), given_file) for name, given_file in given.items()}
        return dict(paths) if isinstance(source, Mapping) else paths[""]

    def beside(self, name: str, source: Source | None) -> Path | None:
        """The file of items, users or vectors."""
        return None if source is None else self._path(f"{name} DataFrame", source)

    def by_kind(self, source: Source | Mapping[str, Source] | None) -> dict[str, Path]:
        """The files of vectors by the name of their kind."""
        given = source if isinstance(source, Mapping) else {} if source is None else {UNNAMED: source}
        return {name: self._path(f"{check_kind(name)} DataFrame", table) for name, table in given.items()}

    def ids(self, column: str | int) -> Ids:
        """The ids in a column of the interactions, as they were given."""
        if not self.frames:
            return Ids()
        return Ids.of([frame.iloc[:, column] if isinstance(column, int) else frame[column] for frame in self.frames])

    def _path(self, name: str, source: Source) -> Path:
        if isinstance(source, pd.DataFrame):
            write_frame(source, self.folder / name)
            return self.folder / name
        return _path_of(source)


@contextmanager
def _new_or_same(folder: Path) -> Iterator[Path]:
    """Give a folder to import into. What lies there already stays if it is the same: runs may have it open."""
    if not folder.exists():
        yield folder
        return
    if not (folder / "data.json").is_file():
        raise WorkbenchError(f"{folder} exists and is not from this program. Name another folder; nothing was changed.")
    check_replaceable(folder)
    new = owned(folder)
    try:
        yield new
        if data_hash(new) != data_hash(folder):
            replace_folder(new, folder)
    finally:
        discard(new)


def sample_folder() -> Path:
    """The folder of the sample that comes with the program, MovieLens small: ``ratings.csv`` and ``movies.csv``."""
    return resource(FOLDER)


def _recipe(
    first: Path,
    columns: Mapping[str, str | int] | str | None,
    recipe: str | os.PathLike[str] | Mapping[str, Any] | None,
    reading: dict[str, Any],
    feedback: Mapping[str, str] | None,
    joined: SourceFile | None = None,
    key: str | None = None,
) -> tuple[Recipe | None, list[dict[str, Any]]]:
    """How to read, None for the guess; and the filters stored with a recipe."""
    if isinstance(recipe, Mapping):
        return _declared(Recipe, recipe, "The recipe"), []
    if recipe is not None:
        return open_recipe(Path(recipe))
    if columns is None and not reading and not feedback and (joined is None or key is None):
        return None, []
    chosen = _declared(Columns, columns, "The columns") if isinstance(columns, Mapping) else columns
    return make_recipe(first, chosen, reading, list((feedback or {}).items()), joined=joined, key=key), []


def _declared(kind: type[Declared], values: Mapping[str, Any], title: str) -> Declared:
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise WorkbenchError(explain(error, title, kind)) from error
