"""A search that is killed again and again ends like one that was not: trials, prunings, values, and models to the bit.

A third of the kills falls inside `tell`: before, in and behind the line that it writes, while it holds the lock. The others
come at random moments of the work.
"""

import os
import random
import signal

import pytest

from tests.searching.killing import victims, what_came
from workbench.data.importing.importer import import_file
from workbench.searching.journal import GRACE_SECONDS
from workbench.searching.search_folder import Search
from workbench.searching.searching import search

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="kill -9 is a thing of POSIX systems"),
]
KILLS = int(os.environ.get("KILLS", "20"))
TRIALS = 24
INSIDE_TELL = ("torn", "written", "locked")
MAX_WAIT_SECONDS = 10.0
MAX_WRITES, MAX_SECONDS = 60, 0.1  # after so many a kill comes, and so much later; a trial makes some 40 writes


def test_a_search_that_is_killed_ends_like_one_that_was_not(say, tmp_path, sample):
    import_file(sample / "ratings.csv", tmp_path / "data" / "sample")
    asked = {"trials": TRIALS, "fixed": {"bpr": {"epochs": 8}}, "options": {"patience": 0}}
    whole, broken = (
        Search.create(tmp_path / "searches" / name, tmp_path / "data" / "sample", tmp_path / name, ["bpr"], **asked)
        for name in ("whole", "broken")
    )
    search(whole.folder)
    moments, inside, killed = random.Random(5), 0, 0
    with victims() as victim:
        for number in range(KILLS):
            how = moments.choice(INSIDE_TELL) if number % 3 == 1 else "writes"
            when = 1 if how != "writes" else (moments.randint(1, MAX_WRITES), moments.random() * MAX_SECONDS)
            assert victim(broken.folder, how, when, GRACE_SECONDS), "the search ended before it was killed often enough"
            inside, killed = inside + (how != "writes"), killed + 1
        victim(broken.folder, "", 0, GRACE_SECONDS)
    came, should = what_came(broken), what_came(whole)
    pruned = sum(trial.state == "pruned" for trial in whole.trials())
    waits = [float(line) for line in broken.folder.with_name("broken.waits").read_text().split()]
    what = f"{TRIALS} trials of BPR, 8 epochs, MovieLens sample; {pruned} given up; {inside} kills inside tell"
    say("kill -9 of a search, then on", f"{killed} kills", f"{KILLS}", what)
    say("  … trials, values, models", "the same bit for bit" if came == should else "DIFFERENT", "the same", "")
    say(
        "  … longest wait for a lock",
        f"{max(waits):.1f} s",
        f"≤ {MAX_WAIT_SECONDS:.0f} s",
        "left by a kill inside tell",
    )
    assert came == should
    assert pruned
    assert max(waits) < MAX_WAIT_SECONDS
