"""A search that a person removes, with the runs that are its trials: a step of the history."""

from functools import partial

from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate


def remove_search(session: Session, search_id: str) -> str:
    """Remove a search that is over and its runs; they can come back until the project is closed. Returns what was done."""
    info = session.searches.get(search_id)
    if info is None:
        return ""
    runs = [run.id for run in session.runs.all() if run.search == search_id and not run.state.is_active]
    if not _remove(session, search_id, runs):
        return ""
    words = translate("SearchChanges", "{title} and its {n} runs removed").format(title=info.title, n=len(runs))
    session.history.add(words, partial(_restore, session, search_id, runs), partial(_remove, session, search_id, runs))
    return words


def _remove(session: Session, search_id: str, runs: list[str]) -> bool:
    if not session.searches.delete(search_id):
        return False
    with session.runs.together():
        for run_id in runs:
            session.runs.delete(run_id)
    return True


def _restore(session: Session, search_id: str, runs: list[str]) -> bool:
    if not session.searches.restore(search_id):
        return False
    there = {info.id for info in session.runs.removed()}
    with session.runs.together():
        for run_id in runs:
            if run_id in there:
                session.runs.restore(run_id)
    session.selection.select_search(search_id, [])
    return True
