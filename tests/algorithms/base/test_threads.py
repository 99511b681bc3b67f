"""How many threads linear algebra takes, and what it costs to know."""

import sys
import types

import threadpoolctl

from workbench.algorithms.base.threads import allowed, one_thread_each


def test_libraries_are_looked_for_once_until_more_is_loaded(monkeypatch):
    """It takes milliseconds, and is asked for in every epoch: it was most of the time of a small NMF."""
    with one_thread_each():  # loads what it limits
        looked = []
    look = threadpoolctl.ThreadpoolController._load_libraries
    monkeypatch.setattr(threadpoolctl.ThreadpoolController, "_load_libraries", lambda self: looked.append(look(self)))
    monkeypatch.setitem(sys.modules, "loaded_first", types.ModuleType("loaded_first"))
    for _ in range(3):
        allowed()
        with one_thread_each():
            pass
    assert len(looked) == 1
    monkeypatch.setitem(sys.modules, "loaded_now", types.ModuleType("loaded_now"))
    allowed()
    assert len(looked) == 2


def test_a_limit_holds_within_and_is_gone_afterwards():
    with threadpoolctl.threadpool_limits(2):
        assert allowed() == 2
        with one_thread_each():
            assert allowed() == 1
            assert {pool["num_threads"] for pool in threadpoolctl.threadpool_info()} == {1}
        assert allowed() == 2
