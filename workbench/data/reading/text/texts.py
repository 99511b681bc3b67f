"""Texts become values, a column at a time: ids, ratings, and the reason against each that is none."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns import times
from workbench.data.columns.graded import number_of
from workbench.data.columns.values import MISSING
from workbench.data.reading.text.cells import MARKED
from workbench.data.reading.text.layout import Layout

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
MAX_VALUE_CHARS = 40
DICTIONARY = pa.dictionary(pa.int32(), pa.string())


def as_whole(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same ids without the point of whole numbers."""

    def plain(chunk: pa.DictionaryArray) -> pa.DictionaryArray:
        texts = pc.replace_substring_regex(chunk.dictionary, r"^([+-]?\d+)\.0*$", r"\1")
        return pa.DictionaryArray.from_arrays(chunk.indices, texts).cast(pa.string()).dictionary_encode()

    return pa.chunked_array([plain(chunk) for chunk in ids.chunks], DICTIONARY)


def as_bare(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same ids without the apostrophe that `cells.harmless` puts before signs."""

    def bare(chunk: pa.DictionaryArray) -> pa.DictionaryArray:
        texts = chunk.dictionary
        marked = pc.match_substring_regex(texts, MARKED)
        texts = pc.if_else(marked, pc.utf8_slice_codeunits(texts, 1), texts)
        return pa.DictionaryArray.from_arrays(chunk.indices, texts).cast(pa.string()).dictionary_encode()

    return pa.chunked_array([bare(chunk) for chunk in ids.chunks], DICTIONARY)


def missing_codes() -> pa.Array:
    """What says that nothing is there, whatever program wrote it."""
    return pa.array(MISSING)


def is_missing(texts: pa.Array, codes: pa.Array) -> npt.NDArray[np.bool_]:
    """Which ids are none, but a code for one that is missing."""
    coded = texts.dictionary_encode()
    trimmed = pc.utf8_trim_whitespace(coded.dictionary)
    missing = pc.is_in(trimmed, value_set=codes).to_numpy(zero_copy_only=False)
    return np.asarray(missing[coded.indices.to_numpy(zero_copy_only=False)], bool)


def any_missing(column: pa.ChunkedArray, codes: pa.Array) -> bool:
    """Whether an id is missing in dictionary-encoded chunks."""
    return any(
        pc.any(pc.is_in(pc.utf8_trim_whitespace(chunk.dictionary), value_set=codes)).as_py() for chunk in column.chunks
    )


def typed_rating(table: pa.Table) -> npt.NDArray[np.float32] | None:
    """Ratings that are read as numbers already; None if one is too large."""
    with np.errstate(over="ignore"):
        rating = table["rating"].to_numpy().astype(np.float32)
    return rating if np.isfinite(rating).all() else None


def as_numbers(
    texts: pa.Array, name: str, layout: Layout, scale: dict[str, float] | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], pa.Array]:
    """Texts as numbers, which of them are, and the reason against each that is not; `scale` says what words mean."""
    plain = _in_digits(texts, scale) if scale else pc.utf8_trim_whitespace(texts)
    if layout.thousands:
        mark, point = re.escape(layout.thousands), re.escape(layout.decimal)
        grouped = pc.match_substring_regex(plain, rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d*)?$")
        plain = pc.if_else(grouped, pc.replace_substring(plain, layout.thousands, ""), plain)
    if layout.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    is_number = pc.match_substring_regex(plain, NUMBER)
    with np.errstate(over="ignore"):
        number = pc.cast(pc.if_else(is_number, plain, "0"), pa.float64()).to_numpy(zero_copy_only=False)
        number = number.astype(np.float32)
    finite = np.isfinite(number)
    tail = pc.if_else(is_number, "' is too large", "' is not a number")
    reason = pc.if_else(pc.equal(plain, ""), f"no {name}", _quoted(name, texts, tail))
    return number, is_number.to_numpy(zero_copy_only=False) & finite, reason


def _in_digits(texts: pa.Array, scale: dict[str, float]) -> pa.Array:
    """Texts with the numbers that words among them mean."""
    coded = texts.dictionary_encode()
    numbers = (number_of(text, scale) for text in coded.dictionary.to_pylist())
    plain = [
        text.strip() if number is None else repr(number)
        for text, number in zip(coded.dictionary.to_pylist(), numbers, strict=True)
    ]
    return pa.array(plain, pa.string()).take(coded.indices)


def no_time(texts: pa.Array, name: str, kind: str) -> pa.Array:
    """The reason against each text that is no time."""
    tail = "' is not a number of " + times.WRITTEN[kind] if kind in times.EPOCHS else "' is not a date"
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), f"no {name}", _quoted(name, texts, tail))


def _quoted(name: str, texts: pa.Array, tail: str | pa.Array) -> pa.Array:
    shown = pc.utf8_slice_codeunits(texts, 0, MAX_VALUE_CHARS)
    return pc.binary_join_element_wise(f"{name} '", shown, tail, "")
