"""The short form for files beside ratings; ``tests.data.reading.test_hostile`` has that for ratings."""

from tests.torture.hostile import GIVEN_AS, attack, case_of

SEED, CASES = 1, 12


def test_hostile_files_of_every_use_are_read_or_refused_in_a_sentence():
    first = {case_of(number, SEED).given_as: number for number in reversed(range(100))}
    numbers = [number for number in range(CASES) if case_of(number, SEED).given_as != "ratings"]
    numbers += [first[given_as] for given_as in sorted({*GIVEN_AS} - {"ratings"})]
    ended = {}
    attack(numbers, SEED, lambda what, number, told: ended.__setitem__(number, (what, told)))
    assert [told for what, told in ended.values() if what == "FAULT"] == []
    assert {what for what, _ in ended.values()} == {"well", "told"}
