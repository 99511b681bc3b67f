"""The list that a person looks at: in a line of words, and where all pages find it."""

from pathlib import Path

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.now import now_of
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import line
from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError
from workbench.insight.asked_list import AskedList, Changes, Order

KEY = "list"
MOST_ID_CHARS = 60


def note_list(session: Session, asked: AskedList) -> None:
    """Keep with the project which list is shown."""
    session.project.set_view(KEY, asked.under(Path(asked.run).name).to_json())


def noted_list(session: Session) -> AskedList | None:
    """The list that was shown last, where its run is still there."""
    try:
        asked = AskedList.from_json(session.project.view(KEY))
    except WorkbenchError:  # none yet, or what a hand has written
        return None
    info = session.runs.get(asked.run)
    return asked.under(str(info.folder)) if info is not None and info.usable else None


def run_of(session: Session, asked: AskedList) -> RunInfo | None:
    """The run of a list."""
    return session.runs.get(Path(asked.run).name)


def list_heading(session: Session, asked: AskedList) -> str:
    """All that the rows of a list depend on, in a line."""
    info = run_of(session, asked)
    run = short_title(info) if info is not None else Path(asked.run).name
    mark = now_of(session).mark(info.spec) if info is not None else ""
    run = f"{run} ({mark})" if mark else run
    parts = [_person(asked), run, *_changes(asked), *_order(asked.order)]
    parts.append(translate("ShownList", "top {k:,}").format(k=asked.k))
    return " · ".join([*parts, translate("ShownList", "with seen items")] if asked.include_seen else parts)


def _person(asked: AskedList) -> str:
    if asked.user is not None:
        user = translate("ShownList", "User {user}").format(user=line(asked.user, MOST_ID_CHARS))
        return user if asked.history is None else f"{user} ({line(Path(asked.history).name, MOST_ID_CHARS)})"
    n = len(asked.changes.added)
    if n == 1:
        return translate("ShownList", "New user with 1 item")
    return translate("ShownList", "New user with {n:,} items").format(n=n)


def _changes(asked: AskedList) -> list[str]:
    changes: Changes = asked.changes
    if asked.user is None or not changes:
        return []
    counted = (f"+{len(changes.added)}", changes.added), (f"−{len(changes.removed)}", changes.removed)
    told = " ".join(text for text, entries in counted if entries)
    rated = translate("ShownList", "{n:,} rated differently").format(n=len(changes.rated)) if changes.rated else ""
    return [translate("ShownList", "history {changed}").format(changed=", ".join(filter(None, (told, rated))))]


def _order(order: Order) -> list[str]:
    if not order:
        return []
    words = {
        "diversity": translate("ShownList", "more diverse {value}"),
        "calibration": translate("ShownList", "calibrated {value}"),
        "popularity_penalty": translate("ShownList", "less popular {value}"),
        "per_genre": translate("ShownList", "at most {value} of a genre"),
        "pin": translate("ShownList", "{value} pinned"),
        "exclude": translate("ShownList", "{value} excluded"),
    }
    values = order.model_dump()
    parts = [text.format(value=_short(values[name])) for name, text in words.items() if values[name]]
    if order.diversity and order.method == "dpp":
        parts[0] += " (DPP)"
    return parts


def _short(value: object) -> str:
    return f"{len(value):,}" if isinstance(value, list) else f"{value:g}"
