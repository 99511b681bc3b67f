"""A server of one run as the window has it: a process that ends with the window unless it is asked to stay."""

import re
import secrets
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.commands.serve import STAY
from workbench.owned import discard, new_temporary_folder

PROGRAM = [sys.executable, "-m", "workbench"]
POLL_MS, FIGURES_MS = 150, 2000
END_SECONDS = 8.0  # that it has to answer what it was asked before it is killed
ASK_SECONDS = 3.0
ADDRESS = re.compile(r"Serving at http://([\d.]+):(\d+)")
FIGURE = re.compile(r'^workbench_(requests_per_second|request_seconds\{quantile="0\.(?:5|99)"\}) (\S+)$', re.MULTILINE)


class ServerProcess(QObject):
    """Starts ``workbench serve``, tells its address and figures, and ends it."""

    started = Signal()
    """It answers at `address`."""
    measured = Signal(float, float, float)
    """Requests a second of late, and the seconds in which half and 99 % were answered; NaN where there were none."""
    ended = Signal(str)
    """A sentence where it ended without being asked to; else ""."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.address, self.token, self.run = "", "", Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._folder: Path | None = None
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._look)
        self._measure = QTimer(self, interval=FIGURES_MS)
        self._measure.timeout.connect(self._ask)
        self._asking = Background(self)
        self._asking.answered.connect(self._take)

    @property
    def runs(self) -> bool:
        """Whether a process was started and has not ended."""
        return self._process is not None

    def start(self, run: Path) -> None:
        """Serve a run at a free port of this computer, with a token of its own."""
        if self.runs:
            return
        self.run, self.address, self.token = run, "", secrets.token_urlsafe(24)
        self._stopping = False
        self._folder = new_temporary_folder()
        (self._folder / "token").write_text(self.token, encoding="ascii")
        asked = [
            "serve",
            str(run),
            "--port",
            "0",
            "--while-open",
            "--quiet",
            "--token-file",
            str(self._folder / "token"),
        ]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*PROGRAM, *asked],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        self._poll.start()

    def curl(self) -> str:
        """A command that asks for a list."""
        head = f"-H 'Authorization: Bearer {self.token}' -H 'Content-Type: application/json'"
        return f'curl -s {self.address}/models/{self.run.name}/recommend {head} -d \'{{"history": [], "k": 5}}\''

    def stop(self) -> None:
        """Ask it to end, and do not wait: whoever waits for an answer gets it first. `ended` follows."""
        if self._process is not None and self._process.stdin is not None:
            self._stopping = True
            with suppress(OSError):
                self._process.stdin.close()

    def end(self) -> None:
        """End it before this returns; whoever waits for an answer gets it."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._over("")

    def leave(self) -> None:
        """Let it go on without this process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(f"{STAY}\n".encode())
            process.stdin.close()
        process.returncode = 0  # nobody waits for it any more
        self._folder = None  # it has read its token, and its log is still written
        self._over("")

    def _over(self, sentence: str) -> None:
        self._poll.stop()
        self._measure.stop()
        self._asking.forget()
        self.address = ""
        if self._folder is not None:
            discard(self._folder)
            self._folder = None
        self.ended.emit(sentence)

    @Slot()
    def _look(self) -> None:
        """See whether it has begun, or ended."""
        if self._process is None or self._folder is None:
            return
        over = self._process.poll() is not None
        if self.address and not over:
            return
        log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        if over:
            assert self._process.stdin is not None
            self._process.stdin.close()
            said = [line.removeprefix("workbench: ") for line in log.splitlines() if line.startswith("workbench: ")]
            self._process = None
            self._over("" if self._stopping else said[-1] if said else self.tr("The server ended."))
            return
        found = ADDRESS.search(log)
        if found and not self.address:
            self.address = f"http://{found[1]}:{found[2]}"
            self._measure.start()
            self.started.emit()

    @Slot()
    def _ask(self) -> None:
        host, port = self.address.removeprefix("http://").split(":")
        token = self.token
        if not self._asking.busy:
            self._asking.ask(lambda: _figures(host, int(port), token))

    @Slot(object)
    def _take(self, answer: tuple[float, float, float] | None) -> None:
        if answer is not None:
            self.measured.emit(*answer)


def _figures(host: str, port: int, token: str) -> tuple[float, float, float] | None:
    """Ask a server how it is doing; None where it does not answer."""
    head = f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    text = b""
    try:
        with socket.create_connection((host, port), ASK_SECONDS) as connection:
            connection.sendall(head.encode())
            while part := connection.recv(2**16):
                text += part
    except OSError:
        return None
    found = [float(value) for _, value in sorted(FIGURE.findall(text.decode("utf-8", "replace")))]
    nan = float("nan")
    return (found[2], found[0], found[1]) if len(found) == 3 else (found[0], nan, nan) if found else None  # noqa: PLR2004
