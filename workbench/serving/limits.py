"""Who may ask, how much and how often: token, size of a body, rate, and patience with slow clients. Plain ASGI."""

import asyncio
import hmac
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from workbench.serving.figures import Figures

MAX_BODY_BYTES = 2**20
BODY_SECONDS = 10.0
MAX_CLIENTS = 10_000  # whose rates are remembered
OPEN = "/health"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
log = logging.getLogger("workbench.serving")


class Buckets:
    """So many requests a second for each client, and as many again at once."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> bool:
        """Whether a client may ask now."""
        now = time.monotonic()
        left, since = self._left.pop(client, (2 * self.rate, now))
        left = min(2 * self.rate, left + (now - since) * self.rate)
        self._left[client] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > MAX_CLIENTS:
            self._left.popitem(last=False)
        return left >= 1


class Gate:
    """Stands before an application, and counts and logs what goes through: no ids, no addresses."""

    def __init__(self, app: App, token: str | None, rate: float, figures: Figures) -> None:
        self.app, self.figures, self.buckets = app, figures, Buckets(rate)
        self._token = None if token is None else f"Bearer {token}".encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, told = time.perf_counter(), {"status": 500}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        finally:
            seconds, route = time.perf_counter() - began, getattr(scope.get("route"), "path", "other")
            self.figures.note(route, told["status"], seconds)
            entry = {
                "event": "request",
                "method": scope["method"],
                "route": route,
                **told,
                "ms": round(1000 * seconds, 2),
            }
            log.info(json.dumps(entry))

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        head = dict(scope["headers"])
        given = head.get(b"authorization", b"")
        if self._token is not None and scope["path"] != OPEN and not hmac.compare_digest(given, self._token):
            await _refuse(send, 401, "Send the header Authorization: Bearer TOKEN, with the token of this server.")
        elif not self.buckets.take((scope.get("client") or ("",))[0]):
            await _refuse(send, 429, "Too many requests. Ask again in a second.", (b"retry-after", b"1"))
        elif head.get(b"content-length", b"0").isdigit() and int(head.get(b"content-length", b"0")) > MAX_BODY_BYTES:
            await _refuse(send, 413, f"A body has at most {MAX_BODY_BYTES:,} bytes.", (b"connection", b"close"))
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take the whole body in first: slow or large ones reach nobody else."""
        body = b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > MAX_BODY_BYTES:
                        await _refuse(
                            send, 413, f"A body has at most {MAX_BODY_BYTES:,} bytes.", (b"connection", b"close")
                        )
                        return
        except TimeoutError:
            await _refuse(send, 408, "The body took too long to come.", (b"connection", b"close"))
            return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, again, send)


async def _refuse(send: Send, status: int, sentence: str, *head: tuple[bytes, bytes]) -> None:
    body = json.dumps({"detail": sentence}).encode()
    kinds = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *head]
    kinds += [(b"www-authenticate", b"Bearer")] if status == 401 else []  # noqa: PLR2004 - as HTTP has it
    await send({"type": "http.response.start", "status": status, "headers": kinds})
    await send({"type": "http.response.body", "body": body})
