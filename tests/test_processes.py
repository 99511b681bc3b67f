import os
import subprocess

import psutil
import pytest

from workbench.processes import exit_reason, is_alive, start_time


def test_this_process_lives_and_its_number_at_another_time_is_another_process():
    started = start_time(os.getpid())
    assert is_alive(os.getpid(), started)
    assert is_alive(os.getpid(), started + 1)  # the clock was set a little
    assert not is_alive(os.getpid(), started - 60)


@pytest.mark.parametrize("pid", [None, True, "1", -1, 0, 1.5, 10**30, [], {}])
def test_what_is_no_number_of_a_process_is_not_alive(pid):
    assert not is_alive(pid, start_time(os.getpid()))


@pytest.mark.parametrize("started", [None, "now", float("nan"), float("inf"), 10**30, []])
def test_without_a_time_nothing_is_alive(started):
    assert not is_alive(os.getpid(), started)


@pytest.mark.skipif(os.name != "posix", reason="only there an ended process stays until it is waited for")
def test_a_process_that_has_ended_is_not_alive():
    process = subprocess.Popen(["sleep", "60"])
    started = start_time(process.pid)
    assert is_alive(process.pid, started)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert not is_alive(process.pid, started)
    process.wait()
    assert not is_alive(process.pid, started)


def test_how_a_process_ended_is_said_in_words():
    assert "memory" in exit_reason(-9)
    assert exit_reason(-11) == "it crashed in compiled code by signal 11"
    assert exit_reason(-15) == "it was terminated by signal 15"
    assert exit_reason(1) == "it ended with status 1"
    assert exit_reason(None) == "the reason is not known"
