"""The models that are served, by name. One that was trained again is loaded beside the old one and takes its place."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import WorkbenchError
from workbench.serving.events import Recent
from workbench.serving.model import Model, NotFoundHereError, stamp_of
from workbench.serving.questions import Answer, ListQuestion

POLL_SECONDS = 1.0
BATCH_LISTS = 64  # lists that are made at once
Found = TypeVar("Found")
log = logging.getLogger("workbench.serving")


class Shelf:
    """Models, what people chose since, and the one thread that asks models: their libraries are not made for several."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.recent = Recent()
        self.folders = {folder.resolve().name: folder for folder in folders}
        if len(self.folders) < len(folders):
            raise WorkbenchError(
                "Two of these runs have folders of the same name, by which they are served. Rename one."
            )
        self._models = {name: Model(folder, self.recent) for name, folder in self.folders.items()}
        self._asking, self._loading = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._waiting: dict[str, list[tuple[ListQuestion, asyncio.Future[list[Answer]]]]] = {}
        self._tried: dict[str, int] = {}
        self._turn = asyncio.Lock()  # held while lists are made: whoever asks meanwhile is in the next batch
        self._tasks: set[asyncio.Task[None]] = set()
        self.reloads = self.batches = 0

    def models(self) -> list[Model]:
        """All of them."""
        return list(self._models.values())

    def model(self, name: str) -> Model:
        """One of them."""
        if name not in self._models:
            raise NotFoundHereError(f"There is no model '{name}'. Those that are served: {', '.join(self._models)}.")
        return self._models[name]

    async def ask(self, question: Callable[[], Found]) -> Found:
        """Ask a model something in the thread that is for that."""
        return await asyncio.get_running_loop().run_in_executor(self._asking, question)

    async def list_for(self, name: str, asked: ListQuestion) -> list[Answer]:
        """A list, made together with those of all who wait for one of the same model."""
        self.model(name)
        waiting = self._waiting.setdefault(name, [])
        answer: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        waiting.append((asked, answer))
        if len(waiting) == 1:  # the others come while the thread is busy
            task = asyncio.create_task(self._batch(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _batch(self, name: str) -> None:
        """Make the lists of all who wait when the thread is free."""
        async with self._turn:
            batch = self._waiting.pop(name)
            try:
                for start in range(0, len(batch), BATCH_LISTS):
                    await self._make(name, batch[start : start + BATCH_LISTS])
            finally:
                for _, answer in batch:
                    _settle(
                        answer, WorkbenchError("The list could not be made. Ask again; the server's log says more.")
                    )

    async def _make(self, name: str, batch: list[tuple[ListQuestion, "asyncio.Future[list[Answer]]"]]) -> None:
        model, self.batches = self.model(name), self.batches + 1
        try:
            made = await self.ask(lambda: model.lists([asked for asked, _ in batch]))
        except (WorkbenchError, MemoryError) as error:
            if len(batch) == 1:
                _settle(batch[0][1], error)
                return
            for one in batch:  # one of them asks for what cannot be: the others get their lists
                await self._make(name, [one])
            return
        for (_, answer), found in zip(batch, made, strict=True):
            _settle(answer, found)

    async def watch(self) -> None:
        """Look for models that were trained again, for ever."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            for name, folder in self.folders.items():
                await self._renew(name, folder)

    async def _renew(self, name: str, folder: Path) -> None:
        try:
            stamp = stamp_of(folder)
        except OSError:  # it is being written, or gone: the one that is loaded goes on
            return
        if stamp in (self._models[name].stamp, self._tried.get(name)):
            return
        self._tried[name] = stamp
        try:
            new = await asyncio.get_running_loop().run_in_executor(self._loading, Model, folder, self.recent)
        except (WorkbenchError, OSError) as error:
            log.warning(json.dumps({"event": "reload failed", "model": name, "why": str(error)}))
            return
        self._models[name], self.reloads = new, self.reloads + 1
        log.info(json.dumps({"event": "reloaded", "model": name}))

    def close(self) -> None:
        """End the threads."""
        for threads in (self._asking, self._loading):
            threads.shutdown(cancel_futures=True)


def _settle(answer: "asyncio.Future[Any]", found: Any) -> None:
    """Give an answer to whoever still waits for it."""
    if answer.done():
        return
    if isinstance(found, BaseException):
        answer.set_exception(found)
    else:
        answer.set_result(found)
