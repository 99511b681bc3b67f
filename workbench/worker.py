"""The process that does what the window must not wait for.

``python -m workbench.worker`` answers one job after another: a line of JSON in, lines of JSON out.

::

    {"id": 7, "job": "import", "args": {...}}
    {"id": 7, "event": "progress", "fraction": 0.4, "text": "rows"}
    {"id": 7, "event": "part", "name": "users", "values": [...]}    where a list of the result is long
    {"id": 7, "event": "done", "result": ...}         or "failed" with "sentence" and "details"

To cancel a job, end the process: everything is written whole or not at all.

``python -m workbench.worker --standby`` has torch ready and waits for one line, ``{"run": FOLDER}`` or
``{"search": FOLDER}``. It trains that run, or all trials of that search, and ends. It outlives whoever started it, and
speaks through that folder only.

``python -m workbench.worker --trials FOLDER PROCESS`` does trials of that search as long as the process that leads it runs.

``python -m workbench.worker --queue PROJECT`` trains what waits in a project that no window has open.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError, sentence_of
from workbench.lean import without_pandas, without_warnings

# Between two lines of progress.
PROGRESS_SECONDS = 0.05
PART_VALUES = 2_000
"""Values of a list that are told in one line: a few milliseconds of work for the window, which reads them."""


class _Telling(Control):
    """Tells the progress of one job on the answer channel."""

    def __init__(self, answers: TextIO, job: int) -> None:
        self.answers, self.job, self._next = answers, job, 0.0

    def progress(self, fraction: float, text: str = "") -> None:
        now = time.monotonic()
        if now >= self._next or fraction >= 1:
            self._next = now + PROGRESS_SECONDS
            _tell(self.answers, id=self.job, event="progress", fraction=round(fraction, 4), text=text)


def _tell(answers: TextIO, **line: Any) -> None:
    answers.write(json.dumps(line, ensure_ascii=True) + "\n")
    answers.flush()


def _tell_result(answers: TextIO, number: int, result: Any) -> None:
    """Tell what a job has found; long lists in it go before it in parts."""
    long = [name for name, values in result.items() if _is_long(values)] if isinstance(result, dict) else []
    for name in long:
        values = result[name]
        for start in range(0, len(values), PART_VALUES):
            _tell(answers, id=number, event="part", name=name, values=values[start : start + PART_VALUES])
    _tell(answers, id=number, event="done", result=result | dict.fromkeys(long) if long else result)


def _is_long(values: Any) -> bool:
    return isinstance(values, list) and len(values) > PART_VALUES


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer jobs until the requests end."""
    from workbench.jobs import preload_modules

    preload_modules()
    for line in requests:
        request = json.loads(line)
        number = request["id"]
        told = done(request["job"], request["args"], _Telling(answers, number))
        if "sentence" in told:
            _tell(answers, id=number, event="failed", **told)
        else:
            _tell_result(answers, number, told["value"])


def done(job: str, arguments: dict[str, Any], control: Control | None = None) -> dict[str, Any]:
    """Do a job: its ``value``, or the ``sentence`` on why there is none, with ``details`` for whoever looks into it."""
    from workbench.jobs import do_job

    try:
        return {"value": do_job(job, arguments, control or Control())}
    except Exception as error:  # noqa: BLE001 - the last resort: a broken job is told, the process goes on
        return {"sentence": sentence_of(error), "details": traceback.format_exc()}


def stand_by(requests: TextIO, answers: TextIO) -> int:
    """Load what training needs, wait for the folder of a run or a search, and do it."""
    from workbench.searching.searching import search
    from workbench.training.train import train_run

    if not _is_told(requests):  # what is asked for already may need no torch
        import torch  # noqa: F401 - seconds to load, which is why this process stands by

    _tell(answers, event="ready")
    line = requests.readline()
    if not line:  # whoever started us is gone
        return 0
    with suppress(AttributeError, OSError):
        os.nice(5)  # the window and the rest of the machine come first
    try:
        asked = json.loads(line)
        if "search" in asked:
            search(Path(asked["search"]))
        else:
            train_run(Path(asked["run"]))
    except Cancelled:
        return 130
    except WorkbenchError:  # told in the folder
        return 1
    return 0


def _alone(asked: list[str]) -> int:
    """Do what needs no orders; what it cannot do stands in the log of this process."""
    from workbench.searching.searching import work_along
    from workbench.training.queue import go_on

    try:
        if asked[0] == "--queue":
            go_on(Path(asked[1]))
        else:
            work_along(Path(asked[1]), int(asked[2]))
    except Cancelled:
        return 130
    except WorkbenchError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the log of this process
        return 1
    return 0


def _is_told(requests: TextIO) -> bool:
    """Whether the line is there already; not known on Windows."""
    return os.name != "nt" and bool(select.select([requests], [], [], 0)[0])


def _end(number: int, frame: FrameType | None) -> None:
    raise Cancelled


def main() -> int:
    """Serve jobs, or stand by for a training."""
    without_pandas()
    without_warnings()
    # The answer channel is ours alone: whatever a library prints goes to the log (standard error) instead.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    if "--standby" in sys.argv[1:]:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _end)
        return stand_by(requests, answers)
    if {"--queue", "--trials"} & set(sys.argv[1:]):
        return _alone(sys.argv[1:])
    _tell(answers, event="ready")
    with suppress(BrokenPipeError):
        serve(requests, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
