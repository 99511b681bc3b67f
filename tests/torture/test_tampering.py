"""The short form of the attack on stored files; `tests.torture.tampering` says what it does, and how to do all of it."""

import pytest

from tests.torture.tampering import FILES, KINDS, attack, case_of
from tests.torture.victim import make_victim

SEED, CASES, WALKS = 5, 24, 2


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("victim")
        patch.setenv("RECWB_HOME", str(place / "home"))
        yield make_victim(place / "project", place / "home")


def test_whatever_stands_in_a_stored_file_is_told_in_a_sentence(victim, qapp):
    every = len(FILES) * len(KINDS)
    through_window = [number for number in range(every) if case_of(number, SEED).action == "window"]
    others = [number for number in range(every) if number not in through_window]
    numbers = others[:: len(others) // CASES] + through_window[:: len(through_window) // WALKS]
    ended = {}
    attack(numbers, SEED, victim, lambda what, number, told: ended.__setitem__(number, (what, told)))
    assert [told for what, told in ended.values() if what == "FAULT"] == []
    assert {what for what, _ in ended.values()} == {"well", "told"}
