"""What the page Data says in a line of what was read, and which further files were joined."""

from pathlib import Path
from typing import Any

from workbench.app.widgets.translate import declared, translate
from workbench.data.data_file import joined_reports
from workbench.data.reading.formats import all_formats
from workbench.data.reading.formats.table import Table

Json = dict[str, Any]
CODES = {
    "utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "Windows-1252", "utf-16": "UTF-16", "gb18030": "GB 18030",
    "shift_jis": "Shift-JIS", "big5": "Big5", "euc_kr": "EUC-KR", "cp1251": "Windows-1251",
}  # fmt: skip


def data_subtitle(about: Json) -> str:
    """Layout, rows and joined files of a ``data.json``."""
    layout, report = (about.get("recipe") or {}).get("format") or {}, about.get("report") or {}
    rows, kept = report.get("rows", 0), report.get("kept", 0)
    told = (
        translate("SummaryLine", "{n:,} rows, all kept")
        if rows == kept
        else translate("SummaryLine", "{n:,} rows, {kept:,} kept")
    )
    words = [_layout(layout), told.format(n=rows, kept=kept), _worth(about), *_joined(about)]
    return " · ".join(filter(None, words))


def _worth(about: Json) -> str:
    """How many events are likes, were merely seen, or are dislikes; empty where all are choices."""
    worth = (about.get("summary") or {}).get("worth") or {}
    patterns = {
        "positives": translate("SummaryLine", "{n:,} likes"),
        "seen": translate("SummaryLine", "{n:,} merely seen"),
        "dislikes": translate("SummaryLine", "{n:,} dislikes"),
    }
    return ", ".join(words.format(n=worth[what]) for what, words in patterns.items() if worth.get(what))


def _layout(layout: Json) -> str:
    kind = all_formats().get(layout.get("kind", ""))
    if kind is not None and not kind.is_text:
        return ", ".join(filter(None, [declared(kind.title), layout.get("table")]))
    names = {
        ",": translate("SummaryLine", "comma"),
        "\t": translate("SummaryLine", "tab"),
        ";": translate("SummaryLine", "semicolon"),
        " ": translate("SummaryLine", "space"),
    }
    delimiter = layout.get("delimiter")
    header = translate("SummaryLine", "header") if layout.get("header") else translate("SummaryLine", "no header")
    parts = [declared(kind.title) if kind not in (None, Table) else "", names.get(delimiter, delimiter)]
    parts += [CODES.get(layout.get("encoding", ""), layout.get("encoding")), header]
    return ", ".join(filter(None, parts))


def _joined(about: Json) -> list[str]:
    patterns = {
        "items": translate("SummaryLine", "titles of {k:,} of {n:,} items"),
        "users": translate("SummaryLine", "attributes of {k:,} of {n:,} users"),
        "vectors": translate("SummaryLine", "vectors of {k:,} of {n:,} items"),
        "pictures": translate("SummaryLine", "pictures of {k:,} of {n:,} items"),
    }
    named = translate("SummaryLine", "{name}: {words}")
    found = []
    for what, part in joined_reports(about).items():
        words = patterns[what.partition(":")[0]].format(k=part["matched"], n=part["matched"] + part["without"])
        name = what.partition(":")[2]
        found.append(named.format(name=name, words=words) if name else words)
    return found


def joined_files(about: Json) -> dict[str, Path]:
    """The further files that are joined to the data already."""
    return {what: Path(part["source"]) for what, part in joined_reports(about).items() if part.get("source")}


def joined_rows(about: Json) -> list[Json]:
    """What became of each further file, a finding a row: what matched, what did not, with examples."""
    names = {
        "items": translate("SummaryLine", "Titles"),
        "users": translate("SummaryLine", "Users"),
        "vectors": translate("SummaryLine", "Vectors"),
        "pictures": translate("SummaryLine", "Pictures"),
    }
    rows: list[Json] = []
    reports = joined_reports(about)
    for what, file in joined_files(about).items():
        report = reports[what]
        role, _, kind = what.partition(":")
        of = translate("SummaryLine", "users") if what == "users" else translate("SummaryLine", "items")
        findings = [
            (translate("SummaryLine", "{of} found in the file").format(of=of), report["matched"], []),
            (
                translate("SummaryLine", "{of} not in the file").format(of=of),
                report["without"],
                report["without_examples"],
            ),
            (
                translate("SummaryLine", "rows about other {of}").format(of=of),
                report["unused"],
                report["unused_examples"],
            ),
            (translate("SummaryLine", "rows refused"), report.get("refused_count", 0), report.get("refused") or []),
            (translate("SummaryLine", "incomplete vectors, left out"), report.get("broken", 0), []),
            (translate("SummaryLine", "files that are not pictures"), report.get("others", 0), []),
        ]
        for words, number, examples in findings:
            if number or words == findings[0][0]:
                told = [f"{e['line']}: {e['reason']}" if isinstance(e, dict) else str(e) for e in examples]
                name = f"{names[role]} {kind}".rstrip()
                rows.append(
                    {
                        "what": name,
                        "file": file.name,
                        "finding": words,
                        "n": number,
                        "such": ", ".join(told),
                    }
                )
    return rows
