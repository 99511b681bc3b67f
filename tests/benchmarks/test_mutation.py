"""Small faults all over the program, and whether its tests notice them: 30 for each of three seeds, one may stay unnoticed.

Each fault is made in a copy of the tree and judged by the tests of its file: those of the same name, and those that import
it, as far as they run the line. One that they let pass is judged once more, by all tests of its room. Kernels are compiled,
so that nobody can see which of their lines run: all their lines count.

``MUTANTS`` makes it smaller or larger, ``MUTATION_SEEDS`` names other seeds, such as ``4,5``.
"""

import faulthandler
import functools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pytest

from tests.benchmarks.mutating import Mutant, mutants

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]
MUTANTS = int(os.environ.get("MUTANTS", "30"))
SEEDS = [int(seed) for seed in os.environ.get("MUTATION_SEEDS", "1,2,3").split(",")]
SURVIVORS = 1
LONGEST = 900  # seconds that tests without a fault may take
MOST_FILES = 5  # of tests that judge one file of the program: its own, then the nearest
PASSED, NONE_RAN = 0, 5

# Those that change nothing that anybody could see, as (file, line before, line after), and why.
EQUIVALENT: dict[tuple[str, str, str], str] = {}


@dataclass(frozen=True)
class Tree:
    """A copy of the program and its tests, in which faults are made."""

    folder: Path

    @classmethod
    def copied(cls, folder: Path) -> "Tree":
        """With what numba has compiled: it is found by the time of the file that it was compiled from."""
        leave = shutil.ignore_patterns(".*", "build", "dist", "demo-output", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=leave)
        return cls(folder)

    def test(self, files, *options, **told):
        """Run the tests of some files; returns the exit status, None where they took too long, and what was printed."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COVER"))}
        quiet = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "tests.benchmarks.covering",
            "-p",
            "no:cacheprovider",
        ]
        try:
            done = subprocess.run(
                [*command, "--assert=plain", *options, *map(str, files)],
                cwd=self.folder, env=clean | quiet | {"PYTHONPATH": str(self.folder)} | told,
                capture_output=True, text=True, timeout=LONGEST, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout

    @functools.cache  # noqa: B019 - there is one tree
    def covered(self, path):
        """Which lines of a file of the program each of its tests runs."""
        files, out = near(path), self.folder / "covered.json"
        if not files:
            return {}
        out.unlink(missing_ok=True)
        status, said = self.test(files, COVER_FILE=str(self.folder / path), COVER_OUT=str(out))
        assert status in (PASSED, NONE_RAN), f"{path} without a fault:\n{said[-2000:]}"
        return json.loads(out.read_text(encoding="utf-8"))

    def survives(self, path, mutant: Mutant, files, tests=None):
        """Whether all these tests pass though the program is not what it was."""
        file, told = self.folder / path, {}
        if tests is not None:
            (self.folder / "only.json").write_text(json.dumps(tests), encoding="utf-8")
            told["ONLY_TESTS"] = str(self.folder / "only.json")
        kept = file.stat()
        before = file.read_text(encoding="utf-8")
        try:
            file.write_text(mutant.source, encoding="utf-8")
            status, said = self.test(files, **told)
        finally:
            file.write_text(before, encoding="utf-8")
            os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # what was compiled from it is good again
        assert status != NONE_RAN, said[-2000:]
        return status == PASSED


@functools.cache
def test_texts():
    """The text of each file of tests, benchmarks aside."""
    files = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py"))
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in files if "benchmarks" not in path.parts}


def importers(path):
    """Files of the program that import this one."""
    dotted = ".".join(path.with_suffix("").parts)
    package, _, name = dotted.rpartition(".")
    words = re.compile(rf"{re.escape(dotted)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")
    return lambda text: words.search(text) is not None


def near(path):
    """The tests of one file: those with its name, and those that import it; for a kernel, those of what imports it."""
    mirror = Path("tests", *path.parts[1:]).with_name(f"test_{path.name}")
    found = _tests_that_name(path)
    if "kernels" in path.parts or not found:
        is_user = importers(path)
        for file in sorted((ROOT / "workbench").rglob("*.py")):
            if is_user(file.read_text(encoding="utf-8")):
                found |= _tests_that_name(file.relative_to(ROOT))
    found = found or {test for test in test_texts() if test.parent == mirror.parent}

    def distance(test):
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(test.parts, mirror.parts, strict=False))
        return test != mirror, -len(list(shared)), test

    return sorted(found, key=distance)[:MOST_FILES]


def _tests_that_name(path):
    mirror, imports = Path("tests", *path.parts[1:]).with_name(f"test_{path.name}"), importers(path)
    return {test for test, text in test_texts().items() if test == mirror or imports(text)}


def room_of(path):
    """All tests of the room, for what those of the file let pass."""
    folder = Path("tests", *path.parts[1:-1])
    inside = [test for test in test_texts() if folder in test.parents]
    return inside or [test for test in test_texts() if test.parts[:2] == ("tests", path.parts[1])] or list(test_texts())


def chosen(tree, rng):
    """Mutants one after another, each of another room until all had one: the file and the mutant, and its tests."""
    rooms: dict[Path, list[Path]] = {}
    for file in sorted((ROOT / "workbench").rglob("*.py")):
        rooms.setdefault(file.parent, []).append(file.relative_to(ROOT))
    while True:
        for room in rng.sample(sorted(rooms), len(rooms)):
            for path in rng.sample(rooms[room], min(4, len(rooms[room]))):
                found = candidates(tree, path)
                if found:
                    yield path, *rng.choice(found)
                    break


def candidates(tree, path):
    """Mutants of a file with the tests that run their lines; None for all of them."""
    made = mutants((ROOT / path).read_text(encoding="utf-8"))
    if not made or not near(path):
        return []
    if "kernels" in path.parts:
        return [(mutant, None) for mutant in made]
    covered = tree.covered(path)
    by_line: dict[int, list[str]] = {}
    for test, lines in covered.items():
        for line in lines:
            by_line.setdefault(line, []).append(test)
    return [(mutant, by_line[mutant.line]) for mutant in made if mutant.line in by_line]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return Tree.copied(tmp_path_factory.mktemp("mutation") / "copy")


def test_a_mutant_changes_one_line_and_every_kind_is_made():
    source = "def f(a, b):\n    if not a:\n        return a + 1\n    b -= 2\n"
    source += "    return b < a and a in b or 3 if a else True\n"
    changed = {(mutant.line, mutant.after) for mutant in mutants(source)}
    assert {
        (2, "if (a):"),
        (3, "return (a - 1)"),
        (3, "return a + 2"),
        (3, "return None"),
        (4, "b += 2"),
        (5, "return (b <= a) and a in b or 3 if a else True"),
        (5, "return b < a and (a not in b) or 3 if a else True"),
        (5, "return ((b < a and a in b) and 3) if a else True"),
        (5, "return b < a and a in b or 3 if (not (a)) else True"),
        (5, "return b < a and a in b or 3 if a else False"),
    } <= changed
    lines = source.splitlines()
    for mutant in mutants(source):
        other = mutant.source.splitlines()
        assert [at for at, line in enumerate(other, 1) if line != lines[at - 1]] == [mutant.line]


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_are_noticed(seed, tree, say):
    faulthandler.cancel_dump_traceback_later()  # no test of the suite may take so long, but this is none of it
    began, survivors, made = time.monotonic(), [], chosen(tree, random.Random(seed))
    for number in range(1, MUTANTS + 1):
        path, mutant, tests = next(made)
        where, reason = f"{path}:{mutant.line}", EQUIVALENT.get((str(path), mutant.before, mutant.after))
        if not tree.survives(path, mutant, near(path), tests):
            fate = "noticed"
        elif reason:
            fate = f"equivalent: {reason}"
        elif not tree.survives(path, mutant, room_of(path)):
            fate = "noticed by the tests of its room"
        else:
            fate = "SURVIVED"
            survivors.append(f"{where}\n- {mutant.before}\n+ {mutant.after}")
        say(f"{number} {where}", fate, "noticed", f"- {mutant.before}  + {mutant.after}")
    minutes = (time.monotonic() - began) / 60
    say(
        f"mutants that survived, seed {seed}",
        f"{len(survivors)} of {MUTANTS}",
        f"at most {SURVIVORS}",
        f"{minutes:.0f} min",
    )
    assert len(survivors) <= SURVIVORS, "\n".join(survivors)
