"""What the table of defaults chooses, by hand."""

from tests.benchmarks.defaults.left_out import QUESTIONS, Question, answers
from tests.benchmarks.defaults.searching import SETTINGS, drawn
from workbench.algorithms import all_algorithms

ASKED = Question("ease", "regularization", (1, 2, 3), (1, 3))
VALIDATION = {"a": (4, 2, 1), "b": (4, 2, 2), "c": (1, 2, 4)}
ROWS = [
    {"set": name, "algorithm": "ease", "form": f"regularization={value}", "validation": figure, "test": 10 * figure}
    for name, figures in VALIDATION.items()
    for value, figure in zip(ASKED.values, figures, strict=True)
]


def test_each_set_is_judged_by_what_the_others_choose():
    found = {answer.name: answer for answer in answers(ASKED, ROWS)}
    assert {name: answer.chosen for name, answer in found.items()} == {"a": (1, 3), "b": (1, 3), "c": (1, 2)}
    assert [answer.constant for answer in found.values()] == [3, 1, 1]  # level for b: the first
    assert [answer.test for answer in found.values()] == [40, 40, 20]
    assert [answer.constant_test for answer in found.values()] == [10, 40, 10]
    assert [answer.declared_test for answer in found.values()] == [40, 40, 40]
    assert list(answers(ASKED, ROWS[1:4])) == []  # one set alone, of which all was measured


def test_what_a_search_draws_is_allowed_and_always_the_same():
    for name, kind in all_algorithms().items():
        if kind.uses_torch:
            continue  # takes too long to search
        settings = [drawn(name, number) for number in range(SETTINGS)]
        for values in settings:
            kind.make(values)
        assert settings == [drawn(name, number) for number in range(SETTINGS)], name


def test_what_is_asked_of_an_algorithm_is_among_its_values():
    for asked in QUESTIONS:
        assert set(asked.declared) <= set(asked.values), asked
