"""Whatever stands in a stored file: each command, job and page does as before, or says a sentence.

The long form, from the root of the project::

    python -m tests.torture.tampering --count 1500 --seed 1

Each case copies a small project, changes one file in one way, and does one thing with it: a command, a job, or a walk
through all pages of the window. Allowed is success, or one sentence that names what is wrong; not a crash of compiled code,
an exception that nobody caught, a warning of a library, or a file that is not as it was. Cases run in processes of their
own, so that one that crashes is told and the others go on. One case again: ``--only NUMBER`` with the same seed.
"""

import argparse
import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from tests.torture.mutations import KINDS, tamper
from tests.torture.processes import in_processes, sum_up, tell

NPY_HEAD_BYTES = 128  # of the small arrays of the victim
RUN = "runs/{run}/"
DATA, HOME = "data/ratings/", "../home/"
# Each type of file, and the runs whose file it may be ("" for the project itself).
FILES = {
    "project.json": "",
    **dict.fromkeys(("run.json", "status.json", "evaluation.json", "records.jsonl", "facts.json"), RUN),
    **dict.fromkeys(("opened.json", "model.safetensors", "users.parquet", "lists.npy"), RUN),
    "checkpoint.safetensors": "runs/3-bpr/",
    **dict.fromkeys(("data.json", "user.npy", "item.npy", "rating.npy", "time.npy"), DATA),
    "vectors.npy": DATA + "item_vectors/",
    **dict.fromkeys(("user_ids.arrow", "item_ids.arrow", "items.arrow", "users.arrow"), DATA),
    "recipe.json": "",
    **dict.fromkeys(("settings.json", "recent.json", "checked.json", "recipes.json"), HOME),
    "contents.json": DATA,
    "faithfulness.json": "runs/0-ease/",
    "lock.json": "",
}
ALL_RUNS = ("0-ease", "1-item-knn", "2-biased-svd", "3-bpr")
COMMANDS = ("recommend", "evaluate", "predict", "explain", "similar", "compare", "train")
JOBS = ("segments", "gains", "overlap", "waterfall", "report", "metrics", "script", "curves", "item_story", "item_map")
JOBS += (
    "list",
    "find_items",
    "similar_users",
    "faithfulness",
    "filter",
    "split",
    "density",
    "duplicates",
    "preview",
)
# What a thing that is done may write in the folder of its run, where it ends well.
TESTED = {"evaluation.json", "users.parquet", "lists.npy", "opened.json"}
WRITES = {
    "evaluate": TESTED,
    "compare": TESTED,
    "item_map": {"map.npy", "map-colours.npy"},
    "faithfulness": {"faithfulness.json"},
    "duplicates": {"duplicates.csv", "contents.json"},
    "window": {"project.json", "lock.json", ".lock"},
}
TRAINED = {"status.json", "records.jsonl", "run.json", "log.txt", ".lock"}
TRAINED |= {f"{name}.safetensors" for name in ("checkpoint", "best", "model")}


@dataclass(frozen=True)
class Case:
    """What is tampered with how, and what is done then."""

    number: int
    file: str
    kind: str
    run: str
    action: str
    seed: int

    def __str__(self) -> str:
        return f"case {self.number}: {self.kind} in {self.file} of {self.run}, then {self.action}"


def case_of(number: int, seed: int, window: float = 0.15) -> Case:
    """The case of a number: every file with every kind in turn."""
    rng = random.Random(f"{seed}/{number}")
    combinations = [(file, kind) for file in FILES for kind in KINDS]
    file, kind = combinations[number % len(combinations)]
    run = {"checkpoint.safetensors": "3-bpr", "faithfulness.json": "0-ease"}.get(file) or rng.choice(ALL_RUNS)
    action = rng.choice(_actions(file))
    in_window = file in ("settings.json", "recent.json") or (rng.random() < window and file != "recipe.json")
    return Case(number, file, kind, run, "window" if in_window else action, rng.randrange(1 << 30))


def _actions(file: str) -> tuple[str, ...]:
    if file in ("project.json", "lock.json"):
        return ("window",)
    if file in ("contents.json", "recipes.json", "faithfulness.json"):
        return {"contents.json": ("duplicates",), "recipes.json": ("preview",)}.get(file, ("faithfulness",))
    if file == "checkpoint.safetensors":
        return ("train",)
    if file == "recipe.json":
        return ("train anew",)
    if file == "evaluation.json":
        return ("compare", "segments", "gains", "report", "metrics", "script", "evaluate")
    if file in ("users.parquet", "lists.npy"):
        return ("compare", "segments", "gains", "overlap", "waterfall", "item_story", "similar_users")
    if file == "records.jsonl":
        return ("curves", "report", "train")
    return COMMANDS + JOBS


# Doing it -----------------------------------------------------------------------------------------------------------


def command_line(case: Case, place: Path) -> list[str]:
    """What is typed."""
    run, other = (str(place / "runs" / name) for name in (case.run, ALL_RUNS[ALL_RUNS.index(case.run) - 1]))
    out = str(place.parent / "out.csv")
    return {
        "recommend": ["recommend", run, "--all", "--output", out],
        "evaluate": ["evaluate", run, "--metrics", "ndcg,rmse" if case.run == "2-biased-svd" else "ndcg"],
        "predict": ["predict", run, str(place / "pairs.csv"), "--output", out],
        "explain": ["explain", run, "--user", "u1", "--item", "i3"],
        "similar": ["similar", run, "--item", "i3"],
        "compare": ["compare", run, other],
        "train": ["train", "--run", run],
        "train anew": [
            *("train", str(place / "ratings.csv"), "--recipe", str(place / "recipe.json")),
            *("--algorithm", "popularity", "--run", str(place.parent / "new")),
        ],
    }[case.action] + ["--quiet"]


def do_command(case: Case, place: Path) -> tuple[bool, str]:
    """Whether a command ended well, and what it said where it did not; raises AssertionError for what it must not do."""
    from workbench import cli

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = cli.main(command_line(case, place))
    text = said.getvalue()
    text = text[text.find("workbench: ") :]  # behind what it is about to do
    assert status in (0, 1), f"exit {status}: {text}"
    if status == 0:
        assert "Traceback" not in text, text
        return True, ""
    assert text.startswith("workbench: "), text
    return False, text.removeprefix("workbench: ").rstrip("\n")


def do_job(case: Case, place: Path) -> tuple[bool, str]:
    """The same of a job of the window."""
    from workbench.control import Control
    from workbench.errors import WorkbenchError
    from workbench.jobs import all_jobs

    run, data = str(place / "runs" / case.run), str(place / "data" / "ratings")
    other, out = str(place / "runs" / ALL_RUNS[ALL_RUNS.index(case.run) - 1]), str(place.parent / "out")
    args: dict[str, dict[str, Any]] = {
        "segments": {"run": run, "by": "genre" if case.seed % 2 else "activity"},
        "gains": {"a": run, "b": other},
        "overlap": {"a": run, "b": other},
        "waterfall": {"a": run, "b": other},
        "report": {"runs": [run, other], "output": out + ".html", "title": "x"},
        "metrics": {"runs": [run, other], "output": out + ".csv"},
        "script": {"runs": [run], "output": out + ".py"},
        "curves": {"runs": [run], "output": out + ".csv"},
        "item_story": {"run": run, "item": "i3"},
        "item_map": {"run": run},
        "list": {"run": run, "user": "u1", "changes": {"removed": ["i3"]}, "order": {"diversity": 0.5}, "k": 5},
        "find_items": {"run": run, "query": "film"},
        "similar_users": {"run": run, "user": "u1"},
        "faithfulness": {"run": run, "users": 3},
        "filter": {"data": data, "filters": [{"name": "min-user", "settings": {"n": 2}}]},
        "split": {"data": data, "name": "last-n", "settings": {"n": 1}},
        "density": {"data": data},
        "duplicates": {"data": data},
        "preview": {"path": str(place / "ratings.csv")},
    }
    try:
        all_jobs()[case.action].function(control=Control(), **args[case.action])
    except WorkbenchError as error:
        return False, str(error)
    return True, ""


def do_window(case: Case, place: Path) -> tuple[bool, str]:
    """Open the project in a window and turn to all pages; what is told on cards does not matter, only that it is told."""
    from tests.torture.window import walk

    walk(place)
    return True, ""


# Judging it ---------------------------------------------------------------------------------------------------------


def attempt(case: Case, victim: Path, scratch: Path) -> str:
    """Do a case on a copy of the victim; what it ended in. Raises AssertionError where it is not allowed."""
    place = scratch / f"case-{case.number}" / "project"
    place.parent.mkdir()
    try:
        shutil.copytree(victim.parent, place.parent, dirs_exist_ok=True)
        (place.parent / victim.name).rename(place) if victim.name != "project" else None
        os.environ["RECWB_HOME"] = str(place.parent / "home")
        _move_recent(place, victim)
        target = place / FILES[case.file].format(run=case.run) / case.file
        told = tamper(target, case.kind, random.Random(case.seed))
        before = _listed(place)
        content = target.read_bytes() if target.exists() else None
        do = do_window if case.action == "window" else do_job if case.action in JOBS else do_command
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                well, sentence = do(case, place)
            except AssertionError as error:
                raise AssertionError(f"{case} ({told}): {error}") from error
            except Exception as error:
                raise AssertionError(f"{case} ({told}): {traceback.format_exc()}") from error
        problem = _problem(case, well, sentence, told) or _litter(case, place, before, well)
        assert not problem, f"{case} ({told}): {problem}"
        unread = case.file in _written(case, well=well) or FILES[case.file] == HOME
        now = target.read_bytes() if target.exists() else None
        assert now == content or unread or (case.action == "window" and well), f"{case} ({told}): the file was changed"
        return "well" if well else sentence
    finally:
        shutil.rmtree(place.parent, ignore_errors=True)


def _move_recent(place: Path, victim: Path) -> None:
    recent = place.parent / "home" / "recent.json"
    recent.write_text(recent.read_text().replace(str(victim.absolute()), str(place)))


def _problem(case: Case, well: bool, sentence: str, told: str) -> str:
    if well:
        # Every bit of a column or a model is covered by a hash, which is looked at by whoever computes with it.
        is_value = case.kind == "huge" or (case.kind == "bit" and int(told.rsplit(maxsplit=1)[-1]) >= NPY_HEAD_BYTES)
        is_column = case.file in ("user.npy", "item.npy", "rating.npy", "time.npy") and is_value
        is_model = case.file == "model.safetensors" and case.kind == "bit"
        scores = case.action in ("recommend", "evaluate", "explain", "similar")
        found = (is_model and scores) or (is_column and (scores or case.action in ("filter", "split")))
        return "nobody noticed" if found else ""
    if "unexpectedly" in sentence or "Error:" in sentence:
        return f"no sentence for a person: {sentence}"
    if "\n" in sentence or not 20 < len(sentence) < 1500 or not sentence.endswith((".", "?", case.run, "data")):
        return f"no sentence: {sentence!r}"
    return ""


def _written(case: Case, *, well: bool) -> set[str]:
    if case.action == "train":
        return TRAINED
    return WRITES.get(case.action, set()) if well else set()


def _listed(place: Path) -> dict[str, tuple[int, int]]:
    files = (path for path in place.rglob("*") if path.is_file())
    return {str(path.relative_to(place)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def _litter(case: Case, place: Path, before: dict[str, tuple[int, int]], well: bool) -> str:
    """What was changed or left that should not be."""
    now = _listed(place)
    allowed = _written(case, well=well)
    other = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    odd = sorted(name for name in other if Path(name).name not in allowed)
    return f"changed or left: {', '.join(odd)[:300]}" if odd else ""


# Many of them -------------------------------------------------------------------------------------------------------


def attack(numbers: list[int], seed: int, victim: Path, tell: Callable[[str, int, str], None]) -> None:
    """Try cases one after another, and tell of each: "begin", then "well", "told" or "FAULT"."""
    with tempfile.TemporaryDirectory(prefix="tampering-") as scratch:
        for number in numbers:
            tell("begin", number, "")
            try:
                ended = attempt(case_of(number, seed), victim, Path(scratch))
            except AssertionError as error:
                tell("FAULT", number, str(error))
            else:
                tell("well" if ended == "well" else "told", number, ended)


def main() -> int:
    """Try many cases in processes of their own, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the first case")
    parser.add_argument("--file", choices=FILES, help="that type of file alone")
    parser.add_argument("--only", type=int, help="one case alone")
    parser.add_argument("--victim", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--numbers", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.victim is not None:
        numbers = [int(number) for number in args.numbers.split(",")]
        attack(numbers, args.seed, args.victim, tell)
        return 0
    fits = (number for number in count(args.start) if args.file in (None, case_of(number, args.seed).file))
    numbers = [args.only] if args.only is not None else list(islice(fits, args.count))
    with tempfile.TemporaryDirectory(prefix="victim-") as place:
        from tests.torture.victim import make_victim

        victim = make_victim(Path(place) / "project", Path(place) / "home")
        line = [sys.executable, "-m", "tests.torture.tampering", "--seed", str(args.seed), "--victim", str(victim)]
        ended = in_processes([*line, "--numbers"], numbers, lambda number: str(case_of(number, args.seed)))
        return sum_up(list(ended), "tamperings")


if __name__ == "__main__":
    sys.exit(main())
