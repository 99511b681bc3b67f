"""Processes that end at any moment: ``python -m tests.torture.kills --count 100 --seed 1``.

Each attempt forks a process that gives a command, and ends it at its n-th step on the disk (a file opened to be written,
renamed, linked or removed, a folder made) by SIGKILL, SIGTERM or SIGHUP, or lets the disk be full at that step. Then the
same command is given again. It must end well, the result must be the one of a command that nobody ended, and nothing half
written may be left anywhere. Then pairs of commands work on one folder at once: of two that make a run one wins, and its
run is whole.
"""

import argparse
import errno
import faulthandler
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench import owned
from workbench.control import Control

FULL = 0  # no signal: the disk is full at that step, and at no other
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, FULL)
STEPS = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree"}
REMOVALS = {"os.remove", "os.rmdir", "shutil.rmtree"}  # no full disk refuses them
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FILE = "ratings.csv"
LONGEST = 40  # seconds of a command that has no more to do than these
USERS, ITEMS = 40, 25


@dataclass
class Case:
    """A command, what it starts from, and where its result lies."""

    name: str
    command: Callable[[Path], int]
    result: tuple[str, ...]  # files whose content tells whether it came out the same
    tidy: bool = True  # whether it leaves nothing half written when it is asked to end


def _cli(*arguments: str) -> Callable[[Path], int]:
    def run(place: Path) -> int:
        from workbench.cli import main

        os.chdir(place)
        return main([*arguments, "--quiet"])

    return run


def _undo(place: Path) -> int:
    """A person removes a run in the window and brings it back, then removes it for good."""
    from workbench.app.runs.run_bin import RunBin
    from workbench.app.runs.run_info import read_info
    from workbench.project import Project
    from workbench.training.run import Run

    project = Project.open(place / "project")
    for folder in project.run_folders():
        run = Run.open(folder)
        info, thrown_away = read_info(run, run.status(), 0, []), RunBin()
        thrown_away.put(info)
        thrown_away.bring_back(info.id)
        if run.spec.seed:
            thrown_away.put(info)
            thrown_away.empty()
    return 0


def _report(place: Path) -> int:
    from workbench.export.report import write_report
    from workbench.training.run import Run

    return 0 if write_report(place / "report.html", "Report", [Run.open(place / name) for name in "ab"]) == 2 else 1


def _compare(place: Path) -> int:
    from workbench.training.run import Run
    from workbench.training.side_by_side import write_gains

    return 0 if write_gains(*(Run.open(place / name) for name in "ab"), "ndcg@10", place / "table.csv") else 1


def _rename(place: Path) -> int:
    """A person names a run, and the project is saved."""
    from workbench.project import Project
    from workbench.training.run import Run
    from workbench.training.run_notes import RunNotes

    project = Project.open(place / "project")
    project.lock()
    for folder in project.run_folders():
        RunNotes(title="Mine", note="as it should be").write(Run.open(folder).folder)
    project.view = {"page": "compare"}
    project.save()
    project.unlock()
    return 0


def _version(place: Path) -> int:
    """A person reads a file as two versions of the data, names them, and goes back and on again."""
    from workbench.data.importing.importer import import_file
    from workbench.data.importing.versions import go_to, note_version, rename, versions_of
    from workbench.project import Project

    project, names = Project.open(place / "project"), ("first", "second")
    for name in names:
        folder = project.folder / "data" / name
        if not (folder / "data.json").exists():
            import_file(place / FILE, folder)
            note_version(project, name)
            project.save()
    for name in (*names, *names):
        go_to(project, name)
        rename(project, name, f"the {name}")
        project.save()
    found = Project.open(place / "project")
    called = {version.folder: version.name for version in versions_of(found)}
    whole = all(called.get(name) == f"the {name}" for name in names)
    return 0 if whole and found.data == "second" and found.split == project.split else 1


NEW = ("train", FILE, "--algorithm")
CASES = [
    Case("import", _cli(*NEW, "popularity", "--run", "new/run"), ("new/run/model.safetensors", "new/run/run.json")),
    Case(
        "filters and split",
        _cli(*NEW, "bpr", "--set", "epochs=3", "--filter", "min-rating=3", "--split", "random", "--run", "new"),
        ("new/model.safetensors",),
    ),
    Case("resume", _cli("train", "--run", "stopped"), ("stopped/model.safetensors",)),
    Case("evaluate", _cli("evaluate", "a"), ("a/users.parquet", "a/evaluation.json")),
    Case("compare", _compare, ("table.csv",), tidy=False),
    Case("export", _cli("recommend", "a", "--all", "--output", "lists.csv"), ("lists.csv",)),
    Case("report", _report, ("report.html",), tidy=False),
    Case("rename", _rename, ("project/project.json", "project/runs/a/facts.json"), tidy=False),
    Case("version", _version, ("project/data/second/user.npy", "project/data/second/item_ids.arrow"), tidy=False),
    Case("undo", _undo, ("project/runs/a/run.json",), tidy=False),
]


def in_child(work: Callable[[], int]) -> int:
    """Do it in a forked process; returns its exit status, negative where a signal ended it."""
    return wait(fork(work))


def wait(pid: int) -> int:
    """The exit status of a forked process."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fork(work: Callable[[], int]) -> int:
    """Begin it in a forked process; returns the number of that."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        try:
            status = work()
        except BaseException:  # noqa: BLE001 - whatever it was, the parent sees the status and the log the rest
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


class Ending:
    """Ends this process at its n-th step on the disk; counts them where n is 0."""

    def __init__(self, place: Path, at: int = 0, number: int = signal.SIGKILL) -> None:
        self.places, self.at, self.number, self.steps = (str(place), tempfile.gettempdir()), at, number, 0
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """See one event of the interpreter."""
        if event == "open":
            if not isinstance(arguments[2], int) or not arguments[2] & WRITES:
                return
        elif event not in STEPS:
            return
        if str(arguments[0]).startswith(self.places) or not Path(str(arguments[0])).is_absolute():
            self.steps += 1
            if self.steps == self.at and self.number == FULL and event not in REMOVALS:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))
            if self.steps == self.at and self.number != FULL:
                os.kill(os.getpid(), self.number)


def steps_of(case: Case, base: Path, place: Path) -> int:
    """Steps on the disk of a command that nobody ends; its result stays in `place`."""
    shutil.copytree(base, place)
    count = place.with_suffix(".steps")

    def work() -> int:
        ending = Ending(place)
        status = case.command(place)
        count.write_text(str(ending.steps))
        return status

    status = in_child(work)
    if status != 0:
        raise AssertionError(f"{case.name} ends with status {status} where nobody ends it")
    return int(count.read_text())


def attempt(case: Case, base: Path, whole: Path, place: Path, at: int, number: int) -> str:
    """End a command and give it again; what went wrong in words, empty where nothing did."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(base, place)
    first = in_child(lambda: Ending(place, at, number) and case.command(place))
    if first not in ((0, 1) if number == FULL else (0, 130, -number)):
        return f"it ended with status {first}"
    if (case.tidy or number == FULL) and number != signal.SIGKILL and (left := half_written(place)):
        return f"it left {left} when it was asked to end"
    status = in_child(lambda: case.command(place))
    if status != 0:
        return f"given again, it ended with status {status}"
    if left := half_written(place):
        return f"given again, it left {left}"
    differs = [name for name in case.result if told(place / name) != told(whole / name)]
    return f"{differs} came out otherwise" if differs else ""


def pair(base: Path, place: Path, delay: float) -> str:
    """Let two commands make one new run, and two others resume one run, a little after each other."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(base, place)
    for name, commands in {
        "new": [_cli(*NEW, "bpr", "--set", "epochs=2", "--seed", seed, "--run", "new") for seed in "12"],
        "stopped": [_cli("train", "--run", "stopped")] * 2,
    }.items():
        first = fork(lambda c=commands: c[0](place))
        time.sleep(delay)
        ended = sorted([in_child(lambda c=commands: c[1](place)), wait(first)])
        # The later of two that resume may find it done.
        if ended not in ([0, 1], [0, 0]) or (name == "new" and ended == [0, 0]):
            return f"two commands on {name} ended with {ended}"
        if in_child(lambda n=name: _cli("evaluate", n)(place)) != 0:
            return f"what two commands made of {name} cannot be used"
    return f"they left {left}" if (left := half_written(place)) else ""


def half_written(place: Path) -> list[str]:
    """Everything in a folder that is named as half written, set aside, or thrown away."""
    return [str(path.relative_to(place)) for path in place.rglob("*") if owned.is_owned(path)]


def told(path: Path) -> object:
    """What a file says, without the moments and the times that it took."""
    if not path.is_file():
        return None
    if path.suffix == ".json":
        from workbench.files import read_json

        moments = ("created", "opened", "at", "seconds")
        return {name: value for name, value in read_json(path).items() if name not in moments}
    if path.suffix == ".html":
        return len(path.read_text(encoding="utf-8")) // 1000
    return path.read_bytes()


def prepare(base: Path) -> None:
    """What the commands start from: a file, two runs, a stopped one, and a project."""
    base.mkdir()
    chance = random.Random(1)
    seen = {(chance.randrange(USERS), chance.randrange(ITEMS)) for _ in range(600)}
    rows = [f"u{user},i{item},{1 + (user * item) % 5},{1000 + n}" for n, (user, item) in enumerate(sorted(seen))]
    (base / FILE).write_text("\n".join(["user,item,rating,time", *rows]) + "\n")
    for name, algorithm in (("a", "popularity"), ("b", "item-knn")):
        assert in_child(lambda a=algorithm, n=name: _cli(*NEW, a, "--run", n)(base)) == 0
        assert in_child(lambda n=name: _cli("evaluate", n)(base)) == 0
    assert in_child(lambda: _cli(*NEW, "bpr", "--set", "epochs=3", "--run", "stopped")(base)) == 0
    assert in_child(lambda: _stop(base / "stopped")) == 0
    assert in_child(lambda: _make_project(base)) == 0


def _stop(folder: Path) -> int:
    """Let a run be one that ended before its model was kept."""
    from workbench.training.run_state import RunState
    from workbench.training.status import StatusWriter

    (folder / "model.safetensors").unlink()
    StatusWriter(folder).end(RunState.CANCELLED)
    return 0


def _make_project(base: Path) -> int:
    from workbench.project import Project

    project = Project.create(base / "project", "Films")
    shutil.copytree(base / "a", project.runs_folder / "a")
    (project.runs_folder / "b").mkdir()
    return _cli(*NEW, "random", "--seed", "1", "--run", str(project.runs_folder / "b"))(base)


def main(arguments: list[str] | None = None) -> int:
    """Try; returns 1 where something went wrong."""
    parser = argparse.ArgumentParser("python -m tests.torture.kills", description="End commands at any moment.")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="attempts (100)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which moments (1)")
    asked = parser.parse_args(arguments)
    chance, failures, tried = random.Random(asked.seed), [], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        os.environ.update(RECWB_HOME=str(here / "home"), QT_QPA_PLATFORM="offscreen", TMPDIR=str(here / "tmp"))
        (here / "tmp").mkdir()
        tempfile.tempdir = str(here / "tmp")
        _load()
        prepare(here / "base")
        steps = {case.name: steps_of(case, here / "base", here / case.name) for case in CASES}
        for number in range(asked.count):
            case = CASES[number % len(CASES)]
            how, at = SIGNALS[number // len(CASES) % len(SIGNALS)], chance.randint(1, steps[case.name])
            wrong = attempt(case, here / "base", here / case.name, here / "attempt", at, how)
            tried[case.name] += 1
            if wrong:
                moment = signal.Signals(how).name if how else "a full disk"
                failures.append(f"{case.name}, {moment} at step {at} of {steps[case.name]}: {wrong}")
                sys.stdout.write(failures[-1] + "\n")
        for number in range(max(1, asked.count // 10)):
            delay = chance.random() / 4
            if wrong := pair(here / "base", here / "attempt", delay):
                failures.append(f"pair {number}, the second {delay:.2f} s later: {wrong}")
                sys.stdout.write(failures[-1] + "\n")
        if left := half_written(here):
            failures.append(f"left behind: {left}")
            sys.stdout.write(failures[-1] + "\n")
    words = ", ".join(f"{name} {number} ({steps[name]} steps)" for name, number in tried.items())
    sys.stdout.write(f"{asked.count - len(failures)} of {asked.count} ended well: {words}\n")
    return 1 if failures else 0


def _load() -> None:
    """Import what the commands need, once: each attempt is a fork of this process."""
    import torch  # noqa: F401

    import workbench.app.runs.run_bin
    import workbench.cli
    import workbench.data.importing.importer
    import workbench.export.lists
    import workbench.export.report
    import workbench.export.report_plots
    import workbench.metrics
    import workbench.training.evaluating
    import workbench.training.train
    from workbench.jobs.starting import warm_up

    warm_up(Control())
    workbench.metrics.all_metrics()


if __name__ == "__main__":
    sys.exit(main())
