"""What a person changes about runs, each a step of the history: names, the queue, and what is removed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate

SHORT = 40  # letters of a name in a sentence
Words = Mapping[str, Any]


def describe_runs(session: Session, words: Mapping[str, Words]) -> str:
    """Give runs other titles, tags or notes; returns what was done in a sentence, "" where nothing changed."""
    before: dict[str, Words] = {}
    after: dict[str, Words] = {}
    for run_id, changes in words.items():
        info = session.runs.get(run_id)
        notes = info.notes if info is not None else None
        session.runs.describe(run_id, **changes)
        if info is not None and notes is not None and info.notes != notes:
            before[run_id], after[run_id] = asdict(notes), asdict(info.notes)
    if not before:
        return ""
    sentence = translate("RunChanges", "Notes of {n} runs saved").format(n=len(before))
    if len(before) == 1:
        sentence = translate("RunChanges", "Notes of {run} saved").format(run=_called(session, *before))
    session.history.add(sentence, partial(_describe, session, before), partial(_describe, session, after))
    return sentence


def _describe(session: Session, words: Mapping[str, Words]) -> bool:
    there = [run_id for run_id in words if session.runs.get(run_id) is not None]
    for run_id in there:
        session.runs.describe(run_id, **words[run_id])
    return bool(there)


def remove_runs(session: Session, ids: Sequence[str]) -> str:
    """Remove runs that are over or wait; they can come back until the project is closed. Returns what was done."""
    from workbench.app.session.blend import blends_of  # it knows algorithms, which the first picture need not wait for

    asked = [info for run_id in ids if (info := session.runs.get(run_id)) is not None]
    places = {info.id: place for place, info in enumerate(session.runs.waiting()) if info in asked}
    gone = _remove(session, [info.id for info in asked if info.over or info.id in places])
    if not gone:
        return ""
    words = translate("RunChanges", "{n} runs removed").format(n=len(gone))
    if len(gone) == 1:
        words = translate("RunChanges", "{run} removed").format(run=name_of(gone[0]))
    left = [info.id for info in gone]
    session.history.add(words, partial(_restore, session, left, places), partial(_remove_again, session, left))
    if len(gone) < len(asked):
        words += " · " + translate("RunChanges", "running ones were kept")
    blends = [blend for info in gone for blend in blends_of(session, info.id)]
    if blends:
        told = translate("RunChanges", "{blend} cannot be used without it")
        words += " · " + told.format(blend=name_of(blends[0]))
    return words


def remove_run(session: Session, run_id: str) -> None:
    """Remove one run, and say that it can come back."""
    words = remove_runs(session, [run_id])
    if words:
        session.notice.emit("info", words + " · " + translate("RunChanges", "Ctrl+Z brings it back"))


def _remove(session: Session, ids: Sequence[str]) -> list[RunInfo]:
    """Those that are gone now."""
    asked = list(filter(None, map(session.runs.get, ids)))
    for info in asked:
        session.runs.delete(info.id)
    return [info for info in asked if session.runs.get(info.id) is None]


def _remove_again(session: Session, ids: Sequence[str]) -> bool:
    return bool(_remove(session, ids))


def _restore(session: Session, ids: Sequence[str], places: Mapping[str, int]) -> bool:
    there = {info.id for info in session.runs.removed()}
    back = [run_id for run_id in ids if run_id in there]
    for run_id in back:
        session.runs.restore(run_id)
    for run_id, place in places.items():
        session.runs.put_back(run_id, place)
    if back:
        session.selection.select_runs(back)
    return bool(back)


def cancel_run(session: Session, run_id: str) -> None:
    """End a run now; one that waits leaves the queue, which can be taken back."""
    ids = [info.id for info in session.runs.waiting()]
    session.runs.cancel(run_id)
    if run_id in ids:
        words = translate("RunChanges", "{run} taken out of the queue").format(run=_called(session, run_id))
        back = partial(session.runs.put_back, run_id, ids.index(run_id))
        session.history.add(words, back, partial(_take_out, session, run_id))


def _take_out(session: Session, run_id: str) -> bool:
    waits = any(info.id == run_id for info in session.runs.waiting())
    if waits:
        session.runs.cancel(run_id)
    return waits


def move_run(session: Session, run_id: str, place: int) -> None:
    """Give a waiting run another place in the queue."""
    before = [info.id for info in session.runs.waiting()]
    session.runs.move(run_id, place)
    after = [info.id for info in session.runs.waiting()]
    if before != after:
        words = translate("RunChanges", "{run} moved to place {n} of the queue")
        sentence = words.format(run=_called(session, run_id), n=after.index(run_id) + 1)
        back = partial(_move, session, run_id, before.index(run_id))
        session.history.add(sentence, back, partial(_move, session, run_id, place))


def _move(session: Session, run_id: str, place: int) -> bool:
    waits = any(info.id == run_id for info in session.runs.waiting())
    session.runs.move(run_id, place)
    return waits


def _called(session: Session, run_id: str) -> str:
    info = session.runs.get(run_id)
    return name_of(info) if info is not None else run_id


def name_of(info: RunInfo) -> str:
    """What a run is called, in a sentence."""
    title = short_title(info)
    return title if len(title) <= SHORT else f"{title[: SHORT - 1]}…"
