"""``workbench algorithms``: what there is, with hyperparameters, and what suits a file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress, name_values, table

if TYPE_CHECKING:
    from workbench.searching.space import Dimension


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "algorithms", "list the algorithms, with hyperparameters")
    parser.add_argument("name", nargs="?", metavar="NAME", help="only this one, in full")
    parser.add_argument("--for", type=Path, dest="file", metavar="FILE", help="suggest three for these interactions")
    parser.add_argument("--items", type=Path, metavar="FILE", help="with --for: titles, years, genres of the items")
    parser.add_argument("--columns", metavar="user=A,item=B,…", help="with --for: columns of FILE; guessed if left out")
    parser.add_argument("--split", metavar="NAME", help="with --for: as in train; some cannot be tested by all splits")
    parser.set_defaults(command=algorithms, parser=parser)


def algorithms(args: argparse.Namespace, progress: Progress) -> Answer:
    """All algorithms, or one, or those that suit a file."""
    from workbench.algorithms import all_algorithms, find

    if args.file is not None:
        if args.name:
            args.parser.error("name an algorithm, or a file with --for, not both")
        return _suited(args, progress)
    if args.items is not None or args.columns is not None or args.split is not None:
        args.parser.error("--items, --columns and --split say more about the file of --for FILE, which is missing")
    chosen = [find(args.name)] if args.name else list(all_algorithms().values())
    value = [_describe(kind) for kind in chosen]
    return Answer(value, _in_full(value[0]) if args.name else _list(value))


def _suited(args: argparse.Namespace, progress: Progress) -> Answer:
    """Three suggestions for a file with their reasons, and why others cannot learn from it."""
    from dataclasses import replace

    from workbench.algorithms import all_algorithms
    from workbench.data.importing.importer import read_interactions
    from workbench.data.overview.summary import summarize
    from workbench.data.side_files.items import read_items
    from workbench.data.splitting import make_split
    from workbench.insight.suggesting import profile, suggest
    from workbench.training.fits_split import untestable

    refused = untestable(make_split(args.split, {}) if args.split else None)

    progress.start(f"Reading {args.file.name}")
    data, _, _ = read_interactions(args.file, columns=args.columns)
    if args.items is not None:
        data = replace(data, item_features=read_items(args.items, data.item_ids)[0])
    unsuited = {name: why for name, kind in all_algorithms().items() if (why := kind.unsuited(data))}
    refused = {name: why for name, why in refused.items() if name not in unsuited}
    known = profile(summarize(data), described=data.item_features is not None)
    suggested = [
        {"name": found.algorithm, "title": all_algorithms()[found.algorithm].title, "reason": found.reason}
        for found in suggest(known, lambda kind: kind.name not in {*unsuited, *refused})
    ]
    lines = [f"{found['title']} ({found['name']}): {found['reason']}" for found in suggested]
    lines += [f"not for this file: {why}" for why in unsuited.values()]
    lines += [f"not with this split: {why}" for why in refused.values()]
    how = f" --split {args.split}" if args.split else ""
    if suggested:
        lines += ["", f"Next: workbench train {args.file} --algorithm {suggested[0]['name']}{how} --run run1"]
    return Answer({"suggested": suggested, "unsuited": unsuited | refused}, "\n".join(lines))


def _describe(algorithm: Any) -> dict[str, Any]:
    from workbench.declaring import schema_of

    return {
        "name": algorithm.name,
        "title": algorithm.title,
        "family": algorithm.family,
        "summary": algorithm.summary,
        "reference": algorithm.reference,
        "needs": list(algorithm.needs),
        "feedback": list(algorithm.feedback),
        "fold_in": algorithm.fold_in,
        "explains": algorithm.explains,
        "predicts_ratings": algorithm.predicts_ratings,
        "caution": algorithm.caution(),
        "iterative": algorithm.iterative,
        "hyperparameters": schema_of(algorithm),
    }


def _list(found: list[dict[str, Any]]) -> str:
    rows = [("name", "title", "family", "needs", "hyperparameters")]
    for described in found:
        own = ", ".join(described["hyperparameters"].get("properties", {}))
        rows.append(
            (
                described["name"],
                described["title"],
                described["family"],
                ", ".join(described["needs"]) or "–",
                own or "–",
            )
        )
    return table(rows) + "\n\nMore about one: workbench algorithms NAME"


def _in_full(one: dict[str, Any]) -> str:
    from workbench.declaring import allowed_range
    from workbench.searching.space import space

    searched = {dimension.name: dimension for dimension in space(one["name"])}
    head = name_values(
        [
            ("name", one["name"]),
            ("family", one["family"]),
            ("needs", ", ".join(one["needs"]) or "users and items alone"),
            ("feedback", f"reads {', '.join(one['feedback'])}"),
            ("new users", f"folded in: {one['fold_in']}"),
            ("reference", one["reference"]),
        ]
    )
    own = one["hyperparameters"].get("properties", {})
    lines = [" ".join(filter(None, [f"{one['title']}: {one['summary']}", one["caution"]])), "", head]
    first = "the first of those that are level"
    for name, schema in own.items():
        unit = f" {schema['unit']}" if schema.get("unit") else ""
        tried = schema.get("tried")
        lines += [
            "",
            f"--set {name}={schema.get('default')}{unit}  ({allowed_range(schema)})",
            f"    {schema.get('description', '')}",
            *([f"    Where you name none, validation chooses of {_listed(tried)}, {first}."] if tried else []),
            *([f"    Where you name none it follows {schema['from_data']}."] if schema.get("from_data") else []),
            *([f"    {_searched(searched[name])}"] if name in searched else []),
        ]
    return "\n".join(lines)


def _searched(dimension: "Dimension") -> str:
    """Where a search looks for it."""
    if dimension.kind == "choice":
        where = "all of them"
    else:
        where = f"{dimension.low:g} to {dimension.high:g}" + (", on a logarithmic scale" if dimension.log else "")
    return f"A search tries {where}{', with --advanced' if dimension.advanced else ''}."


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
