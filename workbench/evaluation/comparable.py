"""Which numbers may be held against each other: those of runs that were tested alike, on the same data.

What a test depends on, its terms, is read from what was asked of the run (``run.json``) and from what its test said of
itself (``evaluation.json``). Everybody who puts runs beside each other asks here: the window's table, the command line, the
report, and the tests of differences.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from workbench.data.filtering import describe
from workbench.data.splitting import is_folded, make_split
from workbench.errors import WorkbenchError
from workbench.metrics import all_metrics

Json = dict[str, Any]
MASKED = {
    "train": "items of the person's training interactions only",
    "train+validation": "items of the person's training and validation interactions",
    "nothing": "nothing, because people take things again",
}
# What must be the same, and how it is called. The formulas are those that are not the usual ones.
TERMS = {
    "data": "the data",
    "filters": "the filters",
    "split": "the split",
    "candidates": "the candidates",
    "masked": "what is left out of the lists",
    "relevant_from": "what counts as relevant",
    "formulas": "the formulas",
}


def terms_of(spec: Mapping[str, Any], protocol: Mapping[str, Any] | None = None) -> Json:
    """What the numbers of a run depend on; a run that was not tested yet will be tested as is usual.

    Parameters
    ----------
    spec
        What was asked of the run: the content of ``run.json``.
    protocol
        What its test depended on: ``protocol`` of ``evaluation.json``.
    """
    protocol = protocol or {}
    drawn = protocol.get("sampled") or protocol.get("made_by")
    formulas = protocol.get("formulas")
    usual = _usual_formulas()
    return {
        "data": spec.get("data_hash"),
        "filters": spec.get("filters") or [],
        "split": {"name": spec.get("split"), **_settings(spec)},
        "candidates": protocol.get("candidates") if drawn else None,
        "masked": protocol.get("mask") or ("nothing" if spec.get("include_seen") else "train+validation"),
        "relevant_from": protocol.get("relevant_from"),
        "formulas": {name: formula for name, formula in formulas.items() if formula != usual.get(name)}
        if isinstance(formulas, dict)
        else {},
    }


def key_of(terms: Json, metric: str | None = None, *, fold: bool = True) -> str:
    """Equal for runs whose numbers may be ranked together.

    Parameters
    ----------
    metric
        Such as ``ndcg@10``: only its formula has to be the same. None: every formula.
    fold
        Whether the folds of a split that makes several are told apart; without, they may be summed up.
    """
    told = terms | {"formulas": terms["formulas"] if metric is None else _formula(terms, metric)}
    if not fold and is_folded(terms["split"]["name"]):
        told["split"] = {name: value for name, value in terms["split"].items() if name != "fold"}
    return json.dumps(told, sort_keys=True, default=str)


def unlike(terms: Mapping[str, Json], metric: str) -> str | None:
    """Why numbers of runs (by name) must not be ranked together, in a sentence; None where they may."""
    first = next(iter(terms))
    reasons = []
    for what, title in TERMS.items():
        mine = _value(terms[first], what, metric)
        other = next((name for name in terms if _value(terms[name], what, metric) != mine), None)
        if other is None:
            continue
        if what == "data":
            reasons.append(title)
        elif what == "formulas":
            reasons.append(f"the formula of {metric.partition('@')[0]}")
        else:
            reasons.append(f"{title} ({_apart(what, first, terms[first][what], other, terms[other][what])})")
    if not reasons:
        return None
    verb = "differs" if len(reasons) == 1 else "differ"
    sentence = f"{', '.join(reasons[:-1])} and {reasons[-1]}" if len(reasons) > 1 else reasons[0]
    return f"{sentence[:1].upper()}{sentence[1:]} {verb}, so these numbers are not comparable."


def repeat_key(spec: Mapping[str, Any]) -> str:
    """Equal for runs that are repeats of each other: all but the seed and the fold is the same.

    What nobody chose and followed from the data may differ from fold to fold.
    """
    settings = dict(spec["split_settings"])
    if is_folded(spec["split"]):
        settings.pop("fold", None)
    kept = ("algorithm", "hyperparameters", "data_hash", "filters", "split", "patience", "changes")
    asked = {name: spec.get(name) for name in kept}
    followed = spec.get("from_data") or {}
    asked["hyperparameters"] = {key: value for key, value in spec["hyperparameters"].items() if key not in followed}
    asked["patience"] = None if "patience" in followed else spec.get("patience")
    return json.dumps([asked, settings], sort_keys=True, default=str)


def relevance_words(relevant_from: float | None) -> str:
    """What counts as relevant."""
    return "every hidden interaction" if relevant_from is None else f"hidden ratings of {relevant_from:g} and more"


def masked_words(masked: str, *, weighed: bool = False) -> str:
    """What is left out of the lists; where events have weights, also what was seen and not chosen."""
    refused = ", and all that they saw and did not choose" if weighed and masked != "nothing" else ""
    return MASKED[masked] + refused


def _value(terms: Json, what: str, metric: str) -> Any:
    return _formula(terms, metric) if what == "formulas" else terms[what]


def _formula(terms: Json, metric: str) -> Any:
    return terms["formulas"].get(metric.partition("@")[0])


@cache
def _usual_formulas() -> dict[str, str]:
    return {name: metric.formula for name, metric in all_metrics().items()}


def _settings(spec: Mapping[str, Any]) -> Json:
    """Settings of the split, those that were left out included: they are the same split as when they are written."""
    given = spec.get("split_settings")
    try:
        return dict(_whole(str(spec.get("split")), json.dumps(given or {}, sort_keys=True)))
    except (WorkbenchError, TypeError, ValueError):  # of another version
        return given if isinstance(given, dict) else {"settings": given}


@lru_cache(maxsize=256)
def _whole(split: str, settings: str) -> Json:
    return make_split(split, json.loads(settings)).model_dump(mode="json")


def _apart(what: str, a: str, value_a: Any, b: str, value_b: Any) -> str:
    """Two values of a term; every setting is named where their usual words are the same."""
    words = [_in_words(what, value) for value in (value_a, value_b)]
    if words[0] == words[1]:
        words = [_told(value) for value in (value_a, value_b)]
    return f"{words[0]} in {a}, {words[1]} in {b}"


def _in_words(what: str, value: Any) -> str:
    """A term as it stands in a sentence."""
    try:
        if what == "split":
            settings = {name: setting for name, setting in value.items() if name != "name"}
            return make_split(str(value["name"]), settings).describe()
        if what == "filters" and value:
            return describe(value)
    except (WorkbenchError, TypeError, ValueError, KeyError):  # of another version
        return _told(value)
    if what == "relevant_from":
        return relevance_words(value)
    if what == "candidates":
        return "all items" if value is None else str(value)
    return MASKED.get(value, str(value)) if what == "masked" else _told(value)


def _told(value: Any) -> str:
    """A setting in words, such as ``last-n, n 1, validation 1``."""
    if isinstance(value, dict):
        rest = (f"{key} {_told(setting)}" for key, setting in value.items() if key != "name")
        return ", ".join([*([str(value["name"])] if "name" in value else []), *rest])
    if isinstance(value, list):
        return "; ".join(map(_told, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
