"""What can be done about a doubt: what a button says, and the recipe that follows from it."""

import re
from typing import Any

from workbench.app.widgets.translate import declared, translate
from workbench.data.feedback.rules import Feedback

Json = dict[str, Any]


def ways_out(change: Json) -> dict[str, Json]:
    """What buttons say, and what each changes; none where only a person knows."""
    ways: dict[str, Json] = {}
    columns = change.get("columns") or {}
    if columns:
        ways[_column_words(columns)] = {"columns": columns}
    for name, value in (change.get("read") or {}).items():
        words = translate("Doubts", "Read as {encoding}") if name == "encoding" else READ.get((name, value), "")
        ways[(declared(words) or f"{name} = {value}").format(encoding=value)] = {"read": {name: value}}
    if change.get("items"):
        ways[translate("Doubts", "Add it to the data that is there")] = {"items": True}
    for column, rules in (change.get("feedback") or {}).items():
        ways[_feedback_words(rules)] = {"feedback": {column: rules}}
    if change.get("rating_as") == "log":
        ways[translate("Doubts", "Take the logarithm")] = {"rating_as": "log"}
    return ways


# By setting and value, what a button says.
READ = {
    ("duplicates", "mean"): "Keep the mean",
    ("duplicates", "count"): "Count them",
    ("duplicates", "sum"): "Add them up",
    ("ids", "whole"): "Leave the point out",
    ("ids", "codes"): "Take them as ids",
    ("ids", "bare"): "Leave the apostrophe out",
    ("quotes", False): "Quotes are letters",
}


def _feedback_words(rules: str) -> str:
    """Rules of feedback as a button says them."""
    if re.fullmatch(r"like>=(-1|0|1)", rules):
        return translate("Doubts", "Each row is a choice")
    if rules == "like>0,seen=0":
        return translate("Doubts", "0 is no rating")
    if rules == "like>=1,ignore<=0":
        return translate("Doubts", "Presence counts")
    return translate("Doubts", "Take {rules}").format(rules=rules if len(rules) <= 30 else f"{rules[:29]}…")  # noqa: PLR2004


def _column_words(columns: Json) -> str:
    if set(columns) == {"user", "item"}:
        return translate("Doubts", "Swap them")
    role, column = next((each for each in columns.items() if each[1] is not None), next(iter(columns.items())))
    if column is None:
        return translate("Doubts", "Read without it")
    shown = column if isinstance(column, str) else translate("Doubts", "Column {n}").format(n=column + 1)
    words = {
        "user": translate("Doubts", "Take {column} as the user"),
        "item": translate("Doubts", "Take {column} as the item"),
        "rating": translate("Doubts", "Take {column} as the rating"),
        "time": translate("Doubts", "Take {column} as the time"),
    }
    return words[role].format(column=shown[:24])


def changed_recipe(recipe: Json, change: Json) -> Json:
    """A recipe with a change of a doubt."""
    read = change.get("read") or {}
    own = {name: value for name, value in read.items() if name in ("duplicates", "time", "rating_as", "ids")}
    layout = {name: value for name, value in read.items() if name not in own}
    columns = change.get("columns") or {}
    found = {**recipe, **own, "format": {**(recipe.get("format") or {}), **layout}}
    found["columns"] = {**(recipe.get("columns") or {}), **columns}
    if "rating" in columns:  # what the other was worth says nothing of it
        found["feedback"] = []
    if "time" in columns:  # another column may be written in another way
        found["time"] = None
    if "rating_as" in change:
        found["rating_as"] = change["rating_as"]
    for column, rules in (change.get("feedback") or {}).items():
        found |= _with_feedback(found, column, rules)
    return found


def _with_feedback(recipe: Json, column: str, rules: str) -> Json:
    """The feedback of a recipe in which a column is worth what rules say; kinds of event are no ratings."""
    named = (recipe.get("format") or {}).get("header") or not column.isdecimal()
    told = Feedback.parse(column if named else int(column), rules)
    columns = {**recipe["columns"], "rating": None} if told.kind == "events" else recipe["columns"]
    return {"feedback": [told.model_dump()], "columns": columns}
