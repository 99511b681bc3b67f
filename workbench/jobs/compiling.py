"""Loops are compiled at their first use, which takes seconds, and kept: here all at once, before somebody waits for one."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.control import Control
from workbench.jobs.job import Json, job

if TYPE_CHECKING:
    from workbench.data.interactions import Interactions

PEOPLE, ITEMS, CHOSEN = 300, 24, 8  # of the data that is made up: enough for each way in which items are counted
LOOPS = "loops"  # what no algorithm names, and large data needs


@job("compile", title="Making algorithms fast, once", lane="measuring", gives_way=True)
def compile_loops(control: Control, of: list[str] | None = None) -> Json:
    """Compile what these algorithms compute with, or all that are not networks, and what makes, tests and orders lists."""
    from workbench.owned import temporary_folder

    with suppress(AttributeError, OSError):
        os.nice(10)
    wanted = of if of is not None else pieces()
    with temporary_folder() as folder:
        for done, name in enumerate(wanted):
            control.check()
            control.progress(done / len(wanted), name)
            if name == LOOPS:
                _use_loops()
            else:
                _use(folder, name)
    if of is None:
        note_compiled()
    return {"compiled": len(wanted)}


def pieces() -> list[str]:
    """Everything that there is to compile, in pieces that can be done apart; what is most used comes first."""
    from workbench.algorithms import all_algorithms

    first = ("ease", "item-knn", "popularity")
    names = [
        name
        for name, kind in all_algorithms().items()
        if not kind.uses_torch and not {"items", "vectors"} & set(kind.needs) and name != "blend"
    ]
    return [*(name for name in first if name in names), *(name for name in names if name not in first), LOOPS]


def _use(folder: Path, name: str) -> None:
    """Train an algorithm on a few made-up people, test it, and make a list."""
    from workbench.algorithms import find
    from workbench.errors import WorkbenchError
    from workbench.insight.listing import recommend
    from workbench.training.evaluating import evaluate_run
    from workbench.training.run import Run
    from workbench.training.train import train_run

    data = folder / "data" / "made-up"
    if not data.exists():
        _made_up().save(data)
    with suppress(WorkbenchError):  # such as one that somebody added, and that wants more of its data
        settings = {"epochs": 1} if find(name).iterative else {}
        run = Run.create(folder / "runs" / name, data, name, settings, "random", {"per_user": True})
        train_run(run.folder)
        evaluate_run(run)
        recommend(str(run.folder), "0", Control(), k=3)


def _made_up() -> "Interactions":
    import numpy as np
    import pyarrow as pa

    from workbench.data.interactions import Interactions

    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(PEOPLE, dtype=np.int32), CHOSEN)
    item = np.concatenate([rng.permutation(ITEMS)[:CHOSEN] for _ in range(PEOPLE)]).astype(np.int32)
    rating, time = (1 + item % 5).astype(np.float32), np.arange(len(user), dtype=np.int64) * 60_000
    users, items = (pa.array([str(n) for n in range(count)]) for count in (PEOPLE, ITEMS))
    return Interactions.build(user, item, users, items, rating=rating, time=time)


def _use_loops() -> None:
    """What millions of rows, or thousands of items, need."""
    import numpy as np

    from workbench.algorithms.base import gram
    from workbench.data import masking
    from workbench.data.kernels.order import warm
    from workbench.data.splitting import make_split

    warm()  # type: ignore[no-untyped-call]
    data = _made_up()
    make_split("random").split(data)
    for kind in (np.float32, np.float64):
        for some in (data, data.take(np.flatnonzero(data.user < ITEMS))):
            gram.weights_of(gram.gram_of(some.matrix(), kind) + np.identity(ITEMS, kind))
    many = np.ones(masking.COMPILED_FROM_ROWS, bool)
    masking.picked([np.zeros(len(many), kind) for kind in (np.int8, np.int32, np.int64)], many)


# What is noted -------------------------------------------------------------------------------------------------------

NOTE = "workbench-compiled.txt"
PROGRAM = Path(__file__).resolve().parents[1]


def is_compiled() -> bool:
    """Whether all of it was compiled by this version on this machine, and nothing has changed since."""
    return any(_said(place / NOTE) == _key() for place in _places())


def _said(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def note_compiled() -> None:
    """Note that all of it is compiled, beside the compiled loops where that can be written."""
    from workbench.errors import WorkbenchError
    from workbench.files import whole_file

    for place in _places():
        with suppress(WorkbenchError, OSError):
            place.mkdir(parents=True, exist_ok=True)
            with whole_file(place / NOTE) as part:
                part.write_text(_key(), encoding="utf-8")
            return


def _places() -> list[Path]:
    from workbench.project import home

    kept = os.environ.get("NUMBA_CACHE_DIR")
    return [Path(kept) if kept else PROGRAM / "__pycache__", home()]


def _key() -> str:
    """What the compiled loops are of: the program, where it lies, when its loops were changed, Python and the compiler."""
    from workbench.training.run import package_versions
    from workbench.version import __version__

    changed = max(path.stat().st_mtime_ns for path in PROGRAM.glob("*/kernels/*.py"))
    used = package_versions()
    return f"{__version__} {PROGRAM} {changed} {used['python']} {used['numba']}"
