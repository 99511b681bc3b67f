"""One sentence on which run to take."""

from itertools import combinations

import pytest

from workbench.insight.advice import advise

TITLES = {"p": "Popularity", "e": "EASE", "s": "SLIM"}


def answer(means, real=(), size="large"):
    pairs = [
        {"a": a, "b": b, "more_than_chance": {a, b} in [set(one) for one in real], "size": size}
        for a, b in combinations(means, 2)
    ]
    return {"metric": "ndcg@10", "runs": means, "pairs": pairs}


@pytest.mark.parametrize(
    ("means", "real", "size", "seconds", "run", "words"),
    [
        ({"p": 0.1, "e": 0.2, "s": 0.22}, ["pe", "ps"], "large", {"e": 1.0, "s": 10.0}, "s",
         "SLIM is better than Popularity by 0.1200 in NDCG@10: more than chance, and large. EASE is level with it, and"),
        ({"p": 0.1, "e": 0.2, "s": 0.22}, ["pe", "ps"], "noticeable", {"e": 9.0, "s": 10.0}, "s",
         "SLIM is better than Popularity by 0.1200 in NDCG@10: more than chance, and noticeable. EASE is level with it."),
        ({"p": 0.1, "e": 0.2, "s": 0.22}, ["pe", "ps", "es"], "small", {}, "s",
         "SLIM is better than Popularity by 0.1200 in NDCG@10: more than chance, but hardly noticeable."),
        ({"p": 0.21, "e": 0.2}, ["pe"], "small", {}, "p",
         "No run is better than Popularity in NDCG@10 by more than chance; the nearest is EASE (0.2000 and 0.2100)."),
        ({"p": 0.1, "e": 0.2}, [], "large", {}, "e",
         "No run is better than Popularity in NDCG@10 by more than chance; the nearest is EASE (0.2000 and 0.1000)."),
    ],
)  # fmt: skip
def test_the_best_is_named_with_what_it_is_worth_and_what_is_quicker(means, real, size, seconds, run, words):
    found = advise(answer(means, real, size), TITLES, seconds, "p")
    assert found.run == run
    assert found.sentence.startswith(words)
    assert found.sentence.endswith(".")


def test_runs_that_cannot_be_held_against_popularity_are_only_ordered():
    told = answer({"e": 0.2, "s": 0.1}) | {"pairs": []}
    assert advise(told, TITLES, {}, "p").sentence == "EASE has the highest NDCG@10."
