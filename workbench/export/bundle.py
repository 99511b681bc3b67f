"""A trained model as a folder for use without this program, which has shown that it gives the same lists."""

import hashlib
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from safetensors.numpy import save_file

from workbench.algorithms import Algorithm
from workbench.algorithms.base.portable import Portable
from workbench.control import Control
from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import _tie_order
from workbench.export.bundle_card import card
from workbench.export.bundle_check import People, compare
from workbench.files import whole_file, whole_folder
from workbench.resources import resource
from workbench.training.run import Run

FOLDER = "bundle"
SHOWN = 5  # people whose lists the bundle can check by itself
LINE_BREAKS = ("\n", "\r")


def write_bundle(run: Run, algorithm: Algorithm, folder: Path, control: Control | None = None) -> dict[str, Any]:
    """Write a model for use elsewhere into `folder`, whole or not at all.

    Returns
    -------
    dict
        ``folder``, ``files``, ``checked`` (people whose lists were compared: all, at most 1,000 drawn), ``equal`` (of them
        those whose lists are equal), ``rounded`` (those whose lists differ only where scores are as near as rounding) and
        ``largest_difference`` of a score.

    Raises
    ------
    WorkbenchError
        If the algorithm has no such form, says why; if what was written does not give the same lists.
    """
    control = control or Control()
    portable = algorithm.portable()
    people = People.of(run, portable)
    with whole_folder(folder) as part:
        _write_model(part, run, algorithm, portable, people)
        with loaded(part) as (model, scores):
            checked = compare(model, scores, run, algorithm, people, control)
            checked.refuse(algorithm.title)
            examples = people.examples(run, model, scores, SHOWN)
        text = json.dumps(
            examples, indent=1, ensure_ascii=False, allow_nan=False
        )  # for the bundle's script, not for us
        (part / "check.json").write_text(text, encoding="utf-8", newline="\n")
        (part / "card.md").write_text(card(run, algorithm, portable, checked), encoding="utf-8", newline="\n")
        names = sorted(file.name for file in part.iterdir())
        sums = [f"{hashlib.sha256((part / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        (part / "sha256.txt").write_text("".join(sums), encoding="utf-8", newline="\n")
    told = {"folder": str(folder), "files": sorted([*names, "sha256.txt"])}
    return told | checked.told()


def _write_model(part: Path, run: Run, algorithm: Algorithm, portable: Portable, people: People) -> None:
    arrays = portable.arrays | {"popular": run.fold.train.item_counts.astype(np.int64)}
    arrays["ties"] = _tie_order(run.data.n_items)
    _write_ids(part / "items.txt", run.data.item_ids)
    if portable.user_factors is not None:
        _write_ids(part / "users.txt", run.data.user_ids.take(pa.array(people.known)))
        arrays["user_factors"] = portable.user_factors[people.known]
    facts = portable.facts | {"personal": algorithm.personal, "fills": algorithm.personal and algorithm.zero_is_unknown}
    head = {name: json.dumps(value) for name, value in sorted(facts.items())}
    with whole_file(part / "model.safetensors") as model:  # with the permissions of any new file, for it is passed on
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, model, head)
    if portable.graph is not None:
        portable.graph(part / "model.onnx")
    for name, target in (("score.py", "score.py"), (f"models/{portable.script}.py", "model.py")):
        shutil.copyfile(resource(f"{FOLDER}/{name}"), part / target)


def _write_ids(path: Path, ids: pa.Array) -> None:
    """Write ids, one a line; raises WorkbenchError where one has a line break."""
    texts = ids.to_pylist()
    for text in texts:
        if any(letter in text for letter in LINE_BREAKS):
            message = (
                f"The id {text!r} has a line break, and {path.name} has one id a line. Change that id in the file "
            )
            raise WorkbenchError(message + "that the data was read from, and train again.")
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", newline="\n")


@contextmanager
def loaded(folder: Path) -> Iterator[tuple[Any, Callable[..., Array]]]:
    """The model of a bundle and its function of scores, by the bundle's own files."""
    score, model = (_module(folder / f"{name}.py") for name in ("score", "model"))
    yield score.Model(folder), model.scores


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"bundled_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module, before = importlib.util.module_from_spec(spec), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # no __pycache__ in the folder
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
