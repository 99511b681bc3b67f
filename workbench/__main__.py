"""``workbench``: the window, or a command without one."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.cli import COMMANDS, FAILED, WRONG_USAGE
from workbench.cli import main as command_line
from workbench.declaring import nearest
from workbench.lean import without_pandas, without_warnings

STANDARD_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window where the arguments name no command; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (len(arguments) > 1 or arguments[0] in COMMANDS or arguments[0].startswith("-")):
        if argv is None:  # else this process is not ours
            _fill_standard_streams()
            without_pandas()
            without_warnings()
        return command_line(arguments)
    if arguments and not Path(arguments[0]).exists():
        return _no_such(arguments[0])
    if not _has_display():
        return _fail(
            "There is no display here to open the window on. Use the commands (workbench --help), or set DISPLAY."
        )
    return _open_window(arguments[0] if arguments else None)


def _fill_standard_streams() -> None:
    """Give each standard stream that is closed a place that takes everything, or the next file that is opened is in its.

    Standard output stays None, so that whoever writes an answer knows that nobody gets it.
    """
    while (place := os.open(os.devnull, os.O_RDWR)) <= STANDARD_ERROR:
        pass
    os.close(place)
    if sys.stderr is None:
        sys.stderr = open(STANDARD_ERROR, "w", encoding="utf-8", errors="replace")  # noqa: SIM115 - as long as we run


def _no_such(name: str) -> int:
    """Say that this is neither a command nor a file, and what may have been meant."""
    if Path(name).suffix or len(Path(name).parts) > 1:
        return _fail(f"{name} is not there. Was it moved or removed? Name a file of interactions or a project folder.")
    _fail(nearest("file, project or command", name, list(COMMANDS)))
    return WRONG_USAGE


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _open_window(path: str | None) -> int:
    from workbench.app.main import main as window

    return window(path)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"workbench: {sentence}\n")
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
