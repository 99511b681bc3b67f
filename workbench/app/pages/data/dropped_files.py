"""What each of several files is for that somebody dropped at once: interactions, titles, test."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.app.widgets.file_dialog import data_endings
from workbench.errors import WorkbenchError

# In a folder these are settings more often than data.
NO_DATA = (".json",)
FURTHER = ("items", "users", "vectors", "pictures")
RATINGS = ("rating", "interaction", "event", "review", "purchase", "click", "user_artist", "listen", "play")
ITEMS = ("movie", "item", "book", "title", "artist", "product", "joke", "song", "track", "game", "article", "meta")
USERS = ("users", "people", "members", "customers", "readers")
VECTORS = ("vector", "embedding", "factors", "features")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
TEST, VALIDATION, TRAIN = ("test",), ("valid", "validation", "val", "dev"), ("train", "training", "base")
MAX_FILES = 2000  # files of a folder that are looked at


@dataclass(frozen=True)
class Offer:
    """What each file is for.

    Attributes
    ----------
    main : Path
        The interactions, or those to learn from where there is a `test`.
    items : Path or None
        Titles and genres.
    test, validation : Path or None
        The person's own split.
    unused : tuple of Path
        Files that nothing is known to do with.
    users, vectors, pictures : Path or None
        Attributes of users; vectors and a folder of pictures of items.
    choices : tuple of Path
        Files that could be meant by `main`, itself among them.
    parts : tuple of Path
        Further files of the same table, which are put below `main`.
    joined : Path or None
        A file that says who an order is by.
    kinds : tuple of (str, Path)
        Vectors with names, as they are called among further files.
    is_told : bool
        Whether the columns of the files were looked at, or a person has said what is what.
    """

    main: Path
    items: Path | None = None
    test: Path | None = None
    validation: Path | None = None
    unused: tuple[Path, ...] = ()
    users: Path | None = None
    vectors: Path | None = None
    pictures: Path | None = None
    choices: tuple[Path, ...] = ()
    parts: tuple[Path, ...] = ()
    joined: Path | None = None
    kinds: tuple[tuple[str, Path], ...] = ()
    is_told: bool = False

    @property
    def is_unclear(self) -> bool:
        """Whether names did not tell what each file is for, so that their columns have to."""
        return bool(self.unused) and self.test is None and not self.is_told

    def tables(self) -> list[Path]:
        """All files whose columns may tell what they are for."""
        return list(dict.fromkeys(filter(None, (*self.choices, self.main, self.items, self.users, self.vectors))))

    def told(self, answer: dict[str, Any]) -> "Offer":
        """The same as columns tell it (the answer of the job ``sort files``); as names do where columns do not."""
        if "paths" not in answer:
            return replace(self, is_told=True)
        paths = {name: Path(path) for name, path in answer["paths"].items()}
        joined = paths.pop("joined", None)
        further = {what: Path(path) for what, path in answer["further"].items()}
        main, *parts = paths.values()
        beside = {what: further.get(what) for what in ("items", "users", "vectors")}
        kinds = tuple((what, file) for what, file in further.items() if what not in FURTHER)
        told = replace(self, main=main, parts=tuple(parts), joined=joined, unused=(), is_told=True, **beside)
        return replace(told, kinds=kinds)


def sort_out(paths: list[Path]) -> Offer:
    """Give each file its place, by its name.

    Parameters
    ----------
    paths
        Files, or folders whose files are meant.

    Raises
    ------
    WorkbenchError
        If a folder holds no file that could be the interactions.
    """
    pictures = next((path for path in (*paths, *_folders(paths)) if path.is_dir() and _holds_pictures(path)), None)
    files = [file for path in paths if path != pictures for file in (_inside(path) if path.is_dir() else [path])]
    if not files:
        message = (
            f"The folder {paths[0].name} holds pictures and no table. Choose the file of interactions, and add it."
        )
        raise WorkbenchError(message)
    if len(files) == 1:
        return Offer(files[0], pictures=pictures)
    vectors = [entry for entry in files if entry.suffix == ".npy" or _is(entry, VECTORS)]
    users = [entry for entry in files if entry not in vectors and (_is_users(entry))]
    further = {*vectors, *users}
    some = [entry for entry in files if entry not in further]
    offer = _of_tables(some or files)
    rest = tuple(group for group in (*users[1:], *vectors[1:]) if group != offer.main)
    return replace(
        offer,
        users=next((user for user in users if user != offer.main), None),
        vectors=next((vector for vector in vectors if vector != offer.main), None),
        pictures=pictures,
        unused=(*offer.unused, *rest),
        choices=tuple(files),
    )


def role_of(path: Path) -> str:
    """What a file is for that comes along with interactions, by its name; empty where that does not say it."""
    if path.is_dir():
        return "pictures"
    if path.suffix == ".npy" or _is(path, VECTORS):
        return "vectors"
    if _is_users(path):
        return "users"
    if _is(path, ITEMS) or path.suffix == ".item":
        return "items"
    return next((what for what in ("test", "validation") if _is_part(path, _PARTS[what])), "")


def _of_tables(files: list[Path]) -> Offer:
    """Interactions, titles and the parts of a split among files."""
    if len(files) == 1:
        return Offer(files[0])
    parts = {what: [file for file in files if _is_part(file, names)] for what, names in _PARTS.items()}
    named = [file for file in files if _is(file, RATINGS)]
    titles = [file for file in files if file not in named and (_is(file, ITEMS) or file.suffix == ".item")]
    taken = {file for some in parts.values() for file in some}
    rest = [file for file in files if file not in titles and file not in taken]
    own = bool(parts["test"]) and bool(parts["train"] or rest) and not named
    main = _first(parts["train"], rest, parts["test"]) if own else _first(named, rest, parts["train"], files)
    test, validation = (_same_fold(main, parts[what]) if own else None for what in ("test", "validation"))
    items = next((title for title in titles if title != main), None)
    used = {main, items, test, validation}
    return Offer(main, items, test, validation, tuple(file for file in files if file not in used))


_PARTS = {"train": TRAIN, "test": TEST, "validation": VALIDATION}


def _inside(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path, _ in zip(folder.iterdir(), range(MAX_FILES), strict=False))
    except OSError as error:
        message = f"{folder} could not be opened ({error.strerror}). Choose the file of interactions itself."
        raise WorkbenchError(message) from error
    known = set(data_endings()) - set(NO_DATA)
    files = [
        path for path in found if path.suffix.lower() in known and path.is_file() and "readme" not in path.name.lower()
    ]
    if not files:
        message = (
            f"The folder {folder.name} holds no CSV or other table of text. Choose the file of interactions itself."
        )
        raise WorkbenchError(message)
    # "u.data" beside "u1.base" and "u1.test": the whole is meant, not one of its folds.
    whole = [file for file in files if file.suffix.lower() == ".data"]
    return [*whole, *(file for file in files if file.suffix in (".item", ".user"))] if whole else files


def _folders(paths: list[Path]) -> list[Path]:
    """Folders inside a folder that was offered, where pictures may lie."""
    with suppress(OSError):
        return [
            inner
            for path in paths
            if path.is_dir()
            for inner, _ in zip(sorted(path.iterdir()), range(MAX_FILES), strict=False)
        ]
    return []


def _holds_pictures(folder: Path) -> bool:
    """Whether the first files of a folder are pictures."""
    with suppress(OSError):
        first = [path.suffix.lower() in PICTURES for path, _ in zip(folder.iterdir(), range(20), strict=False)]
        return bool(first) and sum(first) > len(first) // 2
    return False


def _is_users(path: Path) -> bool:
    return path.suffix == ".user" or path.stem.lower() in USERS


def _is(path: Path, names: tuple[str, ...]) -> bool:
    return any(name in path.stem.lower() for name in names)


def _is_part(path: Path, names: tuple[str, ...]) -> bool:
    return bool(set(re.split(r"[\W_\d]+", path.name.lower())) & set(names))


def _first(*groups: list[Path]) -> Path:
    return next(file for group in groups for file in group)


def _same_fold(main: Path, files: list[Path]) -> Path | None:
    """Of u1.test and u2.test the one that belongs to u1.base; else the first."""
    others = [file for file in files if file != main]
    number = re.findall(r"\d+", main.stem)
    return next((other for other in others if re.findall(r"\d+", other.stem) == number), others[0] if others else None)
