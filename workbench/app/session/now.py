"""What the next run would be asked for, against which all others are held."""

from typing import Any

from workbench.app.runs.run_groups import Now
from workbench.app.session.session import Session
from workbench.errors import WorkbenchError


def now_of(session: Session) -> Now:
    """What is chosen now; nothing is asked for where there is no data, or this version cannot divide it so."""
    return Now(asked_now(session), session.versions.names() if session.project.current is not None else {})


def asked_now(session: Session) -> dict[str, Any] | None:
    """What the next run would be asked for, as ``run.json`` says it."""
    from workbench.data.filtering import make_filters
    from workbench.data.splitting import make_split

    split = session.project.split
    if split is None or session.data is None:
        return None
    try:
        settings = make_split(split["name"], split.get("settings")).model_dump()
        filters = [step.recipe() for step in make_filters(session.project.filters)]
    except WorkbenchError:
        return None
    return {
        "data_hash": session.about.get("hash"), "filters": filters,
        "split": split["name"], "split_settings": settings,
    }  # fmt: skip
