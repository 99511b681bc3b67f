"""The window in a process of its own, used as a person uses it, which measures itself: `play` starts one.

It is opened by the program's own entry point, so that what is measured is what a person has.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "numba", "pandas", "scipy")
PATIENCE = 120.0  # seconds; a busy machine is no failure


def play(scenario, home, path=None, *, environment=None, timeout=1200, **options):
    """Open a window on `path`, let a scenario happen in it, and return what it measured.

    Everywhere among the answers: ``painted``, seconds from the start of the process to the first picture, and
    ``heavy``, those of `HEAVY` that were loaded in the window's process in the end.
    """
    Path(home).mkdir(parents=True, exist_ok=True)
    own = {"RECWB_HOME": str(home), "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    # As on a person's machine, modules are compiled once and kept, whatever is usual where tests run.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "tests.benchmarks.own_window", scenario, json.dumps(options), str(path or "")]
    env = {**usual, **own, **(environment or {}), "PLAY_BEGAN": repr(time.monotonic())}
    done = subprocess.run(
        command, cwd=ROOT, env=env, timeout=timeout, check=False, text=True, encoding="utf-8", stdout=subprocess.PIPE
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        raise AssertionError(f"the window ended with status {done.returncode} in the scenario {scenario}")
    return json.loads(lines[-1])


def main():
    """Open the window, play, and tell what was measured as the last line of the output."""
    scenario, options, path = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    from workbench.app import main as window

    answer = {}

    class Player(window.Opener):
        def begin(self):
            answer["painted"] = time.monotonic() - float(os.environ["PLAY_BEGAN"])
            answer["heavy_at_first"] = [name for name in HEAVY if name in sys.modules]
            super().begin()
            from PySide6.QtCore import QTimer

            QTimer.singleShot(0, self, self.play)

        def play(self):
            from tests.benchmarks import photographs, scenarios, story

            wanted = next(getattr(one, scenario) for one in (scenarios, story, photographs) if hasattr(one, scenario))
            try:
                answer.update(wanted(scenarios.Person(self._window), **options))
                answer["heavy"] = [name for name in HEAVY if name in sys.modules]
            finally:
                self._window.close()

    window.Opener = Player
    from workbench.__main__ import main as program

    status = program([path] if path else [])
    if "heavy" not in answer:
        return 1  # the exception is on the error channel
    sys.stdout.write(json.dumps(answer) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
