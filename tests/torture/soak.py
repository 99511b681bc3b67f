"""A window that is used for an hour: ``python -m tests.torture.soak --minutes 60``.

Again and again a project is made, a file is read, two runs are trained and tested, each page is looked at, lists are
written, a run is removed, and the project is closed and deleted. After each turn what the processes hold is written as a
line; at the end the median of the last quarter of the turns is held against that of the second quarter (the first one
still loads what is loaded once). More than 5 % or one descriptor, thread or map of more is a leak.
"""

import argparse
import gc
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent

PATIENCE = 300  # seconds for one thing to happen
MORE = 1.05  # times what was held before that is no leak yet
USERS, ITEMS, ROWS = 300, 150, 9000


class Soak:
    """One window and what is done with it."""

    def __init__(self, home: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from workbench.app import main
        from workbench.app.session.session import Session
        from workbench.app.shell.window import MainWindow

        self.home = home
        self.app = QApplication.instance() or QApplication(sys.argv[:1])
        main.dress(self.app)
        self.session = Session()
        self.window = MainWindow(self.session)
        self.window.resize(1280, 800)
        self.window.show()
        self.failures: list[str] = []
        self.session.failure.connect(lambda *words: self.failures.append(" ".join(words)))

    def until(self, true: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE
        while not true():
            self.app.processEvents()
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # else only a loop of its own does that
            time.sleep(0.002)
            if time.monotonic() > end:
                runs = [(info.id, info.state.value, info.reason) for info in self.session.runs.all()]
                tasks = [task.title for task in self.session.jobs.tasks]
                message = f"it did not happen; failures: {self.failures}, runs: {runs}, at work: {tasks}"
                raise AssertionError(message)

    def idle(self, seconds: float) -> None:
        """Let the window live for some time."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def turn(self, number: int, file: Path) -> None:
        """One project from its beginning to its end."""
        session, folder = self.session, self.home / f"project {number}"
        assert session.new_project(folder, f"Project {number}")
        session.import_file(file, None)
        self.until(lambda: session.data is not None and not session.jobs.tasks)
        runs = [session.queue_run(name, {}) for name in ("popularity", "item-knn")]
        self.until(lambda: all(session.runs.get(run).state == "done" for run in runs))
        session.evaluate(runs)
        self.until(lambda: all(session.runs.get(run).metrics for run in runs))
        for page in self.window.kinds:
            self.window.show_page(page)
            self.idle(0.3)
        session.selection.select_user("u1")
        self.until(lambda: not session.jobs.tasks)
        task = session.jobs.submit(
            "export", {"run": str(session.runs.get(runs[1]).folder), "output": str(folder / "a.csv")}
        )
        self.until(lambda: task.over)
        session.runs.delete(runs[0])
        self.idle(0.2)
        session.close_project()
        self.until(lambda: not session.jobs.tasks)
        shutil.rmtree(folder)
        self.idle(0.2)

    def held(self) -> dict[str, float]:
        """What the processes hold now."""
        gc.collect()
        own = psutil.Process()
        children = [child for child in own.children() if child.is_running()]
        return {
            "window_mb": own.memory_info().rss / 2**20,
            "workers_mb": sum(child.memory_info().rss for child in children) / 2**20,
            "objects": len(gc.get_objects()),
            "descriptors": own.num_fds(),
            "threads": own.num_threads(),
            "maps": sum("project " in piece.path for piece in own.memory_maps(grouped=False)),
        }


def write_ratings(path: Path) -> None:
    """A small file of ratings."""
    chance = random.Random(3)
    pairs = sorted({(chance.randrange(USERS), chance.randrange(ITEMS)) for _ in range(ROWS)})
    rows = [f"u{user},i{item},{1 + (user + item) % 5},{1_400_000_000 + at}" for at, (user, item) in enumerate(pairs)]
    path.write_text("\n".join(["user,item,rating,timestamp", *rows]) + "\n", encoding="utf-8")


def leaks(turns: list[dict[str, float]]) -> list[str]:
    """What has grown, in words."""
    quarter = max(1, len(turns) // 4)
    early, late = turns[quarter : 2 * quarter] or turns, turns[-quarter:]
    found = []
    for name in turns[0]:
        before, after = (statistics.median(turn[name] for turn in some) for some in (early, late))
        if after > before * MORE or (name in ("descriptors", "threads", "maps") and after > before + 1):
            found.append(f"{name} {before:.0f} -> {after:.0f}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Use the window; returns 1 where it holds more and more."""
    parser = argparse.ArgumentParser("python -m tests.torture.soak", description="Use the window for long.")
    parser.add_argument("--minutes", type=float, default=60, metavar="N", help="how long (60)")
    asked = parser.parse_args(arguments)
    end, turns = time.monotonic() + 60 * asked.minutes, []
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        os.environ.update(RECWB_HOME=str(home / "home"))
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        write_ratings(home / "ratings.csv")
        soak = Soak(home)
        while not turns or time.monotonic() < end:
            soak.turn(len(turns), home / "ratings.csv")
            turns.append(soak.held())
            words = " ".join(f"{name} {value:.0f}" for name, value in turns[-1].items())
            sys.stdout.write(f"turn {len(turns)}: {words}\n")
            sys.stdout.flush()
        soak.window.close()
    found = [*leaks(turns), *soak.failures]
    sys.stdout.write(f"{len(turns)} turns: {'; '.join(found) if found else 'nothing has grown'}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
