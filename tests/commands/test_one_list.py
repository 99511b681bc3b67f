"""The options of a single list: what is written for the command line is read from it again."""

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cli import main
from workbench.commands.one_list import asked_list, words_of
from workbench.commands.results import add
from workbench.errors import WorkbenchError
from workbench.insight.asked_list import AskedList, Changes, Entry, Order

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=4)
RATINGS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ENTRIES = st.lists(st.builds(Entry, item=TEXTS, rating=RATINGS), max_size=2, unique_by=lambda entry: entry.item)
RATED = st.lists(st.builds(Entry, item=TEXTS, rating=st.floats(0, 5)), max_size=2)
IDS = st.lists(TEXTS, max_size=2)
ORDERS = st.builds(
    Order,
    diversity=st.floats(0, 1),
    method=st.sampled_from(["mmr", "dpp"]),
    per_genre=st.integers(0, 9),
    pin=IDS,
    exclude=IDS,
)
LISTS = st.builds(
    AskedList, run=st.just("run"), user=st.none() | TEXTS, k=st.integers(1, 99), include_seen=st.booleans(),
    changes=st.builds(Changes, removed=IDS, rated=RATED, added=ENTRIES), order=ORDERS,
)  # fmt: skip


def parsed(*words):
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    return parser.parse_args(["recommend", "run", "--output", "x.csv", *words])


@given(LISTS)
def test_a_list_in_words_is_the_same_list(listed):
    again = asked_list(parsed(*words_of(listed)))
    if again is None:  # nothing that users' own lists have not
        assert not listed.changes
        assert not listed.order
    else:
        usual = listed.order.model_dump() | ({} if listed.order else {"method": listed.order.method})
        assert again.model_dump() == listed.model_dump() | {"order": usual}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--all", "--remove=i1"], "--remove goes with one --user or with --new"),
        (["--user=a", "--user=b", "--pin=i1"], "--pin goes with one --user"),
        (["--new", "--order=divers=1"], "diversity"),
        (["--new", "--order=diversity=much"], "no number"),
        (["--new", "--add=a", "--add=a"], "twice"),
        (["--new", "--k=0"], "k: input should be greater"),
    ],
)
def test_what_does_not_go_together_is_said(words, told):
    with pytest.raises(WorkbenchError, match=told):
        asked_list(parsed(*words))


def test_a_rating_that_is_none_is_said(capsys):
    assert main(["recommend", "run", "--new", "--add=a=much", "--output=x.csv"]) == 2
    assert "'much' in 'a=much' is no rating" in capsys.readouterr().err
