"""A search that is killed again and again ends like one that was not: trials, prunings, values, and models to the bit.

A third of the kills falls inside `tell`: before, in and behind the line that it writes, while it holds the lock.
"""

import os
import random
import signal
import time

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


def test_a_search_that_is_killed_ends_like_one_that_was_not(say, tmp_path, sample):
    import_file(sample / "ratings.csv", tmp_path / "data" / "sample")
    asked = {"trials": TRIALS, "fixed": {"bpr": {"epochs": 8}}, "options": {"patience": 0}}
    whole, broken = (
        Search.create(tmp_path / "searches" / name, tmp_path / "data" / "sample", tmp_path / name, ["bpr"], **asked)
        for name in ("whole", "broken")
    )
    began = time.monotonic()
    search(whole.folder)
    a_trial = (time.monotonic() - began) / TRIALS
    moments, inside, killed = random.Random(5), 0, 0
    with victims() as victim:
        for number in range(KILLS):
            how = moments.choice(INSIDE_TELL) if number % 3 == 1 else "clock"
            when = 1 if how != "clock" else 0.7 + moments.random() * 1.2 * a_trial
            assert victim(broken.folder, how, when, GRACE_SECONDS), "the search ended before it was killed often enough"
            inside, killed = inside + (how != "clock"), killed + 1
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
