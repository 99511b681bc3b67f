"""The calls of a script: each says what was chosen, and not what is usual anyway."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workbench.data.data_file import joined_reports
from workbench.data.filtering import all_filters
from workbench.data.importing.importer import Recipe, make_recipe
from workbench.data.importing.recipes import known_recipe
from workbench.data.importing.roles import Columns
from workbench.data.side_files.vector_files import UNNAMED, kind_of
from workbench.data.splitting import all_splits
from workbench.declaring import rules_of
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import CUTOFFS
from workbench.training.answer import read_answer
from workbench.training.run import Run
from workbench.training.run_spec import RunSpec
from workbench.training.run_state import RunState

OPTIONS = ("seed", "device", "threads", "patience", "validation_users", "include_seen", "learns_validation")
WIDTH_CHARS = 110


def call(target: str, function: str, arguments: Sequence[str]) -> str:
    """A call, on one line where that is short enough."""
    line = f"{target} = {function}({', '.join(arguments)})"
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return line if len(line) <= WIDTH_CHARS else f"{target} = {function}(\n{lines})"


def written(value: Any) -> str:
    """A value as Python has it, texts in the quotes that a person would take."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        inside = ", ".join(map(written, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and value.isprintable() else repr(value)


def _keywords(values: Mapping[str, Any]) -> list[str]:
    return [f"{name}={written(value)}" for name, value in values.items()]


def _chosen(values: Mapping[str, Any], declaration: type[BaseModel]) -> dict[str, Any]:
    """What differs from the defaults, and what else would follow from the data."""
    defaults = {name: field.default for name, field in declaration.model_fields.items()}
    return {
        name: value for name, value in values.items() if value != defaults.get(name) or name in rules_of(declaration)
    }


def reading(about: dict[str, Any], folder: Path) -> str:
    """The reading of the files, from what ``data.json`` says of them."""
    sources = {name: _absolute(source["path"]) for name, source in about["source"].items()}
    further: dict[str, Any] = {
        name: _absolute(report["source"]) for name, report in joined_reports(about).items() if report.get("source")
    }
    kinds = {kind: further.pop(name) for name in list(further) if (kind := kind_of(name))}
    if kinds:
        further["vectors"] = kinds[UNNAMED] if set(kinds) == {UNNAMED} else kinds
    said = _said(Path(next(iter(sources.values()))), known_recipe(about, folder))
    arguments = [written(sources.get("all", sources)), 'folder=FOLDER / "data"', *_keywords(further | said)]
    gone = [
        f"# {path} is not there any more: name a file with the same rows.\n"
        for path in sources.values()
        if not Path(path).exists()
    ]
    return "".join(gone) + call("data", "workbench.read_interactions", arguments)


def _said(path: Path, recipe: Recipe) -> dict[str, Any]:
    """As little as has to be said for a file to be read by this recipe; all of it where it joins another."""
    if recipe.join is not None:
        return {"recipe": recipe.model_dump(exclude_defaults=True)}
    columns = {role: name for role, name in recipe.columns.model_dump().items() if name is not None}
    layout = recipe.format.model_dump(exclude={"compression"})
    own = recipe.model_dump(include={"duplicates", "time", "rating_as", "ids"}, exclude_none=True)
    worth = {str(each.column): ",".join(each.written()) for each in recipe.feedback if not each.guessed}
    said = {"feedback": worth} if worth else {}
    for known in ({}, {"columns": columns}, {"columns": columns, **_chosen(layout, type(recipe.format)), **own}):
        if _read_by(path, known | said) == recipe:
            return known | said
    return {"columns": columns, **layout, **own, **said}


def _read_by(path: Path, known: Mapping[str, Any]) -> Recipe | None:
    """The recipe that so much leads to; None where it leads to none, or the file is gone."""
    reading = dict(known)
    columns = reading.pop("columns", None)
    try:
        feedback = reading.pop("feedback", {})
        return make_recipe(path, Columns(**columns) if columns else None, reading, list(feedback.items()))
    except WorkbenchError:
        return None


def fold(run: Run) -> tuple[str, ...]:
    """What is given to the split of a run."""
    settings = _chosen(run.spec.split_settings, all_splits()[run.spec.split])
    data = "".join(["data", *(f".filter({_filter(step)})" for step in run.spec.filters)])
    return data, written(run.spec.split), *_keywords(settings)


def _filter(recipe: Mapping[str, Any]) -> str:
    """A filter as a keyword: the command line's where one setting is chosen, else its name with its settings."""
    kind = all_filters()[recipe["name"]]
    chosen = _chosen(recipe["settings"], kind)
    keys = {setting: key for key, setting in kind.keys.items()}
    if len(chosen) == 1 and chosen.keys() <= keys.keys() and not kind.takes_ids:
        (setting, value), *_ = chosen.items()
        return f"{keys[setting].replace('-', '_')}={written(value)}"
    return f"{kind.name.replace('-', '_')}={written(chosen)}"


def training(run: Run, fold: str) -> str:
    """The training of a run, on a fold that is called `fold`."""
    spec, kind = run.spec, run.kind
    chosen = _chosen({name: getattr(spec, name) for name in OPTIONS}, RunSpec)
    if rules_of(kind):
        chosen["patience"] = spec.patience
    if spec.changes:  # that epochs were added is told too: it was a new chance for a run that had stopped by itself
        chosen["changes"] = [(change.since, change.name, change.value) for change in spec.changes]
    folder = f'folder=FOLDER / "runs" / {written(run.name)}'
    arguments = [fold, written(kind.name), folder, *_keywords(chosen | _chosen(_trained(run), kind))]
    return call(f"runs[{written(run.name)}]", "workbench.train", arguments)


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _trained(run: Run) -> dict[str, Any]:
    """The hyperparameters that lead to the model there is."""
    status, hyperparameters = run.status(), dict(run.spec.hyperparameters)
    if not status.state.is_usable:
        raise WorkbenchError(
            f"The run {run.name} has no model, so it has no numbers. Train it to its end, or leave it out."
        )
    if status.state is RunState.STOPPED and "epochs" in hyperparameters:  # by a person, after so many
        if not status.epoch:
            told = (
                f"The run {run.name} was stopped within its first epoch, and a script cannot stop at the same moment. "
            )
            raise WorkbenchError(told + "Leave it out, or train it again.")
        hyperparameters["epochs"] = status.epoch
    return hyperparameters


def tests(runs: Sequence[Run]) -> Iterator[str]:
    """A loop for all runs that were tested in the same way."""
    tested: dict[str, list[str]] = {}
    for run in runs:
        tested.setdefault(", ".join(_keywords(_test(run))), []).append(run.name)
    for arguments, names in tested.items():
        yield f"for name in {written(names)}:"
        yield f'    print(name, runs[name].evaluate({arguments})["mean"].to_string(), sep="\\n")'


def list_calls(lists: Sequence[tuple[str, Mapping[str, Any]]], names: Sequence[str]) -> Iterator[str]:
    """A call for each list of a run that the script trains."""
    for name, arguments in lists:
        if name in names:
            asked = call("listed", f"runs[{written(name)}].recommend_one", _keywords(arguments)).rstrip()
            yield f"{asked}\nprint(listed.to_string(index=False))"


def _test(run: Run) -> dict[str, Any]:
    """How it was tested; as usual where it was not.

    Raises
    ------
    WorkbenchError
        If an earlier version tested it with candidates that were drawn by chance: it wrote down which in words only.
    """
    path = run.folder / "evaluation.json"
    if not path.exists():
        return {}
    answer = read_answer(run.folder)
    if answer.get("asked"):
        return _words_of(answer["asked"])
    protocol = answer["protocol"]
    if protocol.get("sampled"):
        told = f"The run {run.name} was tested with randomly sampled candidates, which a script cannot draw again. "
        raise WorkbenchError(told + "Test it over all items first.")
    return _words_of(
        {
            "metrics": list(dict.fromkeys(metric.partition("@")[0] for metric in answer["metrics"])),
            "cutoffs": protocol.get("cutoffs"),
            "relevant_from": protocol.get("relevant_from"),
            "variants": protocol.get("definitions"),
            "like": protocol.get("as", "").lower() or None,
        }
    )


def _words_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a test was asked, as `workbench.interface.Run.evaluate` has it."""
    drawn = asked.get("negatives") or {}
    known = {
        "metrics": asked.get("metrics"),
        "k": None if asked.get("cutoffs") == list(CUTOFFS) else asked.get("cutoffs"),
        "relevant_from": asked.get("relevant_from"),
        "formulas": asked.get("variants"),
        "like": asked.get("like"),
        "groups": asked.get("groups"),
        "negatives": drawn.get("n"),
        "negatives_by": drawn.get("by"),
        "negatives_seed": drawn.get("seed"),
    }
    return {name: value for name, value in known.items() if value not in (None, {})}
