"""Each kind of file that people bring: it is read rightly, or what was guessed wrongly is told; else nothing is."""

from pathlib import Path

import pytest

from workbench.data.importing.importer import inspect

CASES = Path(__file__).parent / "cases"
SETS = {
    "ml-100k/u.data": [],
    "movietweetings/ratings.dat": [],
    "gowalla/train.txt": [],
    "beauty/Beauty.txt": [],
    "jester/jester-data-1.zip": [],
    "online-retail/online_retail.parquet": ["refused", "counts"],
    "lastfm/user_artists.dat": ["counts"],
    "open-bandit/random/all.csv": ["features"],
    "open-bandit/bts/all.csv": ["features"],
    "ml-1m/interactions_chronological.csv": ["no-time"],
    "messy/embedded-newlines-html.csv": ["problem"],
    "messy/excel-multi-sheet.xlsx": ["repeats"],
    "messy/latin1-items.csv": ["problem"],
    "messy/numeric-looking-ids.csv": [],
    "messy/orange-three-header-rows.tab": ["no-time"],
    "messy/semicolon-na-iso-dates.csv": ["sessions"],
}


def doubted(found):
    assert all(doubt["try"].startswith("--") and doubt["sentence"].endswith((".", "?")) for doubt in found["doubts"])
    return [doubt["name"] for doubt in found["doubts"]]


@pytest.mark.parametrize("name", SETS)
def test_real_files_raise_no_false_alarm(shared_data, name):
    assert doubted(inspect(shared_data(name))) == SETS[name]


def test_the_sample_raises_no_doubt(sample):
    assert doubted(inspect(sample / "ratings.csv")) == []
