"""The short form; the long one is ``python -m tests.torture.kills --count 100``."""

import os
import subprocess
import sys

import pytest

from tests.torture.kills import CASES


@pytest.mark.skipif(os.name == "nt", reason="it forks")
def test_a_command_that_was_ended_anywhere_can_be_given_again():
    command = [sys.executable, "-m", "tests.torture.kills", "--count", str(len(CASES)), "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"{len(CASES)} of {len(CASES)} ended well"), done.stdout + done.stderr[-2000:]
