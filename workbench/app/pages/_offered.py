"""What each of several files is for that somebody dropped at once: interactions, titles, test."""

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError

ENDINGS = (
    ".csv", ".tsv", ".txt", ".dat", ".data", ".tab", ".inter", ".base", ".test", ".item", ".gz", ".zip",
)  # fmt: skip
RATINGS = ("rating", "interaction", "event", "review", "purchase", "click", "user_artist", "listen", "play")
ITEMS = ("movie", "item", "book", "title", "artist", "product", "joke", "song", "track", "game", "article", "meta")
TEST, VALIDATION, TRAIN = ("test",), ("valid", "validation", "val", "dev"), ("train", "training", "base")
MOST = 2000  # files of a folder that are looked at


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
    """

    main: Path
    items: Path | None = None
    test: Path | None = None
    validation: Path | None = None
    unused: tuple[Path, ...] = ()


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
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if len(files) == 1:
        return Offer(files[0])
    parts = {what: [one for one in files if _is_part(one, names)] for what, names in _PARTS.items()}
    named = [one for one in files if _is(one, RATINGS)]
    titles = [one for one in files if one not in named and (_is(one, ITEMS) or one.suffix == ".item")]
    taken = {one for some in parts.values() for one in some}
    rest = [one for one in files if one not in titles and one not in taken]
    own = bool(parts["test"]) and bool(parts["train"] or rest) and not named
    main = _first(parts["train"], rest, parts["test"]) if own else _first(named, rest, parts["train"], files)
    test, validation = (_same_fold(main, parts[what]) if own else None for what in ("test", "validation"))
    items = next((one for one in titles if one != main), None)
    used = {main, items, test, validation}
    return Offer(main, items, test, validation, tuple(one for one in files if one not in used))


_PARTS = {"train": TRAIN, "test": TEST, "validation": VALIDATION}


def _inside(folder: Path) -> list[Path]:
    try:
        found = sorted(one for one, _ in zip(folder.iterdir(), range(MOST), strict=False))
    except OSError as error:
        message = f"{folder} could not be opened ({error.strerror}). Choose the file of interactions itself."
        raise WorkbenchError(message) from error
    files = [
        one for one in found if one.suffix.lower() in ENDINGS and one.is_file() and "readme" not in one.name.lower()
    ]
    if not files:
        message = (
            f"The folder {folder.name} holds no CSV or other table of text. Choose the file of interactions itself."
        )
        raise WorkbenchError(message)
    # "u.data" beside "u1.base" and "u1.test": the whole is meant, not one of its folds.
    whole = [one for one in files if one.suffix.lower() == ".data"]
    return [*whole, *(one for one in files if one.suffix == ".item")] if whole else files


def _is(path: Path, names: tuple[str, ...]) -> bool:
    return any(name in path.stem.lower() for name in names)


def _is_part(path: Path, names: tuple[str, ...]) -> bool:
    return bool(set(re.split(r"[\W_\d]+", path.name.lower())) & set(names))


def _first(*groups: list[Path]) -> Path:
    return next(one for group in groups for one in group)


def _same_fold(main: Path, files: list[Path]) -> Path | None:
    """Of u1.test and u2.test the one that belongs to u1.base; else the first."""
    others = [one for one in files if one != main]
    number = re.findall(r"\d+", main.stem)
    return next((one for one in others if re.findall(r"\d+", one.stem) == number), others[0] if others else None)
