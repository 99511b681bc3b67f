import signal

import pytest

from tests.searching.killing import victims, what_came
from tests.searching.test_searching import BPR
from workbench.searching import journal
from workbench.searching.searching import search
from workbench.training.run_state import RunState


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="kill -9 is a thing of POSIX systems")
def test_a_search_that_is_killed_ends_like_one_that_was_not(make_search, monkeypatch):
    """Twenty kills, more of them at random: tests/benchmarks/test_search_kills.py."""
    monkeypatch.setattr(journal, "GRACE_SECONDS", 0.2)
    whole, broken = (make_search("bpr", trials=6, **BPR) for _ in range(2))
    search(whole.folder)
    with victims() as killed:
        for how, when in (("torn", 2), ("written", 1), ("writes", (30, 0.01))):
            assert killed(broken.folder, how, when, 0.2), how
            assert broken.status().state is RunState.LOST
    search(broken.folder)
    assert what_came(broken) == what_came(whole)
    waits = [float(line) for line in broken.folder.with_name(f"{broken.name}.waits").read_text().split()]
    assert max(waits) < 2
