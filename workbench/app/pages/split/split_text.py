"""Ways to divide the data, in words: what each is called, what it does, and what it needs that the data may lack."""

from typing import Any

from workbench.app.runs.run_groups import short_split
from workbench.app.widgets.translate import declared, translate
from workbench.data.splitting import all_splits


def title(name: str) -> str:
    """What a split is called."""
    return declared(all_splits()[name].title)


def sentence(name: str) -> str:
    """What a split does, and what for."""
    return declared(all_splits()[name].sentence)


def short(name: str, settings: dict[str, Any]) -> str:
    """A split with its settings in two or three words, such as "last 1"; its name where this version cannot make it."""
    return short_split(name, settings)


def lacking(name: str, data: Any) -> str:
    """What the data does not have that a split needs; empty where it has all."""
    needed = "" if data is None else all_splits()[name].lacking(data)
    return translate("SplitPage", "Needs {what}").format(what=declared(needed)) if needed else ""
