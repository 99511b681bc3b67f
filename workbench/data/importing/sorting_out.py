"""What each of several files is for, by its columns: parts of one table, orders and lines, items, users, vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

from workbench.data.columns.names import GENRES, NAMES, TITLE, likeness
from workbench.data.importing import roles
from workbench.data.importing.importer import JOINED, PART_OF_TABLE
from workbench.data.importing.joins import beside, key_of
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.formats import endings
from workbench.data.reading.text.folders import INTERACTIONS, could_not_open, look_into
from workbench.data.side_files.vector_files import UNNAMED, further_name, kind_like
from workbench.errors import WorkbenchError

# From so sure on, the name of a column says it all.
NAMED = 0.5
MOSTLY = 0.8  # of the keys of orders stand in one row only
BOTH = ("user", "item")


@dataclass(frozen=True)
class Sorted:
    """What each file was taken for.

    Attributes
    ----------
    paths : dict of str to Path
        The interactions, as `importer.read_interactions` takes them.
    further : dict of str to Path
        ``items``, ``users``, ``vectors``, and ``vectors:NAME`` where there are several kinds.
    key : str or None
        The column by which a second file is joined.
    """

    paths: dict[str, Path]
    further: dict[str, Path] = field(default_factory=dict)
    key: str | None = None


@dataclass
class _Table:
    """Files with the same columns."""

    shown: Preview
    files: list[Path]

    @property
    def name(self) -> str:
        return self.files[0].name

    def values(self, column: str) -> list[str]:
        return self.shown.column(self.shown.names.index(column))

    def is_once(self, column: str, share: float = 1.0) -> bool:
        """Whether each value of a column stands in one of the first rows only, or at least a share of what could."""
        return len(set(self.values(column))) >= share * len(self.values(column))


def is_several(paths: Sequence[Path]) -> bool:
    """Whether these are more than one file, or a folder of tables that is in no known layout."""
    return len(paths) > 1 or (len(paths) == 1 and paths[0].is_dir() and not _is_known(paths[0]))


def sort_out(paths: Sequence[Path], key: str | None = None, said: roles.Columns | None = None) -> Sorted:
    """Find out what each file is for.

    Parameters
    ----------
    paths
        Files, or folders of files.
    key
        The column by which two of them are joined; found where None.
    said
        The columns of the interactions, where the person has named them.

    Raises
    ------
    WorkbenchError
        If a file is for nothing that is known, or two could be the interactions.
    """
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if not files:
        raise WorkbenchError("There is no file to read. Name the file of interactions.")
    places = [file.resolve() for file in files]
    twice = next((file for at, file in enumerate(files) if places[at] in places[:at]), None)
    if twice is not None:  # each of its rows would count for two
        raise WorkbenchError(f"{twice} is named twice. Name each file once, or the folder that it lies in.")
    vectors = [file for file in files if file.suffix.lower() == ".npy"]
    tables = _tables([file for file in files if file not in vectors])
    joined = _joined(tables, key)
    main = joined[0] if joined else _interactions(tables, said)
    taken = [main, *(joined[1:2] if joined else [])]
    shown = main.shown if joined is None else beside(main.shown, joined[1].shown, joined[2])
    columns = said or roles.guess(shown).columns
    further = _kinds(vectors)
    for table in tables:
        if table not in taken:
            _add(further, table, _what(table, columns, main), main)
    several = joined is not None or len(main.files) > 1
    found = {f"{PART_OF_TABLE}{n}" if several else "all": file for n, file in enumerate(main.files, 1)}
    if joined is None:
        return Sorted(found, further)
    if len(joined[1].files) > 1:
        raise _unknown(joined[1].files[1], f"There are two files to be joined by '{joined[2]}'.")
    return Sorted({**found, JOINED: joined[1].files[0]}, further, joined[2])


def _kinds(vectors: list[Path]) -> dict[str, Path]:
    """Arrays by what they are among further files: one is the vectors, several are called like their files."""
    if len(vectors) == 1:
        return {UNNAMED: vectors[0]}
    found: dict[str, Path] = {}
    for file in vectors:
        name = further_name(kind_like(file.stem))
        if name in found:
            message = f"{found[name]} and {file} would both be the vectors called {kind_like(file.stem)}."
            raise WorkbenchError(f"{message} Give one of them another name (--vectors NAME=FILE).")
        found[name] = file
    return found


def _is_known(folder: Path) -> bool:
    try:
        look_into(folder)
    except WorkbenchError:
        return False
    return True


def _inside(folder: Path) -> list[Path]:
    """The tables of a folder, by their names; numbers in them count as such."""
    try:
        found = [
            path for path in folder.iterdir() if path.is_file() and path.name.lower().endswith((*endings(), ".npy"))
        ]
    except OSError as error:
        raise could_not_open(folder, error) from error
    tables = sorted(path for path in found if "readme" not in path.name.lower() and not path.name.startswith("."))
    if not tables:
        message = f"{folder} is a folder and holds no table, and none of {', '.join(INTERACTIONS)}."
        raise WorkbenchError(message + " Choose the file with the interactions.")
    return tables


def _tables(files: list[Path]) -> list[_Table]:
    """Files by their columns; a file without a header belongs to the only table that is as wide."""
    found: dict[tuple[str, ...], _Table] = {}
    bare: list[tuple[Path, Preview]] = []
    empty: list[Path] = []
    for file in files:
        if len(files) > 1 and not file.stat().st_size:  # such as a day on which nothing happened
            empty.append(file)
            continue
        shown = preview(file)
        if shown.format.header:
            found.setdefault(tuple(sorted(shown.names)), _Table(shown, [])).files.append(file)
        else:
            bare.append((file, shown))
    if not (found or bare):
        message = f"{files[0].name} is empty, like all others. Choose files with a user and an item in each row."
        raise WorkbenchError(message)
    for file, shown in bare:
        alike = found.get(tuple(sorted(shown.rows[0]))) if len(shown.rows) == 1 else None
        if alike is not None:  # names of columns, and no row below them
            alike.files.append(file)
            continue
        wide = [table for table in found.values() if len(table.shown.names) == len(shown.names)]
        only = wide[0] if len(wide) == 1 else None
        (only or found.setdefault(tuple(shown.names), _Table(shown, []))).files.append(file)
    max(found.values(), key=lambda table: len(table.files)).files.extend(empty)
    return list(found.values())


def _joined(tables: list[_Table], key: str | None) -> tuple[_Table, _Table, str] | None:
    """Lines, orders, and the key that stands once in the orders, which alone name the user; None where nothing is so."""
    for lines, orders in permutations(tables, 2):
        both = [name for name in lines.shown.names if name in orders.shown.names and lines.shown.format.header]
        both = both if key is None else [name for name in both if name == key]
        if not both or not orders.shown.format.header:
            continue
        by = key_of(lines.shown, orders.shown, (lines.name, orders.name), key)
        more = [name for name in orders.shown.names if name not in lines.shown.names]
        tells = any(likeness(name, NAMES["user"]) > NAMED for name in more)
        knows = any(likeness(name, NAMES["user"]) > NAMED for name in lines.shown.names if name != by)
        # That a key comes again is told, once all rows are read; a key that was named is believed.
        if orders.is_once(by, 0.0 if key is not None else MOSTLY) and tells and not knows:
            return lines, orders, by
    if key is not None:
        names = ", ".join(table.name for table in tables)
        message = (
            f"None of {names} can be joined to another by '{key}': one must have it once in each row, and name the"
        )
        raise WorkbenchError(message + " user; the other must have it, too, and name the item.")
    return None


def _interactions(tables: list[_Table], said: roles.Columns | None) -> _Table:
    """The table of interactions: the one that has the columns that were said, or that looks like it."""
    if said is None:
        guesses = {table.name: roles.guess(table.shown) for table in tables}
        likely = [table for table in tables if guesses[table.name].problem is None]
        named = [table for table in likely if all(guesses[table.name].evidence[role][1] > NAMED for role in BOTH)]
        likely = named or likely
    else:
        wanted = {name for name in said.model_dump().values() if isinstance(name, str)}
        likely = [table for table in tables if wanted <= set(table.shown.names)]
    if len(likely) == 1 or len(tables) == 1:
        return (likely or tables)[0]
    if not likely:
        names = ", ".join(table.name for table in tables)
        message = f"None of {names} looks like interactions: a user and an item in each row."
        raise WorkbenchError(message + " Name the one file, with --columns user=A,item=B.")
    both = [table.files[0] for table in likely]
    message = f"{both[0].name} and {both[1].name} could both be the interactions, and have different columns."
    raise WorkbenchError(message + " Read them by themselves, or name the key by which they are joined (--join KEY).")


def _what(table: _Table, columns: roles.Columns, main: _Table) -> str | None:
    """What a table is for beside the interactions: its ids are those of items or of users."""
    names = table.shown.names
    for role, what in (("item", "items"), ("user", "users")):
        if getattr(columns, role) in names and table.is_once(str(getattr(columns, role))):
            return what
    if any(name in known or likeness(name, known) > NAMED for name in names for known in (TITLE, GENRES)):
        return "items"
    ids = {role: likeness(names[0], NAMES[role]) for role in ("item", "user")}
    best = max(ids, key=lambda role: ids[role])
    return f"{best}s" if ids[best] > NAMED and table.is_once(names[0]) else None


def _add(further: dict[str, Path], table: _Table, what: str | None, main: _Table) -> None:
    if what is None:
        raise _unknown(table.files[0], f"Its columns are not those of {main.name}, nor ids of its items or users.")
    if what in further or len(table.files) > 1:
        raise _unknown(table.files[-1], f"There are two files of {what}.")
    further[what] = table.files[0]


def _unknown(file: Path, why: str) -> WorkbenchError:
    way = "Leave it out, or say what it is for (--items, --users, --vectors, --join KEY)."
    return WorkbenchError(f"Nothing says what {file.name} is for. {why} {way}")
