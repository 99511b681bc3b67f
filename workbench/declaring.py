"""Hyperparameters are declared once, as pydantic fields; this file reads the declarations.

The form, the command line, the validator, the run folder, the search and the documentation all go through the JSON
schema of a declaration, so that nothing is written twice.
"""

import difflib
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError


class DataFacts(NamedTuple):
    """What a default may follow: three numbers that are known of any data without looking at it for long."""

    interactions: int
    users: int
    items: int

    @property
    def per_user(self) -> float:
        """Mean length of the histories."""
        return self.interactions / max(1, self.users)

    @property
    def per_item(self) -> float:
        """Mean number of interactions of an item."""
        return self.interactions / max(1, self.items)

    @property
    def density(self) -> float:
        """Share of the pairs that are there."""
        return self.interactions / max(1, self.users * self.items)


class DataRule(NamedTuple):
    """How a default follows from the data.

    Attributes
    ----------
    words : str
        What it follows, such as "the number of interactions".
    value : callable
        Takes the declaration, the facts and the values of the other fields; gives the value and the reason for it.
    last : bool
        Whether it depends on what other rules give.
    """

    words: str
    value: Callable[[Any, DataFacts, Mapping[str, Any]], tuple[Any, str]]
    last: bool = False


def hyperparameter(  # noqa: PLR0913 - one argument for each thing that can be declared
    default: Any,
    title: str,
    help: str,  # noqa: A002 - the word for it
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    log: bool = False,
    search: tuple[float, float] | None = None,
    advanced: bool = False,
    when: dict[str, Any] | None = None,
    unit: str = "",
    from_data: DataRule | None = None,
    tried: Sequence[float] | None = None,
    needs: str | None = None,
) -> Any:
    """Declare a hyperparameter.

    Parameters
    ----------
    default, title, help
        Its value where nobody chose one, its name on the form, and a sentence on what changing it does.
    ge, gt, le, lt
        Range, refused outside.
    log
        Whether people and searches should think of it on a logarithmic scale.
    search
        Range in which a search looks.
    advanced
        Whether the form folds it away.
    when
        Values that other hyperparameters must have for this one to matter: one value, or a list of those that will do.
    unit
        Shown behind the value.
    from_data
        Where the default follows from the data: the rule. Then `default` is for whoever knows no data.
    tried
        Values of which validation chooses, where nobody does and learning takes a moment; the first of those that
        are level.
    needs
        What the data must have for another value than the default, as in `Algorithm.needs`; a search of other data
        leaves it alone.
    """
    extra: dict[str, Any] = {"log": log, "search": search, "advanced": advanced, "when": when, "unit": unit}
    extra["from_data"] = from_data.words if from_data is not None else None
    extra["tried"] = list(tried) if tried else None
    extra["needs"] = needs
    extra = {key: value for key, value in extra.items() if value}
    field = Field(default, title=title, description=help, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=extra)
    if from_data is not None:
        field.metadata.append(from_data)
    return field


@functools.cache
def rules_of(declaration: type[BaseModel]) -> dict[str, DataRule]:
    """The rules of those fields whose defaults follow from the data, in the order in which they are asked."""
    found = {
        name: rule
        for name, field in declaration.model_fields.items()
        for rule in field.metadata
        if isinstance(rule, DataRule)
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1].last))


@functools.cache
def tried_of(declaration: type[BaseModel]) -> dict[str, list[Any]]:
    """The values of which validation chooses, by field."""
    entries = schema_of(declaration).get("properties", {})
    return {name: entry["tried"] for name, entry in entries.items() if entry.get("tried")}


def from_data(declaration: type[BaseModel], given: Mapping[str, Any], facts: DataFacts) -> dict[str, tuple[Any, str]]:
    """What follows from the data for those fields that nobody has given a value, each with the reason."""
    values = {name: field.default for name, field in declaration.model_fields.items()} | dict(given)
    found: dict[str, tuple[Any, str]] = {}
    for name, rule in rules_of(declaration).items():
        if name not in given:
            found[name] = rule.value(declaration, facts, values)
            values[name] = found[name][0]
    return found


@functools.cache
def schema_of(declaration: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a declaration, to be read only: made once, for pydantic takes 10 ms for it each time."""
    return declaration.model_json_schema()


def applies(schema: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether a hyperparameter with this JSON schema matters where all have these values."""
    when: dict[str, Any] = schema.get("when") or {}
    return all(
        values.get(other) in wanted if isinstance(wanted, (list, tuple)) else values.get(other) == wanted
        for other, wanted in when.items()
    )


def explain(error: ValidationError, title: str, declaration: type[BaseModel]) -> str:
    """Turn a refusal into a sentence that names each hyperparameter, its range and the value given."""
    return " ".join(_explain_one(dict(problem), title, declaration) for problem in error.errors())


def _explain_one(error: dict[str, Any], title: str, declaration: type[BaseModel]) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        what = "hyperparameter" if hasattr(declaration, "train") else "setting"
        return f"{title} has no {what} '{name}'. {meant(name, list(declaration.model_fields))}"
    if error["type"] == "value_error":  # the declaration's own sentence
        return f"{title}: {name} {error['ctx']['error']}."
    if error["type"] == "missing":
        return f"{title}: {name} is missing."
    allowed = allowed_range(_schema_at(schema_of(declaration), error["loc"]))
    return f"{title}: {name} must be {allowed}, not {error['input']!r}."


def _schema_at(schema: dict[str, Any], place: Sequence[Any]) -> dict[str, Any]:
    """The schema of a field, perhaps of a field of a field; an empty one where it is not declared."""
    found = schema
    for name in place:
        found = found.get("properties", {}).get(str(name), {})
        if "$ref" in found:
            found = schema["$defs"][found["$ref"].rpartition("/")[2]]
    return found


def allowed_range(schema: dict[str, Any]) -> str:
    """The values a field takes, in words, from its JSON schema."""
    if "anyOf" in schema:
        return " or ".join(allowed_range(option) for option in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    if schema.get("format") == "date":
        return "a date such as 2020-12-31"
    kinds = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "null": "empty"}
    kind = kinds.get(schema.get("type", ""), "text")
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    limits = [f"{word} {schema[key]:g}" for key, word in words.items() if key in schema]
    return " ".join([kind, " and ".join(limits)]).strip()


def nearest(what: str, given: str, known: list[str]) -> str:
    """Say that there is no such thing, and what may have been meant."""
    return f"There is no {what} '{given}'. {meant(given, known)}"


def meant(given: str, known: list[str]) -> str:
    """What of all that there is may have been meant."""
    close = difflib.get_close_matches(given.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(sorted(known))}."
