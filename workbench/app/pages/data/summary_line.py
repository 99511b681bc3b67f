"""What the page Data says in a line of what was read, and which further files were joined."""

from pathlib import Path
from typing import Any

from workbench.app.pages.data.dropped_files import FURTHER
from workbench.app.widgets.declared import declared
from workbench.data.reading.formats import all_formats
from workbench.data.reading.formats.table import Table

Json = dict[str, Any]
CODES = {
    "utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "Windows-1252", "utf-16": "UTF-16", "gb18030": "GB 18030",
    "shift_jis": "Shift-JIS", "big5": "Big5", "euc_kr": "EUC-KR", "cp1251": "Windows-1251",
}  # fmt: skip


def data_facts(page: Any, about: Json) -> str:
    """Layout, rows and joined files of a ``data.json``; `page` translates."""
    layout, report = (about.get("recipe") or {}).get("format") or {}, about.get("report") or {}
    rows, kept = report.get("rows", 0), report.get("kept", 0)
    told = page.tr("{n:,} rows, all kept") if rows == kept else page.tr("{n:,} rows, {kept:,} kept")
    return " · ".join(filter(None, [_layout(page, layout), told.format(n=rows, kept=kept), *_joined(page, about)]))


def _layout(page: Any, layout: Json) -> str:
    kind = all_formats().get(layout.get("kind", ""))
    if kind is not None and not kind.is_text:
        return ", ".join(filter(None, [declared(kind.title), layout.get("table")]))
    names = {",": page.tr("comma"), "\t": page.tr("tab"), ";": page.tr("semicolon"), " ": page.tr("blank")}
    delimiter = layout.get("delimiter")
    header = page.tr("header") if layout.get("header") else page.tr("no header")
    parts = [declared(kind.title) if kind not in (None, Table) else "", names.get(delimiter, delimiter)]
    parts += [CODES.get(layout.get("encoding", ""), layout.get("encoding")), header]
    return ", ".join(filter(None, parts))


def _joined(page: Any, about: Json) -> list[str]:
    patterns = {
        "items": page.tr("titles of {k:,} of {n:,} items"), "users": page.tr("facts of {k:,} of {n:,} users"),
        "vectors": page.tr("vectors of {k:,} of {n:,} items"), "pictures": page.tr("pictures of {k:,} of {n:,} items"),
    }  # fmt: skip
    found = [(patterns[what], about[what]) for what in FURTHER if about.get(what)]
    return [words.format(k=part["matched"], n=part["matched"] + part["without"]) for words, part in found]


def joined_files(about: Json) -> dict[str, Path]:
    """The further files that are joined to the data already."""
    return {what: Path(about[what]["source"]) for what in FURTHER if (about.get(what) or {}).get("source")}


def joined_rows(page: Any, about: Json) -> list[Json]:
    """What became of each further file, a finding a row: what matched, what did not, with examples."""
    names = {
        "items": page.tr("Titles"), "users": page.tr("Users"), "vectors": page.tr("Vectors"),
        "pictures": page.tr("Pictures"),
    }  # fmt: skip
    rows: list[Json] = []
    for what, file in joined_files(about).items():
        report = about[what]
        of = page.tr("users") if what == "users" else page.tr("items")
        findings = [
            (page.tr("{of} with a row in it").format(of=of), report["matched"], []),
            (page.tr("{of} without one").format(of=of), report["without"], report["without_examples"]),
            (page.tr("rows of other {of}").format(of=of), report["unused"], report["unused_examples"]),
            (page.tr("rows refused"), report.get("refused_count", 0), report.get("refused") or []),
            (page.tr("vectors with a gap, left out"), report.get("broken", 0), []),
            (page.tr("files that are no pictures"), report.get("others", 0), []),
        ]
        for words, number, examples in findings:
            if number or words == findings[0][0]:
                told = [f"{e['line']}: {e['reason']}" if isinstance(e, dict) else str(e) for e in examples]
                rows.append(
                    {"what": names[what], "file": file.name, "finding": words, "n": number, "such": ", ".join(told)}
                )
    return rows
