"""The pages that nobody writes: one for each algorithm, one for each metric, from what they declare of themselves."""

import inspect
from pathlib import Path
from typing import Any

from workbench.algorithms import Algorithm, all_algorithms
from workbench.declaring import allowed_range
from workbench.metrics import Metric, all_metrics

FOLD_IN = {
    "exact": "New people get lists at once, exactly as if they had been in training.",
    "approximate": "New people get lists at once, nearly as if they had been in training.",
    "none": "Only people who were in training get lists.",
}
KINDS = {
    "ranking": "a number for each user, from the order of a list",
    "catalogue": "one number for all lists together",
    "rating": "an error for each predicted rating",
}


def write(folder: Path) -> list[Path]:
    """Write all generated pages below a folder of the documentation; returns their paths."""
    pages = {
        **{f"algorithms/{name}.md": algorithm_page(kind) for name, kind in all_algorithms().items()},
        "algorithms/index.md": algorithms_index(),
        **{f"metrics/{name}.md": metric_page(metric) for name, metric in all_metrics().items()},
        "metrics/index.md": metrics_index(),
    }
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:  # unchanged pages are not built again
            path.write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


def algorithm_page(kind: type[Algorithm]) -> str:
    """What an algorithm is for, what it needs, and every hyperparameter with its range."""
    needs = ", ".join(kind.needs) or "users and items alone"
    rows = [_row(name, schema) for name, schema in kind.model_json_schema().get("properties", {}).items()]
    table = ["| Hyperparameter | Default | Allowed | What it does |", "|---|---|---|---|", *rows]
    example = f'run = workbench.train(fold, "{kind.name}")'
    if kind.name == "blend":
        example = 'run = workbench.train(fold, "blend", runs=[first, second])'
    return "\n".join(
        [
            f"# {kind.title}",
            "",
            kind.summary,
            "",
            f"- **Family**: {kind.family}",
            f"- **Needs**: {needs}",
            f"- **New people**: {FOLD_IN[kind.fold_in]}",
            f"- **Reasons** for its lists are {kind.explains}.",
            f"- **Predicts ratings**: {'yes' if kind.predicts_ratings else 'no, it ranks'}",
            f"- **Trains** {'epoch by epoch, and can be paused and resumed' if kind.iterative else 'in one step'}",
            f"- **Source**: {kind.reference}",
            "",
            "## Hyperparameters",
            "",
            *(table if rows else ["It has none."]),
            "",
            "## Use it",
            "",
            "In the window: *Train*, then choose it from the list. On the command line:",
            "",
            "```sh",
            f"workbench train ratings.csv --algorithm {kind.name} --run runs/{kind.name}",
            "```",
            "",
            "In a notebook, where `fold` is a division of your data (see the [tutorial](../tutorial.md)):",
            "",
            "```text",
            example,
            "```",
            "",
        ]
    )


def metric_page(metric: Metric) -> str:
    """What a metric measures, with each of its formulas and how to ask for it."""
    better = {True: "Higher is better.", False: "Lower is better.", None: "Neither is better in itself."}
    formulas = [
        f"- `{name}`{' (the default)' if at == 0 else ''}: {text}"
        for at, (name, text) in enumerate(metric.formulas.items())
    ]
    asked = f"{metric.name}@10" if metric.cut else metric.name
    about = inspect.getdoc(metric.function) or ""
    return "\n".join(
        [
            f"# {metric.title}",
            "",
            f"{KINDS[metric.kind].capitalize()}. {better[metric.higher_is_better]}",
            "",
            *(["```text", about, "```", ""] if about else []),
            "## Formulas",
            "",
            *formulas,
            "",
            f"Least and greatest value: {metric.bounds[0]:g} and {metric.bounds[1]:g}."
            + (f" It looks at {', '.join(metric.needs)}." if metric.needs else ""),
            "",
            "## Ask for it",
            "",
            "```sh",
            f"workbench evaluate runs/ease --metrics {metric.name}" + (" --k 10" if metric.cut else ""),
            "```",
            "",
            f'In a notebook: `run.evaluate(["{asked}"])`.',
            "",
        ]
    )


def algorithms_index() -> str:
    """All algorithms by family."""
    lines = ["# Algorithms", "", "Each page is made from what the algorithm declares of itself.", ""]
    families: dict[str, list[type[Algorithm]]] = {}
    for kind in all_algorithms().values():
        families.setdefault(kind.family, []).append(kind)
    for family, kinds in families.items():
        lines += [f"## {family}", "", *(f"- [{kind.title}]({kind.name}.md)" for kind in kinds), ""]
    return "\n".join([*lines, *_toctree(all_algorithms())])


def metrics_index() -> str:
    """All metrics, the usual ones first."""
    lines = ["# Metrics", "", "Each page is made from what the metric declares of itself.", ""]
    lines += [f"- [{metric.title}]({name}.md): {KINDS[metric.kind]}" for name, metric in all_metrics().items()]
    return "\n".join([*lines, "", *_toctree(all_metrics())])


def _toctree(names: Any) -> list[str]:
    return ["```{toctree}", ":hidden:", "", *names, "```", ""]


def _row(name: str, schema: dict[str, Any]) -> str:
    cells = (_default(schema), allowed_range(schema), schema.get("description", ""))
    return f"| `{name}` | {' | '.join(map(_cell, cells))} |"


def _default(schema: dict[str, Any]) -> str:
    value, unit = schema.get("default"), schema.get("unit")
    follows = f", or by {schema['from_data']}" if schema.get("from_data") else ""
    if schema.get("tried"):
        values = ", ".join(f"{one:g}" for one in schema["tried"])
        follows = f", or the best on validation of {values} (the first of those that are level)"
    return f"{value}{f' {unit}' if unit else ''}{follows}"


def _cell(text: str) -> str:
    """A text that does not end the cell of a table, nor begin markup."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ") or "–"
