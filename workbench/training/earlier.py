"""What an earlier test of a run found, kept beside what a later one finds where both are of one protocol."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import Evaluation
from workbench.metrics import all_metrics
from workbench.stored import where
from workbench.training.answer import FILE
from workbench.training.results import lists_of, read_users, tested
from workbench.training.run import Run

Json = dict[str, Any]
# What a protocol says of single metrics; all else must be the same for their numbers to stand beside each other.
ONCE = ("audiences", "without_evidence", "filled_places", "few_candidates")
OF_METRICS = ("cutoffs", "formulas", "definitions", "undefined", *ONCE)
# Terms that another one brings with it, which says enough.
FOLLOW = ("users", "relevant_from", "mask", "sampled", "filters_in_words", "split_in_words")
MOST_NAMED = 8
KEPT = "Kept from an earlier test of the same protocol: {names}."
REPLACED = "The earlier test of this run was replaced, because it was of another protocol ({terms})."

DAMAGED = "The earlier test of this run was replaced, because its {damage}."


def with_earlier(run: Run, result: Evaluation, answer: Json) -> tuple[Evaluation, Json, str]:
    """A test with what an earlier one of the same protocol found and this one did not look for.

    Returns
    -------
    result, answer
        For all files of a test. A metric that was asked for again, or with another formula, is that of the later test.
    said : str
        What became of the earlier test, in a sentence; "" where there was none, or nothing of it is left to tell.
    """
    if not (run.folder / FILE).exists():
        return result, answer, ""
    try:
        earlier = tested(run)
    except WorkbenchError as error:
        return result, answer, DAMAGED.format(damage=_damage(FILE, error))
    terms = _unlike(earlier["protocol"], answer["protocol"])
    if terms:
        return result, answer, REPLACED.format(terms=", ".join(terms))
    formulas = answer["protocol"]["formulas"]
    old = {
        key: value
        for key, value in earlier["metrics"].items()
        if key not in answer["metrics"]
        and formulas.get(_name(key)) in (None, earlier["protocol"]["formulas"].get(_name(key)))
        and _name(key) not in answer["protocol"].get("undefined", {})
    }
    try:
        whole = _joined(run, result, list(old)) if old else result
    except WorkbenchError as error:  # values of users that are damaged help nobody
        return result, answer, DAMAGED.format(damage=_damage("users.parquet or lists.npy", error))
    merged = answer | {
        "metrics": _in_order(answer["metrics"] | old),
        "protocol": _protocols(earlier["protocol"], answer["protocol"], old),
        "asked": _asked(earlier.get("asked"), answer["asked"]) if old else answer["asked"],
    }
    known = list(dict.fromkeys(map(_name, old)))
    more = len(known) - MOST_NAMED
    names = ", ".join(known[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return whole, merged if old else answer, KEPT.format(names=names) if old else ""


def _damage(name: str, error: WorkbenchError) -> str:
    cause = error.__cause__
    return f"{name} was damaged{where(cause) if isinstance(cause, ValidationError) else ''}"


def _name(key: str) -> str:
    return key.partition("@")[0]


def _unlike(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[str]:
    """Terms in which two protocols differ, without those of single metrics."""
    names = [name for name in dict.fromkeys([*earlier, *later]) if name not in OF_METRICS]
    apart = [name for name in names if (earlier.get(name) or None) != (later.get(name) or None)]
    told = [name for name in apart if name not in FOLLOW] or apart
    return [name.replace("_", " ") for name in told]


def _in_order(metrics: Mapping[str, Any]) -> Json:
    """Metrics as if they had been measured together."""
    place = {name: at for at, name in enumerate(all_metrics())}
    return dict(
        sorted(metrics.items(), key=lambda one: (place.get(_name(one[0]), 0), int(one[0].partition("@")[2] or 0)))
    )


def _protocols(earlier: Json, later: Json, old: Mapping[str, Any]) -> Json:
    """The later protocol, with what the earlier one says of the metrics that are kept."""
    names = set(map(_name, old))

    def both(what: str) -> Json:
        kept = {key: told for key, told in (earlier.get(what) or {}).items() if _name(key) in names}
        return kept | (later.get(what) or {})

    of_metrics: Json = {what: both(what) for what in ("formulas", "definitions")}
    if both("undefined"):
        of_metrics["undefined"] = both("undefined")
    once = {what: later.get(what, earlier.get(what)) for what in ONCE if what in {*later, *earlier}}
    return later | of_metrics | {"cutoffs": sorted({*earlier["cutoffs"], *later["cutoffs"]})} | once


def _asked(earlier: Mapping[str, Any] | None, later: Json) -> Json:
    """One question that both tests answer."""
    if not earlier:
        return later
    both = later | {"cutoffs": sorted({*(earlier.get("cutoffs") or []), *later["cutoffs"]})}
    named = earlier.get("metrics"), later["metrics"]
    both["metrics"] = list(dict.fromkeys([*named[0], *named[1]])) if named[0] and named[1] else None
    return both | {"variants": {**(earlier.get("variants") or {}), **later["variants"]}}


def _joined(run: Run, result: Evaluation, old: list[str]) -> Evaluation:
    """The values of each user of both tests; the longer lists."""
    table = read_users(run.folder, [*old, "ratings"])
    indices = _indices(run, table.column("user"))
    who = np.union1d(result.who, indices).astype(result.who.dtype)
    kept = {name: table.column(name).to_numpy() for name in table.column_names if name in {*old, "ratings"}}
    per_user = {name: _spread(values, indices, who, np.nan) for name, values in kept.items()}
    per_user |= {name: _spread(values, result.who, who, np.nan) for name, values in result.per_user.items()}
    lists = None if result.lists is None else _spread(result.lists, result.who, who, -1)
    if (run.folder / "lists.npy").exists():
        users, items = lists_of(run)
        if lists is None or items.shape[1] > lists.shape[1]:
            lists = _spread(items, _indices(run, users), who, -1)
    return replace(result, who=who, per_user=per_user, lists=lists)


def _indices(run: Run, users: pa.Array | pa.ChunkedArray) -> Array:
    return pc.index_in(users.cast(run.data.user_ids.type), value_set=run.data.user_ids).to_numpy()


def _spread(values: Array, own: Array, who: Array, nothing: float) -> Array:
    """Rows for everybody in `who`, of values of the users `own`."""
    full = np.full((len(who), *values.shape[1:]), nothing, values.dtype)
    full[np.searchsorted(who, own)] = values
    return full
