"""Ids come out as they went in, in every format: some hundreds of hostile ones, the pieces that all are made of first."""

import pytest

from tests.export.round_trips import PIECES, check, draws

GROUPS = [list(dict.fromkeys(PIECES)), *draws(200, seed=7)]


@pytest.mark.parametrize("at", range(len(GROUPS)))
def test_hostile_ids_come_back_to_the_letter(tmp_path, at):
    assert check(GROUPS[at], tmp_path) == []
