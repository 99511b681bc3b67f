"""One click from nothing to a first list: project, sample, split, EASE, and the first user's list."""

from functools import partial
from typing import Any

from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate
from workbench.resources import resource
from workbench.sample import FOLDER, SPLIT


def try_sample(session: Session) -> None:
    """Let the whole line happen; the page Inspect comes when the run is in the queue."""
    if not session.new_project(name=translate("Sample", "MovieLens sample")):
        return
    session.warm_up()  # all processes have something to do at once
    session.runs.prepare()
    folder = resource(FOLDER)
    items = {"items": folder / "movies.csv"}
    session.import_file(folder / "ratings.csv", None, items, done=partial(_train, session))


def _train(session: Session, _about: Any) -> None:
    session.project.set_split(*SPLIT)
    session.history.clear()  # what the sample comes with is no step of anybody
    run_id = session.queue_run("ease")
    if run_id is not None and session.data is not None:
        session.selection.select_user(session.data.user_ids[0].as_py())
        session.request_page("inspect")
