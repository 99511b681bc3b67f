"""What the window asks of a file: a look at its first rows, the reading of all of it, the list of its duplicates.

Plain JSON values go in and out, as every job of the worker has them.
"""

from pathlib import Path
from typing import Any

from workbench.control import Control
from workbench.data.importing import recipes
from workbench.data.importing import remembered as remembering
from workbench.data.importing import roles as columns
from workbench.data.importing.builder import Assembly
from workbench.data.importing.doubting import doubts_about
from workbench.data.importing.duplicates import list_duplicates
from workbench.data.importing.feedback import guess_feedback
from workbench.data.importing.import_report import Report, account
from workbench.data.importing.importer import (
    JOINED,
    LARGE_BYTES,
    Recipe,
    converter_of,
    import_file,
    orders_of,
    shown_by,
)
from workbench.data.importing.joins import beside, found_in, key_of, make_join
from workbench.data.importing.sorting_out import sort_out
from workbench.data.reading import first_rows as reading
from workbench.data.reading.archives import members_of
from workbench.data.reading.formats.base.file_format import BlockConverter
from workbench.data.reading.formats.base.own_rows import is_likely
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.streams import Beginning, open_text, row_blocks
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.data.side_files.vector_files import kind_of
from workbench.errors import WorkbenchError

Json = dict[str, Any]


def preview(  # noqa: PLR0913 - each is what a person said
    path: str,
    control: Control,
    known: Json | None = None,
    rows: int = 200,
    again: bool = False,
    recipe: str | None = None,
    joined: str | None = None,
    key: str | None = None,
    added: Json | None = None,
) -> Json:
    """The first rows of a file, its layout, and a guess of its columns.

    Parameters
    ----------
    known
        What the person said of the layout; the rest is guessed. Where nothing was said, the layout is that in which the
        last file of the same shape was read, if there was one.
    again
        Whether the guess is wanted in any case.
    recipe
        A stored recipe, by which the file is to be read.
    joined
        A second file, that says who an order is by.
    key
        The column by which it is joined; found where None.
    added
        ``files``, whose rows are to be added to those of the data folder ``to``: they are shown, read as that was.
    """
    file = look_at(Path(path))
    known = dict(known or {})
    members = members_of(file)
    if len(members) > 1 and "member" not in known:
        known["member"] = next((member for member in members if is_likely(member)), members[0])
    layout = sniff(file, known)
    seen = reading.preview(file, layout, rows)
    before = None
    if recipe:
        before = remembering.stored(Path(recipe))
    elif added:
        before = remembering.of_data(Path(added["to"]))
    elif not again and not set(known) - {"member"}:
        before = remembering.recall(remembering.shape_of(seen.names, layout))
    if before:
        kept = Layout(**before["recipe"]["format"])
        packed = {"compression": layout.compression, "member": layout.member}
        seen = reading.preview(file, kept.model_copy(update=packed), rows)
    shown, keys = seen, list[str]()
    if joined is not None:
        orders, key = _orders_beside(file, seen, joined, key)
        keys = [name for name in seen.names if name in orders.names]
        seen, shown = beside(seen, orders, key), found_in(seen, orders, key)
    elif added and before:
        shown = _rows_added(added["files"], file, seen, Recipe(**before["recipe"]))
    guess = columns.guess(seen)
    told = guess_feedback(seen, guess.columns, others=True)
    return {
        "path": path,
        "names": seen.names,
        "rows": shown.rows,
        "format": seen.format.model_dump(),
        "columns": told.columns.model_dump(),
        "feedback": [each.model_dump() for each in told.feedback],
        "evidence": guess.evidence if not told.why else guess.evidence | {"rating": (told.why, 0.9)},
        "problem": guess.problem,
        "question": guess.question,
        "counts": guess.counts,
        "tables": seen.tables,
        "members": members if len(members) > 1 else [],
        "duplicates": list(recipes.usual_duplicates(seen, told.columns, told.duplicates)),
        "remembered": before,
        "keys": keys,
        "key": key if keys else None,
    }


def _rows_added(files: list[str], first: SourceFile, seen: reading.Preview, recipe: Recipe) -> reading.Preview:
    """The first rows of files that are put below another, in its columns; raises WorkbenchError where they have others."""
    rows: list[list[str]] = []
    for part in map(look_at, map(Path, files)):
        shown = reading.preview(part, converter_of(part, recipe, None, first).layout)
        places = [shown.names.index(name) if name in shown.names else at for at, name in enumerate(seen.names)]
        rows += [[row[at] if at < len(row) else "" for at in places] for row in shown.rows]
    return seen.model_copy(update={"rows": rows})


def sort_files(paths: list[str]) -> Json:
    """What each of several files is for, by its columns; ``why`` that could not be told, where it could not."""
    try:
        found = sort_out([Path(path) for path in paths])
    except WorkbenchError as error:
        return {"why": str(error)}
    plain = {name: {what: str(path) for what, path in getattr(found, name).items()} for name in ("paths", "further")}
    return {**plain, "key": found.key}


def _orders_beside(
    file: SourceFile, lines: reading.Preview, joined: str, wanted: str | None = None
) -> tuple[reading.Preview, str]:
    """The first rows of a second file, and the column by which it is joined."""
    other = look_at(Path(joined))
    orders = reading.preview(other, rows=reading.MOST_ROWS)
    return orders, key_of(lines, orders, (file.name, other.name), wanted)


def doubts(path: str, recipe: Json, control: Control, joined: str | None = None) -> Json:
    """What is to be doubted of reading a file by a recipe, and how many rows met, judged by the beginning of the file."""
    file, (asked, key) = look_at(Path(path)), _told_key(recipe)
    other = None if joined is None else look_at(Path(joined))
    if other is not None and other.size > LARGE_BYTES:  # it would be read whole for each look
        return {"doubts": [], "met": []}
    asked = with_join(asked, file, other, key)
    orders, report = orders_of(other, asked), Report()
    converter = converter_of(file, asked, orders)
    found = _doubts(file, other, asked, converter, report, control)
    met = [] if orders is None else [{"file": orders.name, **orders.report()}]
    return {"doubts": found, "met": met}


def _told_key(recipe: Json) -> tuple[Recipe, str | None]:
    """A recipe of the window, which of a join says the key alone; and that."""
    join = recipe.get("join")
    if not isinstance(join, dict) or set(join) != {"key"}:
        return Recipe(**recipe), None
    return Recipe(**{name: value for name, value in recipe.items() if name != "join"}), str(join["key"])


def with_join(recipe: Recipe, file: SourceFile, joined: SourceFile | None, key: str | None = None) -> Recipe:
    """A recipe over the columns of two files with what it does not say yet: how the second is joined."""
    if joined is None or recipe.join is not None:
        return recipe
    lines = reading.preview(file, recipe.format)
    orders, key = _orders_beside(file, lines, str(joined.path), key)
    return recipe.model_copy(update={"join": make_join(recipe.columns, lines, orders, key, recipe.time)})


def _doubts(
    file: SourceFile,
    joined: SourceFile | None,
    asked: Recipe,
    converter: BlockConverter,
    report: Report,
    control: Control,
) -> list[Json]:
    shown = shown_by(file, joined, asked)
    with Assembly() as rows, open_text(file, converter.layout) as source:
        beginning = Beginning(source)
        for block in row_blocks(beginning, converter.layout):
            control.check()
            if block.data:
                piece = converter.convert(block)
                account(piece, report, None, None)
                rows.add(piece, None, control)
        if not report.kept:
            return []
        if report.kept == report.ignored:
            return []
        merged = rows.build(asked.duplicates, control)
    report.duplicates = report.kept - report.ignored - len(merged)
    report.named |= asked.named(merged)
    data = asked.weigh(merged)
    if not len(data):
        return []
    return doubts_about(shown, asked, data, report, is_whole=beginning.is_whole)


def import_data(
    paths: str | dict[str, str],
    folder: str,
    control: Control,
    recipe: Json | None = None,
    further: dict[str, str] | None = None,
    guessed: bool = False,
) -> Json:
    """Read a file (or the person's own training, validation and test files) into a data folder.

    Parameters
    ----------
    further
        Files that tell of items and users, as `import_file` names them: items, users, vectors, pictures; and
        ``vectors:NAME`` where vectors have a name.
    guessed
        Whether the encoding in the recipe is not the person's choice.
    """
    files = {name: Path(path) for name, path in paths.items()} if isinstance(paths, dict) else Path(paths)
    asked, key = _told_key(recipe) if recipe else (None, None)
    if asked is not None and isinstance(files, dict) and JOINED in files:
        asked = with_join(asked, look_at(next(iter(files.values()))), look_at(files[JOINED]), key)
    others = {name: Path(path) for name, path in (further or {}).items()}
    about: Json = import_file(
        files,
        Path(folder),
        asked,
        others.get("items"),
        users=others.get("users"),
        vectors={kind: path for name, path in others.items() if (kind := kind_of(name))},
        pictures=others.get("pictures"),
        guessed=guessed,
        control=control,
    )
    if asked is not None and asked.join is None:
        first = look_at(next(iter(files.values())) if isinstance(files, dict) else files)
        names = reading.preview(first, asked.format, 1).names
        remembering.remember(remembering.shape_of(names, asked.format), first, asked, Path(folder).parent.parent)
    return about


def duplicates(data: str, control: Control) -> Json:
    """List the rows that repeat a user and an item (`duplicates.list_duplicates`)."""
    return list_duplicates(Path(data), control)
