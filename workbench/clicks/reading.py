"""A log of impressions is read: any format that tells of items and clicks.

MIND's behaviors.tsv is a file format of its own. It tells no places, for what it lists of an impression is shuffled.
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.clicks.impressions import Impressions
from workbench.control import Control
from workbench.data.columns.names import NAMES, likeness
from workbench.data.importing.roles import position
from workbench.data.interactions import Array
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.declaring import nearest
from workbench.errors import WorkbenchError

# Names that say what a column of a log is; the first ones are the most telling.
NAMED = {
    "item": NAMES["item"],
    "clicked": ("clicked", "click", "clicks", "isclick", "isclicked", "label", "reward"),
    "user": NAMES["user"],
    "position": ("position", "pos", "slot", "rank", "place"),
    "propensity": ("propensity", "propensityscore", "pscore", "actionprob", "probability"),
}
# Columns that look like something and are not: features of users are no users.
FEATURE = re.compile(r"feature|affinity|context", re.IGNORECASE)
TRUE = ("1", "1.0", "true", "yes", "t", "y")
FALSE = ("0", "0.0", "false", "no", "f", "n", "")


def read_impressions(
    path: Path, columns: Mapping[str, str | int] | None = None, control: Control | None = None
) -> Impressions:
    """Read a log.

    Parameters
    ----------
    columns
        Where ``item``, ``clicked``, ``user``, ``position`` and ``propensity`` stand, by name or position; found by their
        names where left out.

    Raises
    ------
    WorkbenchError
        If the file cannot be read, or it is not clear which columns are the item and the click.
    """
    file = look_at(path)
    shown = preview(file)
    roles = _roles(file, shown, columns or {})
    texts = _texts(file, shown, roles, control or Control())
    return _checked(file, texts, {"columns": roles})


def columns_of(text: str) -> dict[str, str | int]:
    """Columns from ``item=A,clicked=B``; a number is a position, from 0."""
    found: dict[str, str | int] = {}
    for part in text.split(","):
        role, _, name = (piece.strip() for piece in part.partition("="))
        if role not in NAMED:
            raise WorkbenchError(nearest("column of a log", role, list(NAMED)))
        if role in found or not name:
            raise WorkbenchError(f"The column '{role}' is {'named twice' if name else 'not named'}: '{text}'.")
        found[role] = int(name) if name.isdecimal() else name
    return found


def _roles(file: SourceFile, shown: Preview, columns: Mapping[str, str | int]) -> dict[str, int]:
    found = {role: position(where, shown) for role, where in columns.items()}
    for role, known in NAMED.items():
        sure = [
            0.0 if at in found.values() or FEATURE.search(name) else likeness(name, known)
            for at, name in enumerate(shown.names)
        ]
        if role not in found and shown.format.header and max(sure, default=0) > 0:
            found[role] = int(np.argmax(sure))
    missing = [role for role in ("item", "clicked") if role not in found]
    if missing:
        message = (
            f"{file.name} has the columns {', '.join(shown.names[:8])}; which one is '{missing[0]}' is not clear. "
        )
        raise WorkbenchError(f"{message}Say it with --columns {missing[0]}=NAME.")
    return found


def _texts(file: SourceFile, shown: Preview, roles: Mapping[str, int], control: Control) -> dict[str, pa.Array]:
    converter = Converter(ColumnPlan(shown.format, len(shown.names), dict(roles), {}))
    pieces: dict[str, list[pa.Array]] = {role: [pa.array([], pa.string())] for role in roles}
    with open_text(file, shown.format) as source:
        for block in row_blocks(source, shown.format):
            control.check()
            if block.data:
                for role, text in converter.texts(block)[0].items():
                    pieces[role].append(text)
            control.progress(source.fraction(), "impressions")
    return {role: pa.concat_arrays(texts) for role, texts in pieces.items()}


def _checked(file: SourceFile, texts: dict[str, pa.Array], told: dict[str, Any]) -> Impressions:
    """Without the rows that are none, each counted by its reason."""
    texts = {role: pc.utf8_trim_whitespace(pc.fill_null(text, "")) for role, text in texts.items()}
    n = len(texts["item"])
    clicks = pc.utf8_lower(texts["clicked"])
    yes, no = (pc.is_in(clicks, value_set=pa.array(words)).to_numpy(zero_copy_only=False) for words in (TRUE, FALSE))
    reasons = np.full(n, "", object)
    reasons[~(yes | no)] = "the click is neither 0 nor 1"
    reasons[pc.equal(texts["item"], "").to_numpy(zero_copy_only=False)] = "no item"
    propensity = None
    if "propensity" in texts:
        propensity = _numbers(texts["propensity"])
        reasons[~((propensity > 0) & (propensity <= 1))] = "the propensity is not above 0 and at most 1"
    if "position" in texts:
        reasons[np.isnan(_numbers(texts["position"]))] = "the position is no number"
    good = reasons == ""
    if not good.any():
        if not n:
            raise WorkbenchError(f"{file.name} has no impressions: it has no rows.")
        message = f"{file.name} has no impression that can be read: {reasons[0]}."
        raise WorkbenchError(f"{message} Name its columns with --columns.")
    refused = Counter(reasons[~good].tolist())
    kept = pa.array(np.flatnonzero(good))
    items = texts["item"].take(kept).dictionary_encode()
    user, users = _codes(texts, "user", kept)
    position, places = _positions(texts, kept)
    return Impressions(
        item=_indices(items),
        click=yes[good].astype(np.float64),
        items=items.dictionary,
        position=position,
        positions=places,
        user=user,
        users=users,
        propensity=None if propensity is None else propensity[good],
        told=told
        | {
            "rows": n,
            "refused_count": int(n - good.sum()),
            "refused": [
                {"reason": reason, "rows": rows, "first_row": int(np.flatnonzero(reasons == reason)[0]) + 1}
                for reason, rows in refused.most_common()
            ],
        },
    )


def _numbers(texts: pa.Array) -> Array:
    """As numbers, NaN where one is none."""
    try:
        return np.asarray(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        good = pc.match_substring_regex(texts, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        return np.asarray(pc.cast(pc.if_else(good, texts, "nan"), pa.float64()).to_numpy(zero_copy_only=False))


def _indices(encoded: pa.Array) -> Array:
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int32)


def _codes(texts: dict[str, pa.Array], role: str, kept: pa.Array) -> tuple[Array | None, pa.Array | None]:
    if role not in texts:
        return None, None
    encoded = texts[role].take(kept).dictionary_encode()
    return _indices(encoded), encoded.dictionary


def _positions(texts: dict[str, pa.Array], kept: pa.Array) -> tuple[Array, list[str]]:
    """Places in their order."""
    if "position" not in texts:
        return np.zeros(len(kept), np.int32), [""]
    encoded = texts["position"].take(kept).dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = np.argsort(_numbers(encoded.dictionary), kind="stable")
    place = np.empty(len(names), np.int32)
    place[order] = np.arange(len(names))
    return place[_indices(encoded)], [names[at] for at in order]
