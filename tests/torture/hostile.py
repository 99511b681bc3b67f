"""Files that somebody has damaged or made up: ``python -m tests.torture.hostile --count 10000 --seed 1``.

A sound file of each kind that is read (`tests.data.reading.test_hostile` has them) is changed in some places, and given as
ratings, items, users, vectors, pairs to be predicted, or lists to be tested. It is read, or one sentence says why not, in
bounded time and memory; nothing is left where it was to be written. One case again: ``--only NUMBER`` with the same seed.
"""

import argparse
import contextlib
import io
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.data.reading.test_hostile import TEXT, mutated, read_or_refused, sound_files
from tests.torture.processes import in_processes, sum_up, tell

HOW = ("flip", "cut", "insert", "repeat", "end")
GIVEN_AS = ("ratings", "ratings", "items", "users", "vectors", "pairs", "lists")
MOST_BYTES = 1 << 31  # that a process may hold after a file


@dataclass(frozen=True)
class Case:
    """A file of some kind, what is changed in it, and what it is given as."""

    number: int
    kind: str
    mutations: tuple[tuple[str, float, bytes], ...]
    given_as: str

    def __str__(self) -> str:
        hows = ", ".join(how for how, _, _ in self.mutations)
        return f"case {self.number}: {self.kind} as {self.given_as} ({hows})"


def case_of(number: int, seed: int) -> Case:
    """The case of a number: every kind of file in turn."""
    rng = random.Random(f"{seed}/{number}")
    kinds = list(sound_files())
    mutations = [(rng.choice(HOW), rng.random(), rng.randbytes(rng.randint(1, 8))) for _ in range(rng.randint(1, 5))]
    return Case(number, kinds[number % len(kinds)], tuple(mutations), rng.choice(GIVEN_AS))


def attempt(case: Case, place: Path) -> str:
    """Read a file; what it ended in. Raises AssertionError where that is not allowed."""
    file = place / "file"
    file.write_bytes(mutated(sound_files()[case.kind], case.mutations))
    if case.given_as == "ratings":
        read_or_refused(file)
        return "well"
    return _command(case, file, place)


def _command(case: Case, file: Path, place: Path) -> str:
    from workbench import cli

    (place / "ratings.csv").write_text(TEXT, encoding="utf-8")
    new, out = place / "new", place / "out.csv"
    train = ["train", str(place / "ratings.csv"), "--algorithm", "average", "--run"]
    line = {
        "pairs": ["predict", str(place / "run"), str(file), "--output", str(out)],
        "lists": ["evaluate", str(place / "run"), "--lists", str(file)],
    }.get(case.given_as, [*train, str(new), f"--{case.given_as}", str(file)])
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        if not (place / "run").exists():
            assert cli.main([*train, str(place / "run"), "--quiet"]) == 0, said.getvalue()
        status = cli.main([*line, "--quiet"])
    sentence = said.getvalue().strip()
    made = new.exists() or out.exists()
    for path in (new, out):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if status == 0:
        return "well"
    assert status == 1, f"exit {status}: {sentence}"
    assert sentence.startswith("workbench: "), sentence
    assert "unexpectedly" not in sentence, sentence
    assert "\n" not in sentence, sentence
    assert len(sentence) < 1500, sentence
    assert not made, f"something was left: {sentence}"
    return sentence


def attack(numbers: list[int], seed: int, told: Callable[[str, int, str], None]) -> None:
    """Try cases one after another, and tell of each: "begin", then "well", "told" or "FAULT"."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as place, warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in numbers:
            told("begin", number, "")
            case = case_of(number, seed)
            try:
                ended = attempt(case, Path(place))
                held = psutil.Process().memory_info().rss
                assert held < MOST_BYTES, f"{held >> 20} MB are held"
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told, and the others go on
                told("FAULT", number, f"{case}: {type(error).__name__}: {error}")
            else:
                told("well" if ended == "well" else "told", number, ended)


def main() -> int:
    """Try many files in processes of their own, and sum up."""
    parser = argparse.ArgumentParser("python -m tests.torture.hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=2000, metavar="N", help="files (2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which changes (1)")
    parser.add_argument("--only", type=int, metavar="N", help="one case alone")
    parser.add_argument("--numbers", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.numbers is not None:
        attack([int(number) for number in args.numbers.split(",")], args.seed, tell)
        return 0
    numbers = [args.only] if args.only is not None else list(range(args.count))
    line = [sys.executable, "-m", "tests.torture.hostile", "--seed", str(args.seed), "--numbers"]
    ended = in_processes(line, numbers, lambda number: str(case_of(number, args.seed)))
    return sum_up(list(ended), "hostile files")


if __name__ == "__main__":
    sys.exit(main())
