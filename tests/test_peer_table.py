"""The table of races against peers says what became worse, and what could not be run."""

import re

from tests.benchmarks.table import as_picture, as_text, joined


def row(job, ratio, **more):
    return {"job": job, "how": "a|b", "peer": "irspack", "version": "0.5.2", "ours": ratio, "theirs": 1.0} | {
        "ratio": ratio,
        "machine": "a machine",
        "at": "2026-05-01",
        **more,
    }


def test_a_row_that_became_worse_is_red_and_others_stay():
    before = [row("EASE", 1.0), row("BPR", 0.5), row("SLIM", 0.1)]
    rows = joined(before, [row("EASE", 1.16), row("BPR", 0.57), {"job": "iALS", "left_out": "irspack is not here"}])
    assert [(one["job"], one.get("was")) for one in rows] == [
        ("EASE", 1.0),
        ("BPR", None),
        ("SLIM", None),
        ("iALS", None),
    ]
    text = as_text(rows)
    assert "🔴 **1.16** (was 1.00)" in text
    assert text.count("🔴") == 1
    assert "| iALS | not run: irspack is not here |" in text
    assert "a\\|b" in text
    bars = re.findall('<rect[^>]* fill="([^"]+)"', as_picture(rows))
    assert bars == ["#3f6fb5", "#3f6fb5", "#c62828"]  # by ratio
