"""Listens: uvicorn around the application, with patience for slow clients and room for so many connections."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import Cancelled, WorkbenchError
from workbench.serving.limits import Gate

LOOPBACK = ("127.0.0.1", "::1", "localhost")
HEAD_SECONDS = 10.0  # in which the head of a request must have come
KEPT_SECONDS = 5  # that an idle connection is kept
MAX_CONNECTIONS = 700  # below the usual limit of open files, 1,024
MIN_TOKEN_CHARS = 16
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def read_token(path: Path | None, host: str) -> str | None:
    """The token in a file; raises WorkbenchError where others could ask without one."""
    if path is None:
        if host not in LOOPBACK:
            message = f"At {host} other computers could ask, so a token is needed. Write one into a file, such as "
            raise WorkbenchError(message + "by openssl rand -hex 32 > token, and name it: --token-file token")
        return None
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(
            f"The token could not be read from {path}. Name a text file with the token in it."
        ) from error
    if len(token) < MIN_TOKEN_CHARS or not token.isascii() or not token.isprintable() or " " in token:
        message = (
            f"The token in {path} is not one: at least {MIN_TOKEN_CHARS} letters and digits are needed. Write one, "
        )
        raise WorkbenchError(message + "such as by openssl rand -hex 32")
    return token


def serve(gate: Gate, host: str, port: int, started: Callable[[str], None], stay: str | None = None) -> str:
    """Serve until the process is asked to end; returns the address, of which `started` is told first.

    With `stay` it ends where standard input does, unless that word came before: it does not outlive who has started it.
    """
    server, listening = new_server(gate), listen_at(host, port)
    address = address_of(listening)
    if stay is not None:
        threading.Thread(target=_end_with_input, args=(server, stay), daemon=True).start()
    started(f"Serving at {address}")
    with suppress(KeyboardInterrupt, Cancelled), asyncio.Runner() as runner:
        runner.run(server.serve(sockets=[listening]))
    return address


def _end_with_input(server: Any, stay: str) -> None:
    if sys.stdin.readline().strip() != stay:
        server.should_exit = True


def new_server(gate: Gate) -> Any:
    """The server around an application."""
    uvicorn = check_installed()
    config = uvicorn.Config(
        gate,
        http=_patient(),
        loop="asyncio",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=2**16,
    )
    return uvicorn.Server(config)


def address_of(listening: Any) -> str:
    """The address of a socket, for a browser."""
    name, port = listening.getsockname()[:2]
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def listen_at(host: str, port: int) -> Any:
    """A socket that is bound; raises WorkbenchError where that is not possible."""
    import socket

    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        message = (
            f"The server cannot listen at {host}, port {port}: {error.strerror or error}. Choose another port, or end "
        )
        raise WorkbenchError(message + "what listens there.") from error


def log_to_stderr(*, quiet: bool) -> None:
    """Write the log as JSON, a line for each request."""
    own = logging.getLogger("workbench.serving")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter('{"time": "%(asctime)s", "log": %(message)s}'))
    own.addHandler(handler)
    own.setLevel(logging.WARNING if quiet else logging.INFO)
    own.propagate = False


def check_installed() -> Any:
    """The library uvicorn; raises WorkbenchError where the extra is not installed."""
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError as error:
        message = "The server needs FastAPI and uvicorn, which are not installed. Install them: "
        raise WorkbenchError(message + "pip install 'recommender-workbench[serve]'") from error
    return uvicorn


def _patient() -> Any:  # noqa: C901 - one class
    """Uvicorn's protocol, but a connection whose request does not come in time is closed, and there are so many at most."""
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Patient(H11Protocol):
        _slow: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > MAX_CONNECTIONS:
                transport.write(BUSY)
                transport.close()
            else:
                self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._slow is not None:
                self._slow.cancel()
            super().connection_lost(exc)

        def _wait(self) -> None:
            """Count the time while the head of a request is on its way."""
            waits = self.conn.their_state is h11.IDLE
            if waits and self._slow is None:
                self._slow = self.loop.call_later(HEAD_SECONDS, self._hang_up)
            elif not waits and self._slow is not None:
                self._slow.cancel()
                self._slow = None

        def _hang_up(self) -> None:
            self._slow = None
            if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
                self.transport.close()

    return Patient
