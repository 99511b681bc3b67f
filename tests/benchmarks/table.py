"""All races against peers by one command, in one table and one picture.

``python -m tests.benchmarks.table`` runs them (`PEER_TURNS` turns each), writes ``docs/peers.md``, ``docs/peers.svg`` and
what both are made of, ``docs/peers.json``. A row that became worse by over 15 % against the table that stood there is red,
and the exit status is 1. Words behind the command choose among the races, as after ``pytest -k``; all other rows stay.
"""

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
RACES = ("test_peers.py", "test_peers_factors.py")
WORSE = 1.15  # times the ratio that stood in the table
ROW, NAMES, UNIT = 22, 560, 160  # pixels: the height of a bar, where bars begin, and the length of the ratio 1


class Skipped:
    """Races that could not be run, with the reason."""

    def __init__(self):
        self.rows = []

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            reason = str(report.longrepr[-1]).removeprefix("Skipped: ")
            self.rows.append({"job": report.nodeid.rpartition("::")[2], "left_out": reason})


def measured(chosen):
    """Rows of the races that ran, and of those that could not."""
    skipped = Skipped()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PEER_ROWS"] = str(Path(folder) / "rows")
        files = [str(Path(__file__).parent / name) for name in RACES]
        pytest.main(["-q", "-m", "benchmark", *(["-k", chosen] if chosen else []), *files], plugins=[skipped])
        noted = Path(os.environ.pop("PEER_ROWS"))
        lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    load = f", load {os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else ""
    about = {"machine": f"{machine()}{load}", "at": f"{datetime.now(UTC):%Y-%m-%d}"}
    return [json.loads(line) | about for line in lines] + skipped.rows


def machine():
    """The processor, and how many there are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    name = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    return f"{name}, {os.cpu_count()} cores"


def key(row):
    """What a row is of."""
    return row["job"], row.get("how", ""), row.get("peer", "")


def joined(before, now):
    """Rows in the place of earlier ones of the same race; those that became worse say what they were."""
    earlier = {key(row): row for row in before}
    for row in now:
        was = earlier.get(key(row), {}).get("ratio")
        if was is not None and "ratio" in row and row["ratio"] > WORSE * was:
            row["was"] = was
    return list((earlier | {key(row): row for row in now}).values())


def as_text(rows):
    """The page of the documentation."""
    lines = [
        "# Beside peers",
        "",
        "Processor time of ours and of a peer for the same work on the same data, turn by turn, and the ratio of",
        "the middle values: below 1 ours is faster. Made by `python -m tests.benchmarks.table`, which tells here what",
        "could not be run; red is what became worse by over 15 % since the table before. Races that were never run",
        "have no row.",
        "",
        "![The ratios as bars](peers.svg)",
        "",
        "| job | how | peer | ours | peer's | ratio | machine | day |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "left_out" in row:
            lines.append(f"| {row['job']} | not run: {_cell(row['left_out'])} | | | | | | |")
            continue
        ratio = f"🔴 **{row['ratio']:.2f}** (was {row['was']:.2f})" if "was" in row else f"{row['ratio']:.2f}"
        cells = [row["job"], _cell(row["how"]), f"{row['peer']} {row['version']}".strip()]
        cells += [f"{row['ours']:.2f} s", f"{row['theirs']:.2f} s", ratio, row["machine"], row["at"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def as_picture(rows):
    """Ratios as bars, red where they became worse; the line is the peer."""
    shown = sorted((row for row in rows if "ratio" in row), key=lambda row: row["ratio"])
    height, most = ROW * (len(shown) + 1), 3.0
    wide = NAMES + int(UNIT * most) + 60
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{height}" font-family="sans-serif"'
    parts = [f'{head} font-size="12">']
    for at, row in enumerate(shown):
        y, long = ROW * at + 4, UNIT * min(row["ratio"], most)
        colour = "#c62828" if "was" in row else "#3f6fb5"
        name = escape(f"{row['job']}, {row['peer']}")
        parts.append(f'<text x="{NAMES - 8}" y="{y + 13}" text-anchor="end">{name}</text>')
        parts.append(f'<rect x="{NAMES}" y="{y}" width="{long:.0f}" height="{ROW - 6}" fill="{colour}"/>')
        parts.append(f'<text x="{NAMES + long + 4:.0f}" y="{y + 13}">{row["ratio"]:.2f}</text>')
    line = NAMES + UNIT
    parts.append(f'<line x1="{line}" x2="{line}" y1="0" y2="{height - ROW}" stroke="#888"/>')
    parts.append(f'<text x="{line}" y="{height - 6}" text-anchor="middle">as fast</text></svg>')
    return "\n".join([*parts, ""])


def main(chosen):
    """Run the races, write table and picture; 1 where a row became worse."""
    kept = DOCS / "peers.json"
    before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    rows = joined([{name: value for name, value in row.items() if name != "was"} for row in before], measured(chosen))
    kept.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (DOCS / "peers.md").write_text(as_text(rows), encoding="utf-8")
    (DOCS / "peers.svg").write_text(as_picture(rows), encoding="utf-8")
    return int(any("was" in row for row in rows))


if __name__ == "__main__":
    sys.exit(main(" or ".join(sys.argv[1:])))
