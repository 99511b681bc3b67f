"""JSON: an object for each row, one on each line or all in one list."""

import json
import re
from typing import Any

from workbench.data.reading.formats.base.csv_text import BATCH_ROWS, header_text, rows_text, value_text
from workbench.data.reading.formats.base.own_rows import OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import unified
from workbench.data.reading.text.sample import SAMPLE_BYTES, Sample
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.reading.text.text_source import opened
from workbench.errors import WorkbenchError

MAX_LINE_BYTES = 16 << 20
MAX_LIST_BYTES = 256 << 20
# Fields that differ from row to row are gathered from so many rows.
NAMING_ROWS = 1000


class Jsonl(OwnRows):
    """Objects whose fields are the columns."""

    name, title, sentence, order = "jsonl", "JSON", "JSON, an object for each row", 60
    endings, options = (".jsonl", ".json"), ("encoding", "decimal", "thousands")

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        is_json = sample.text.lstrip()[:1] == "{" or re.match(r"\s*\[\s*\{", sample.text)
        return {"encoding": sample.encoding} if is_json else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        with opened(file, layout.encoding, "none") as source:
            head = source.head(SAMPLE_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
        return _of_list(file) if head.startswith(b"[") else _of_lines(file, layout.encoding)


def _of_lines(file: SourceFile, encoding: str) -> Pieces:
    with opened(file, encoding, "none") as source:
        names: list[str] = []
        rest, done = b"", 0
        for chunk in source.chunks():
            done += len(chunk)
            lines = unified(rest + chunk).split(b"\n")
            rest = lines.pop()
            if len(rest) > MAX_LINE_BYTES:
                raise WorkbenchError(
                    f"{file.name} has a line longer than {MAX_LINE_BYTES >> 20} MB. This is no table of rows."
                )
            if not names and lines:
                names = _names(lines, file)
                yield 0.0, header_text(names, file.path)
            yield min(done / max(file.size, 1), 1.0), rows_text([_fields(line, names) for line in lines])
        if rest.strip():
            if not names:
                names = _names([rest], file)
                yield 0.0, header_text(names, file.path)
            yield 1.0, rows_text([_fields(rest, names)])


def _of_list(file: SourceFile) -> Pieces:
    if file.size > MAX_LIST_BYTES:
        message = f"{file.name} is one JSON list of more than {MAX_LIST_BYTES >> 20} MB. Write an object on each line."
        raise WorkbenchError(message)
    found = json.loads(file.path.read_bytes(), parse_int=str, parse_float=str)
    lines = [json.dumps(value).encode() for value in found]
    names = _names(lines, file)
    yield 0.0, header_text(names, file.path)
    for start in range(0, len(lines), BATCH_ROWS):
        yield start / len(lines), rows_text([_fields(line, names) for line in lines[start : start + BATCH_ROWS]])


def _names(lines: list[bytes], file: SourceFile) -> list[str]:
    names: dict[str, None] = {}
    for line in lines[:NAMING_ROWS]:
        found = _parsed(line)
        if isinstance(found, dict):
            names.update(dict.fromkeys(found))
    if names:
        return list(names)
    message = f'{file.name} is JSON, but no list of objects such as {{"user": 1, "item": 2}}. Write one on each line.'
    raise WorkbenchError(message)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _fields(line: bytes, names: list[str]) -> list[str]:
    """Fields of a line; what is no object is one field, which is refused for that with its text."""
    found = _parsed(line)
    if not isinstance(found, dict):
        return [line.decode(errors="replace")] if line.strip() else []
    return [value_text(found.get(name)) for name in names]
