"""A row of a published table is trained and tested here, and held against what was published."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.data.importing.recipes import make_recipe
from workbench.evaluation.evaluate import CUTOFFS
from workbench.evaluation.metric_names import named_metrics
from workbench.metrics import higher_is_better
from workbench.training.evaluating import evaluate_run
from workbench.training.literature import Part, Row, Table, find_files
from workbench.training.run import Run
from workbench.training.train import train_run

Json = dict[str, Any]


def reproduce(
    table: Table, data: Path, folder: Path, algorithms: list[str] | None = None, control: Control | None = None
) -> Iterator[Json]:
    """Train and test the rows of a table, one after another.

    Parameters
    ----------
    data
        Where its files lie.
    folder
        Where runs are made, one for each row; a row whose run is there is not trained again.
    algorithms
        Only rows of these; all where None.

    Yields
    ------
    dict
        ``part``, ``row`` (in words), ``algorithm``, ``source``, ``differs``, ``figures`` (by metric: ``published``,
        ``found``, ``met``), ``met`` (all are) and ``run``, its folder.
    """
    control = control or Control()
    files = find_files(table, data)
    for at, part in enumerate(table.parts):
        rows = [row for row in part.rows if algorithms is None or row.algorithm in algorithms]
        if not rows:
            continue
        place = folder / f"part{at}"
        if not (place / "data").exists():
            _import(table, part, files, place, control)
        for row in rows:
            control.check()
            number = part.rows.index(row)
            yield _reproduced(table, part, row, place / "runs" / f"{number}-{row.algorithm}", place / "data", control)


def _import(table: Table, part: Part, files: dict[str, Path], place: Path, control: Control) -> None:
    """Read a part's data; several files of one kind are put one below the other."""
    place.mkdir(parents=True, exist_ok=True)
    sources: dict[str, Path] = {}
    for kind, names in part.files.items():
        sources[kind] = (
            files[names[0]] if len(names) == 1 else _joined([files[name] for name in names], place / names[0])
        )
    only = sources.get("all")
    recipe = make_recipe(only, table.columns) if only is not None and table.columns else None
    import_file(only if only is not None else sources, place / "data", recipe, control=control)


def _joined(paths: list[Path], place: Path) -> Path:
    with place.open("wb") as file:
        for path in paths:
            with path.open("rb") as piece:
                shutil.copyfileobj(piece, file)
            if not _ends_line(path):
                file.write(b"\n")
    return place


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 1, 0))
        return file.read(1) in (b"\n", b"")


def _reproduced(table: Table, part: Part, row: Row, folder: Path, data: Path, control: Control) -> Json:
    if not (folder / "model.safetensors").exists():
        if not (folder / "run.json").exists():
            Run.create(folder, data, row.algorithm, row.hyperparameters, table.split, table.split_settings)
        train_run(folder, control)
    chosen, _ = named_metrics(list(row.figures))
    cutoffs = sorted({int(name.partition("@")[2]) for name in row.figures if "@" in name}) or list(CUTOFFS)
    found = evaluate_run(Run.open(folder), chosen, cutoffs, control=control)["metrics"]
    figures = {
        name: {
            "published": figure.value,
            "found": found[name]["mean"],
            "met": figure.is_met(found[name]["mean"], higher_is_better=higher_is_better(name) is not False),
        }
        for name, figure in row.figures.items()
    }
    told = {
        "part": part.name,
        "row": row.words,
        "algorithm": row.algorithm,
        "source": row.source,
        "differs": row.differs,
    }
    return told | {"figures": figures, "met": all(one["met"] for one in figures.values()), "run": str(folder)}
