"""The paths of the server, each with what it takes and gives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.serving.figures import Figures
from workbench.serving.impressions import ImpressionLog
from workbench.serving.limits import Gate
from workbench.serving.model import NotFoundHereError
from workbench.serving.questions import Answer, Batch, Events, ItemQuestion, ListQuestion, ScoreQuestion, WhyQuestion
from workbench.serving.shelf import Shelf
from workbench.version import __version__

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

RATE = 1000.0


def create_app(
    shelf: Shelf, token: str | None = None, rate: float = RATE, impressions: ImpressionLog | None = None
) -> Gate:
    """The application, with all that stands before it."""
    from fastapi import FastAPI

    figures = Figures()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(shelf.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        if impressions is not None:
            impressions.close()
        shelf.close()

    # No page of documentation: it would load scripts from elsewhere. What can be asked is told to programs.
    app = FastAPI(title="Recommender Workbench", version=__version__, lifespan=life, docs_url=None, redoc_url=None)
    _add_errors(app)
    _add_about(app, shelf, figures)
    _add_lists(app, shelf, impressions)
    _add_questions(app, shelf)
    return Gate(app, token, rate, figures)


def _add_errors(app: "FastAPI") -> None:
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse

    @app.exception_handler(RequestValidationError)
    async def refused(request: "Request", error: RequestValidationError) -> JSONResponse:
        """Say where and why, and not what was sent: that may be no text, and does not belong in an answer."""
        told = [{"where": ".".join(map(str, one["loc"])), "why": one["msg"]} for one in error.errors()]
        return JSONResponse({"detail": told}, 422)

    @app.exception_handler(UnicodeEncodeError)
    async def no_text(request: "Request", error: UnicodeEncodeError) -> JSONResponse:
        return JSONResponse({"detail": "An id has characters that are no text."}, 422)

    @app.exception_handler(NotFoundHereError)
    async def not_found(request: "Request", error: NotFoundHereError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    @app.exception_handler(WorkbenchError)
    async def cannot(request: "Request", error: WorkbenchError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)


def _add_about(app: "FastAPI", shelf: Shelf, figures: Figures) -> None:
    from fastapi.responses import PlainTextResponse

    @app.get("/health")
    async def health() -> Answer:
        """Whether it is there; needs no token."""
        return {"status": "ok"}

    @app.get("/models")
    async def models() -> list[Answer]:
        """What is served."""
        return [model.about() for model in shelf.models()]

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> str:
        """Figures for Prometheus."""
        return figures.text({"models": len(shelf.models()), "reloads": shelf.reloads, "batches": shelf.batches})


def _add_lists(app: "FastAPI", shelf: Shelf, impressions: ImpressionLog | None) -> None:
    async def made(name: str, asked: ListQuestion) -> list[Answer]:
        if impressions is None:
            return await shelf.list_for(name, asked)
        wide = asked.model_copy(update={"k": impressions.candidates(asked.k)})
        return impressions.show(asked, await shelf.list_for(name, wide))

    @app.post("/models/{name}/recommend")
    async def recommend(name: str, asked: ListQuestion) -> Answer:
        """A list for a person of the data, or for a history of anybody."""
        return {"model": name, "items": await made(name, asked)}

    @app.post("/models/{name}/recommend/batch")
    async def batch(name: str, asked: Batch) -> Answer:
        """Several lists at once, in their order."""
        found = await asyncio.gather(*(made(name, one) for one in asked.people))
        return {"model": name, "lists": [{"items": items} for items in found]}

    @app.post("/events")
    async def events(asked: Events) -> Answer:
        """People chose items: their histories grow at once, the models stay as they are."""
        known = [one for one in asked.events if any(model.knows(one.item) for model in shelf.models())]
        for one in known:
            shelf.recent.add(one.user, one.item)
            if impressions is not None:
                impressions.clicked(one.user, one.item)
        return {"taken": len(known), "unknown_items": len(asked.events) - len(known)}


def _add_questions(app: "FastAPI", shelf: Shelf) -> None:
    @app.post("/models/{name}/similar")
    async def similar(name: str, asked: ItemQuestion) -> Any:
        """Items like one."""
        model = shelf.model(name)
        return await shelf.ask(lambda: model.similar(asked))

    @app.post("/models/{name}/explain")
    async def explain(name: str, asked: WhyQuestion) -> Any:
        """Why an item has its place: what each interaction of the history does for it."""
        model = shelf.model(name)
        return await shelf.ask(lambda: model.explain(asked))

    @app.post("/models/{name}/score")
    async def score(name: str, asked: ScoreQuestion) -> Any:
        """Scores of some items, in their order."""
        model = shelf.model(name)
        return await shelf.ask(lambda: model.score(asked))
