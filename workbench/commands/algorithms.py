"""``workbench algorithms``: what there is, with hyperparameters."""

import argparse
from typing import Any

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress, facts, table


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "algorithms", "what there is, with hyperparameters")
    parser.add_argument("name", nargs="?", metavar="NAME", help="only this one, in full")
    parser.set_defaults(command=algorithms)


def algorithms(args: argparse.Namespace, progress: Progress) -> Answer:
    """All algorithms, or one."""
    from workbench.algorithms import all_algorithms, find

    chosen = [find(args.name)] if args.name else list(all_algorithms().values())
    value = [_describe(one) for one in chosen]
    return Answer(value, _in_full(value[0]) if args.name else _list(value))


def _describe(algorithm: Any) -> dict[str, Any]:
    return {
        "name": algorithm.name,
        "title": algorithm.title,
        "family": algorithm.family,
        "summary": algorithm.summary,
        "reference": algorithm.reference,
        "needs": list(algorithm.needs),
        "fold_in": algorithm.fold_in,
        "explains": algorithm.explains,
        "predicts_ratings": algorithm.predicts_ratings,
        "iterative": algorithm.iterative,
        "hyperparameters": algorithm.model_json_schema(),
    }


def _list(found: list[dict[str, Any]]) -> str:
    rows = [("name", "title", "family", "needs", "hyperparameters")]
    for one in found:
        own = ", ".join(one["hyperparameters"].get("properties", {}))
        rows.append((one["name"], one["title"], one["family"], ", ".join(one["needs"]) or "–", own or "–"))
    return table(rows) + "\n\nMore about one: workbench algorithms NAME"


def _in_full(one: dict[str, Any]) -> str:
    from workbench.declaring import allowed_range

    head = facts(
        [
            ("name", one["name"]),
            ("family", one["family"]),
            ("needs", ", ".join(one["needs"]) or "users and items alone"),
            ("new users", f"folded in: {one['fold_in']}"),
            ("reference", one["reference"]),
        ]
    )
    own = one["hyperparameters"].get("properties", {})
    lines = [f"{one['title']}: {one['summary']}", "", head]
    for name, schema in own.items():
        unit = f" {schema['unit']}" if schema.get("unit") else ""
        lines += [
            "",
            f"--set {name}={schema.get('default')}{unit}  ({allowed_range(schema)})",
            f"    {schema.get('description', '')}",
        ]
    return "\n".join(lines)
