"""One list in the options of ``recommend``: a changed history, somebody new, another order. Read and written here alone."""

import argparse
from collections.abc import Callable
from typing import Any

from workbench.commands.options import assignment
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.insight.asked_list import AskedList, Entry, Order

ORDER = [name for name in Order.model_fields if name not in ("pin", "exclude")]
# Options of a single list, by the names that argparse gives them.
OPTIONS = ("add", "rate", "remove", "order", "pin", "exclude")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a single list."""
    group = parser.add_argument_group("of one --user, or of somebody --new", "each may be repeated")
    described: dict[str, tuple[str, Callable[[str], Any], str]] = {
        "add": ("ITEM[=RATING]", entry, "what if this item were the newest of the history"),
        "rate": ("ITEM=RATING", entry, "what if this item of the history had another rating"),
        "remove": ("ITEM", str, "what if this item had never been"),
        "order": ("KEY=VALUE", assignment, f"another order of the list: {', '.join(ORDER).replace('_', '-')}"),
        "pin": ("ITEM", str, "put it at the top of the list"),
        "exclude": ("ITEM", str, "leave it out of the list"),
    }
    for name, (metavar, kind, words) in described.items():
        group.add_argument(f"--{name}", action="append", type=kind, metavar=metavar, help=words)


def entry(text: str) -> Entry:
    """``ITEM``, ``ITEM=RATING``, or ``ITEM=`` for an id with an equals sign in it and no rating."""
    item, equals, rating = text.rpartition("=")
    try:
        return Entry(item=item if equals else text, rating=float(rating) if equals and rating else None)
    except ValueError:
        message = f"'{rating}' in '{text}' is no rating; an id with = in it ends in another ="
        raise argparse.ArgumentTypeError(message) from None


def asked_list(args: argparse.Namespace) -> AskedList | None:
    """The list that the options of ``recommend`` describe; None where they ask for plain ones of users.

    Raises
    ------
    WorkbenchError
        If they say more than goes together.
    """
    given = [name for name in OPTIONS if getattr(args, name)]
    if not args.new and not given:
        return None
    if args.new and args.history is not None:
        raise WorkbenchError(
            "--new is somebody without a history. Name one --user of the file, or leave out --history."
        )
    if not args.new and len(args.user or ()) != 1:
        raise WorkbenchError(f"--{given[0]} goes with one --user or with --new: it changes a single list.")
    changes = {"removed": args.remove or [], "rated": _plain(args.rate), "added": _plain(args.add)}
    order = _order(args.order or [], {"pin": args.pin or [], "exclude": args.exclude or []})
    asked = {"run": str(args.run), "user": None if args.new else args.user[0], "k": args.k}
    asked["history"] = None if args.history is None else str(args.history)
    return AskedList.from_json(asked | {"include_seen": args.include_seen, "changes": changes, "order": order})


def _plain(entries: list[Entry] | None) -> list[dict[str, Any]]:
    return [entry.model_dump() for entry in entries or []]


def _order(wishes: list[tuple[str, Any]], rules: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in wishes:
        if name not in ORDER:
            raise WorkbenchError(nearest("order", name, ORDER))
        if name in found:
            raise WorkbenchError(f"--order {name.replace('_', '-')} is given twice. Leave one of them out.")
        kind = type(Order.model_fields[name].default)
        try:
            found[name] = kind(value)
        except (TypeError, ValueError):
            raise WorkbenchError(f"--order {name}={value}: this is no number.") from None
    return found | rules


def words_of(asked: AskedList) -> list[str]:
    """The words that `asked_list` reads, but for the run."""
    wishes = asked.order.model_dump(exclude_defaults=True, exclude={"pin", "exclude"})
    return [
        "--new" if asked.user is None else f"--user={asked.user}",
        *([] if asked.history is None else [f"--history={asked.history}"]),
        *("--k", str(asked.k)),
        *(["--include-seen"] if asked.include_seen else []),
        *(f"--remove={item}" for item in asked.changes.removed),
        *(f"--rate={_written(entry)}" for entry in asked.changes.rated),
        *(f"--add={_written(entry)}" for entry in asked.changes.added),
        *(f"--order={name.replace('_', '-')}={value}" for name, value in wishes.items()),
        *(f"--pin={item}" for item in asked.order.pin),
        *(f"--exclude={item}" for item in asked.order.exclude),
    ]


def _written(one: Entry) -> str:
    if one.rating is None:
        return f"{one.item}=" if "=" in one.item else one.item
    return f"{one.item}={one.rating!r}"
