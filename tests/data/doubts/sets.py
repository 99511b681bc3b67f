"""What is doubted of real files, by kind of doubt."""

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
LARGE = ("gowalla", "beauty", "jester", "online-retail", "ml-1m", "excel")


def doubted(found):
    """The kinds of doubts that were told, each with an option that changes it."""
    assert all(doubt["try"].startswith("--") and doubt["sentence"].endswith((".", "?")) for doubt in found["doubts"])
    return [doubt["name"] for doubt in found["doubts"]]
