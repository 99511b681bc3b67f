"""A file becomes a data folder: read in a stream, every row accounted for, written whole or not at all."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.control import Control
from workbench.data.checked import note_checked
from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.graded import is_graded, scale_of
from workbench.data.data_file import as_stored, read_about
from workbench.data.doubts.no_likes import NoLikes
from workbench.data.importing import roles
from workbench.data.importing.builder import LONG, SHORT, Assembly, Phases
from workbench.data.importing.doubting import SAMPLE_ROWS, doubts_about
from workbench.data.importing.feedback import feedback_json
from workbench.data.importing.import_report import Report, account, nothing_kept, nothing_left, refused_file
from workbench.data.importing.joins import JoinedLines, Orders, beside, read_orders
from workbench.data.importing.parts import like_first
from workbench.data.importing.recipes import Recipe, guess_recipe, make_recipe, time_kind
from workbench.data.importing.roles import Columns
from workbench.data.interactions import Interactions
from workbench.data.overview.summary import iso, summarize
from workbench.data.reading.archives import member_of, members_of, packing_of
from workbench.data.reading.first_rows import Preview, column_names, preview
from workbench.data.reading.formats import format_of
from workbench.data.reading.formats.base.file_format import BlockConverter
from workbench.data.reading.prefetch import prefetched
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.folders import look_into
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import Piece
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.data.shared_files import share_files
from workbench.data.side_files import vectors as features
from workbench.data.side_files.items import read_items
from workbench.data.side_files.people import read_users
from workbench.data.side_files.vector_files import by_kind, further_name, kind_of, write_vectors
from workbench.errors import WorkbenchError
from workbench.files import whole_folder
from workbench.owned import remove_file

__all__ = ["Recipe", "Report", "import_file", "inspect", "make_recipe", "read_interactions", "time_kind"]

# Bytes from which a file takes its time as tens of millions of rows do.
LARGE_BYTES = 40 << 20
PARTS = {"train": 0, "validation": 1, "test": 2}
# The name of a second file that is joined, and how those of the parts of one table begin.
JOINED, PART_OF_TABLE = "joined", "part "
Paths = Mapping[str, Path | SourceFile] | Path | SourceFile


def read_interactions(
    paths: Paths,
    recipe: Recipe | None = None,
    *,
    columns: Columns | str | None = None,
    control: Control | None = None,
    refused: Path | None = None,
    spill: Path | None = None,
    guessed: bool = False,
    doubtful: bool = False,
) -> tuple[Interactions, Report, Recipe]:
    """Read a file, or the person's own split as ``{"train": ..., "validation": ..., "test": ...}``, or several of a table.

    Parts of one table (``{"part 1": ..., "part 2": ...}``) are put one below the other; ``joined`` is a file that says
    who an order is by (`importing.joins`).

    Parameters
    ----------
    recipe
        How to read; guessed from the first file where None.
    columns
        Which column is which, where there is no recipe and the guess was corrected.
    refused
        CSV file to write all refused rows to (line, reason, text).
    spill
        Folder in which millions of rows wait; the system's place for temporary files where None.
    guessed
        Whether nobody has said the encoding of the recipe, so that it is corrected where the file tells another.
    doubtful
        Whether to read on where the guess says that this is no table of interactions; else that is an error.

    Raises
    ------
    WorkbenchError
        If a file cannot be read, has no row that fits, or changes while it is read.
    """
    files = look_at_files(paths)
    joined = files.pop(JOINED, None)
    unknown = {name for name in files if not name.startswith(PART_OF_TABLE)} - set(PARTS) - {"all"}
    if unknown or not files:
        message = f"Files are for {', '.join(PARTS)}, not {', '.join(sorted(unknown)) or 'nothing'}."
        raise WorkbenchError(message)
    control = control or Control()
    first = next(iter(files.values()))
    chosen, problem = (recipe, None) if recipe else guess_recipe(first, columns, joined=joined)
    if problem and not doubtful:
        message = f"{first.name}: {problem}"
        raise WorkbenchError(message)
    with ExitStack() as stack:
        rows = stack.enter_context(Assembly(spill, _phases(files)))
        report, accents_differ = _read_all(files, joined, chosen, control, refused, rows)
        if accents_differ and (recipe is None or guessed):  # the sample of the guess was ASCII, the rest is not UTF-8
            chosen = chosen.model_copy(update={"format": chosen.format.model_copy(update={"encoding": "latin-1"})})
            rows = stack.enter_context(Assembly(spill, _phases(files)))
            report, _ = _read_all(files, joined, chosen, control, refused, rows)
        if not report.kept:
            raise WorkbenchError(nothing_kept(first.name, report))
        if report.kept == report.ignored:
            raise WorkbenchError(nothing_left(first.name, report))
        data = rows.build(chosen.duplicates, control)
    control.check()
    report.duplicates = report.merged = report.kept - report.ignored - len(data)
    merged = len(data)
    report.named |= chosen.named(data)
    data = chosen.weigh(data)
    report.ignored += merged - len(data)
    if not len(data):
        raise WorkbenchError(nothing_left(first.name, report))
    report.doubts = doubts_about(shown_by(first, joined, chosen), chosen, data, report, problem)
    if not doubtful:
        _refuse_without_likes(first.name, report)
    return _rated(data, chosen.rating_as), report, chosen


def _refuse_without_likes(name: str, report: Report) -> None:
    doubt = next((doubt for doubt in report.doubts if doubt["name"] == NoLikes.name), None)
    if doubt is not None:
        message = f"{name}: {doubt['sentence']} Try {doubt['try']}"
        raise WorkbenchError(message)


def look_at_files(paths: Paths) -> dict[str, SourceFile]:
    """Each file by its part; for a folder that is recognised, its file of interactions."""
    named = paths if isinstance(paths, Mapping) else {"all": paths}
    return {name: look_at(path) for name, path in named.items()}


def _phases(files: Mapping[str, SourceFile]) -> Phases:
    return LONG if sum(file.size for file in files.values()) >= LARGE_BYTES else SHORT


def _rated(data: Interactions, rating_as: str) -> Interactions:
    """The same interactions with ratings as the recipe wants them."""
    if rating_as == "as is" or data.rating is None:
        return data
    return replace(data, rating=np.log1p(np.maximum(data.rating, 0)) if rating_as == "log" else None)


def _read_all(
    files: Mapping[str, SourceFile],
    joined: SourceFile | None,
    recipe: Recipe,
    control: Control,
    refused: Path | None,
    rows: Assembly,
) -> tuple[Report, bool]:
    """Read all files into `rows`; the account, and whether the encoding looks wrong."""
    report, wrong = Report(), False
    orders, first = orders_of(joined, recipe), next(iter(files.values()))
    with refused_file(refused) as sink:
        for number, (name, file) in enumerate(files.items()):
            if not file.size and len(files) > 1:  # such as a day on which nothing happened
                report.files.append({"file": file.name, "as": "empty", "rows": 0, "kept": 0})
                continue
            converter, before = converter_of(file, recipe, orders, first), (report.rows, report.kept)
            if isinstance(converter, Converter):  # not where each id is looked up in another file
                converter.takes_numbers = True
            each = (rows.phases.read - rows.phases.begun) / len(files)
            share = (rows.phases.begun + each * number, each)
            for piece in _pieces(file, converter, report, control, share):
                control.check()
                account(piece, report, sink, file.name if len(files) > 1 else None)
                rows.add(piece, PARTS.get(name), control)
            file.check_unchanged()
            wrong |= converter.is_other_encoding
            if len(files) > 1 or joined is not None:
                rows_kept = {"rows": report.rows - before[0], "kept": report.kept - before[1]}
                report.files.append({"file": file.name, "as": name if name in PARTS else "interactions", **rows_kept})
    if orders is not None and joined is not None:
        joined.check_unchanged()
        report.files.append({"file": orders.name, "as": f"joined by {orders.join.key}", **orders.report()})
    return report, wrong


def orders_of(joined: SourceFile | None, recipe: Recipe) -> Orders | None:
    """The second file, read, where the recipe joins one; raises WorkbenchError where one is there without the other."""
    if recipe.join is None:
        if joined is not None:
            message = (
                f"Nothing says by which column {joined.name} is joined. Name it (--join KEY), or leave the file out."
            )
            raise WorkbenchError(message)
        return None
    if joined is None:
        message = f"The recipe joins a second file by '{recipe.join.key}', which is missing. Name both files."
        raise WorkbenchError(message)
    return read_orders(joined, recipe.join)


def shown_by(first: SourceFile, joined: SourceFile | None, recipe: Recipe) -> Preview:
    """The first rows as a recipe reads them, with the columns of a file that is joined."""
    shown = preview(first, _packed(first, recipe), SAMPLE_ROWS)
    if recipe.join is None or joined is None:
        return shown
    return beside(shown, preview(joined, recipe.join.format, SAMPLE_ROWS), recipe.join.key)


def converter_of(
    file: SourceFile, recipe: Recipe, orders: Orders | None = None, first: SourceFile | None = None
) -> BlockConverter:
    """What turns the blocks of a file into pieces, as the recipe says.

    Parameters
    ----------
    orders
        What is joined, where the recipe joins something.
    first
        The file in front of which this is a part of the same table, perhaps without a header of its own.
    """
    layout = _packed(file, recipe)
    kind = format_of(layout)
    if kind.is_wide:
        return kind.converter(layout, column_names(file, layout), rated=recipe.columns.rating is not None)
    columns = recipe.columns if recipe.join is None else recipe.join.of_lines(recipe.columns)
    shown = preview(file, layout)
    if first is not None and first is not file:
        shown = like_first(file, shown, preview(first, _packed(first, recipe)), columns)
        layout = shown.format
    at = roles.positions(columns, shown)
    names_of = {role: shown.names[i] if layout.header else role for role, i in at.items()}
    graded = shown.column(at["rating"]) if "rating" in at else []
    scale = scale_of(graded) if is_graded(graded, 0.5) else {}
    feedback = {f"feedback {number}": told for number, told in enumerate(recipe.read_as_text)}
    if feedback:
        at.pop("rating", None)
        at |= {role: roles.position(told.column, shown) for role, told in feedback.items()}
    time = recipe.time or time_kind(shown, columns)
    if time == "parts":
        parts = date_parts(shown.names, shown.column) or {}
        at |= {part: place for part, place in parts.items() if part != "year"}
    lines = Converter(ColumnPlan(layout, len(shown.names), at, names_of, time, scale, recipe.ids, feedback))
    return lines if orders is None else JoinedLines(lines, orders)


def _pieces(
    file: SourceFile, converter: BlockConverter, report: Report, control: Control, share: tuple[float, float]
) -> Iterator[Piece]:
    layout = converter.layout
    with open_text(file, layout) as source:
        # What was read of the file when a block was cut: by the time it is converted, more has been read ahead.
        cut = ((block, source.fraction()) for block in row_blocks(source, layout))
        with closing(prefetched(cut)) as every:
            for block, fraction in every:
                control.check()
                if block.data:
                    yield converter.convert(block)
                control.progress(share[0] + share[1] * fraction, f"{report.rows:,} rows read")


def _packed(file: SourceFile, recipe: Recipe) -> Layout:
    """The layout of a recipe, packed as this very file is, where the recipe was made for another."""
    layout, packing = recipe.format, packing_of(file)
    if packing == layout.compression and (packing != "zip" or layout.member in members_of(file)):
        return layout
    return layout.model_copy(update={"compression": packing, "member": member_of(file)})


def inspect(
    paths: Paths,
    columns: Columns | str | None = None,
    *,
    recipe: Recipe | None = None,
    further: Mapping[str, Path | None] | None = None,
    control: Control | None = None,
) -> dict[str, Any]:
    """What an import would do, as plain values for JSON; `further` files as in `import_file`, by name."""
    data, report, recipe = read_interactions(paths, recipe, columns=columns, control=control, doubtful=True)
    low, high = (float(data.rating.min()), float(data.rating.max())) if data.rating is not None else (None, None)
    since, until = (iso(data.time.min()), iso(data.time.max())) if data.time is not None else (None, None)
    return {
        **report.as_json(),
        "interactions": len(data),
        "users": data.n_users,
        "items": data.n_items,
        "density": len(data) / (data.n_users * data.n_items),
        "rating_min": low,
        "rating_max": high,
        "time_min": since,
        "time_max": until,
        "columns": recipe.columns.model_dump(),
        "time_written": recipe.time,
        "feedback": feedback_json(recipe.feedback, rated=data.rating is not None),
        "duplicates_as": recipe.duplicates,
        "rating_as": recipe.rating_as,
        **({"joined": _joined(data, None, further, control or Control())} if further else {}),
        **recipe.format.model_dump(
            include={"kind", "delimiter", "encoding", "header", "compression", "decimal", "table", "missing"}
        ),
    }


def import_file(  # noqa: PLR0913 - each further file has a name of its own
    paths: Paths,
    folder: Path,
    recipe: Recipe | None = None,
    items: Path | None = None,
    *,
    users: Path | None = None,
    vectors: Path | Mapping[str, Path] | None = None,
    pictures: Path | None = None,
    guessed: bool = False,
    control: Control | None = None,
) -> dict[str, Any]:
    """Read a file and write it as a data folder, whole or not at all.

    The folder holds the arrays of `Interactions`, ``data.json``, ``refused.csv`` where rows were refused, and what the
    files of items, users, item vectors and item pictures tell. A folder in the layout of MovieLens brings its own.
    Several files of vectors have names, ``{"posters": …, "plots": …}``.

    Returns
    -------
    dict
        The content of ``data.json``: ``source``, ``recipe``, ``report``, ``summary``, the hash, and the report of each
        further file.
    """
    control = control or Control()
    if isinstance(paths, Path) and paths.is_dir():
        beside = look_into(paths)
        items, users = items or beside.items, users or beside.users
    files = look_at_files(paths)
    with whole_folder(folder) as part, _hashing(files) as sources:
        refused = part / "refused.csv"
        data, report, used = read_interactions(
            files, recipe, control=control, refused=refused, spill=part, guessed=guessed
        )
        if not report.refused_count:
            remove_file(refused)
        about: dict[str, Any] = {
            "source": sources(control),
            "recipe": used.model_dump(),
            "report": report.as_json(),
        }
        control.progress(_phases(files).ordered, "Summing up and writing")
        kinds = {further_name(kind): path for kind, path in by_kind(vectors).items()}
        about |= _joined(data, part, {"items": items, "users": users, **kinds, "pictures": pictures}, control)
        with futures.ThreadPoolExecutor(1) as pool:
            summing = pool.submit(summarize, data, control)
            data.write_arrays(part, control)
            about["summary"] = summing.result()
        control.check()
        data.write_about(part, about)
        control.check()
        share_files(part, folder)
    control.progress(1.0, f"{report.kept:,} interactions")
    written = read_about(folder)
    note_checked(folder, written["hash"])
    return written


def _joined(
    data: Interactions, folder: Path | None, files: Mapping[str, Path | None], control: Control
) -> dict[str, Any]:
    """Write what further files tell of users and items, where there is a folder; the report of each."""
    reports: dict[str, Any] = {}
    for name, path in files.items():
        if path is None:
            continue
        control.check()
        if name == "items":
            items, reports[name] = read_items(path, data.item_ids)
            if folder:
                items.write(folder)
        elif name == "users":
            users, reports[name] = read_users(path, data.user_ids)
            if folder:
                users.write(folder)
        elif kind := kind_of(name):
            vectors, reports[name] = features.read_vectors(path, data.item_ids)
            if folder:
                write_vectors(folder, vectors, kind)
        else:
            pictures, reports[name] = features.read_pictures(path, data.item_ids)
            if folder:
                features.write_pictures(folder, data.item_ids, pictures)
    return as_stored(reports)


@contextmanager
def _hashing(files: Mapping[str, SourceFile]) -> Iterator[Callable[[Control], dict[str, dict[str, Any]]]]:
    """Take the files' hashes in a thread of its own; give what waits for them."""
    stop = threading.Event()

    def look() -> dict[str, dict[str, Any]]:
        return {
            name: {"path": str(file.path), "size": file.size, "sha256": _sha256(file.path, stop)}
            for name, file in files.items()
        }

    def wait(control: Control) -> dict[str, dict[str, Any]]:
        while not found.done():
            control.check()
            futures.wait([found], 0.1)
        return found.result()

    with futures.ThreadPoolExecutor(1) as pool:
        found = pool.submit(look)
        try:
            yield wait
        finally:
            stop.set()


def _sha256(path: Path, stop: threading.Event) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while not stop.is_set() and (piece := file.read(1 << 20)):
            digest.update(piece)
    return digest.hexdigest()
