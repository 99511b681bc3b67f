import numpy as np
import pyarrow as pa
import pytest

from workbench.data.feedback.guessing import guess_worth
from workbench.data.feedback.rules import Feedback, combined, parse_feedback
from workbench.errors import WorkbenchError

NAN = np.nan


@pytest.mark.parametrize(
    ("rules", "values", "weights", "kind"),
    [
        ("like>=4,dislike<=2", [5, 4, 3, 2, 0.5], [1, 1, 0, -1, -1], "ratings"),
        ("like>4,dislike<2,ignore=0", [5, 4, 2, 1, 0], [1, 0, 0, -1, -1], "ratings"),
        ("ignore=0,like=3..4", [0, 3, 3.7, 4, 5], [NAN, 1, 1, 1, 0], "ratings"),
        ("like=3.7", [3.7, 3.8], [1, 0], "likes"),
        ("like=1,seen=0", [1, 0, 2], [1, 0, 0], "likes"),
        ("log>=3", [1, 3, 7, 1023], [0, 2, 3, 10], "counts"),
        ("weight", [0.5, 0, -2], [0.5, 0, -2], "counts"),
        ("1:0.5,2:dislike", [1, 2, 3], [0.5, -1, 0], "likes"),
    ],
)
def test_rules_of_numbers_by_hand(rules, values, weights, kind):
    feedback = Feedback.parse("rating", rules)
    assert np.array_equal(feedback.of_numbers(np.array(values, np.float32)), np.float32(weights), equal_nan=True)
    assert np.array_equal(feedback.of_texts(pa.array([f" {v:g}" for v in values])), np.float32(weights), equal_nan=True)
    assert feedback.kind == kind
    assert Feedback.parse("rating", ",".join(feedback.written())) == feedback
    assert Feedback.model_validate(feedback.model_dump()) == feedback


def test_rules_of_events_by_hand_and_columns_together():
    feedback = Feedback.parse("event", "view:1,cart:3,buy:5,spam:ignore,refund:dislike,show:0")
    texts = pa.array(["Buy", " view", "cart", "SPAM", "refund", "other", "", "show"])
    weights = [5, 1, 3, NAN, -1, 0, 0, 0]
    assert np.array_equal(feedback.of_texts(texts), np.float32(weights), equal_nan=True)
    assert feedback.kind == "events"
    assert feedback.is_text
    both = combined([np.float32([2, 2, 0, NAN, -1]), np.float32([3, -1, 5, 1, -2])])
    assert np.array_equal(both, np.float32([6, -1, 0, NAN, -2]), equal_nan=True)


@pytest.mark.parametrize("rules", ["", "good=5", "like", "like>=x", "like=", "view:x", ":3", "like=1,more", "view:inf"])
def test_what_is_no_rule_is_refused_with_what_to_write(rules):
    with pytest.raises(WorkbenchError, match="Write like>=4"):
        Feedback.parse("rating", rules)


def test_columns_are_named_or_counted():
    found = parse_feedback([("3", "pv:1"), ("click", "like=1"), ("click", "seen=0")], ["a", "b", "click", "d"])
    assert [(each.column, each.written()) for each in found] == [(3, ["pv:1"]), ("click", ["like=1", "seen=0"])]
    with pytest.raises(WorkbenchError, match="clck"):
        parse_feedback([("clck", "like=1")], ["user", "item", "click"])


SECONDS = [str(value) for value in (*range(1, 25), *range(300, 900, 20))]


@pytest.mark.parametrize(
    ("name", "values", "rules", "duplicates"),
    [
        ("click", ["0", "1", "0"], "like=1,seen=0", "max"),
        ("rating", ["0", "1", "1.0"], "like=1,seen=0", "max"),
        ("thumb", ["1", "-1", "1"], "like=1,dislike=-1,seen=0", "last"),
        ("is_recommended", ["true", "False"], "like=1,dislike=0", "last"),
        ("clicked", ["yes", "no"], "like=1,seen=0", "max"),
        ("event", ["view", "cart", "buy", "view"], "seen=view,cart:3,buy:5", "sum"),
        ("event", ["view"] * 30 + ["transaction"], "view:1,transaction:5", "sum"),
        ("", ["pv", "fav", "pv"] * 3, "seen=pv,fav:2", "sum"),
        ("plays", ["3", "120", "1"], "log>0", "sum"),
        ("hours", ["0.5", "12.25"], "log>0", "sum"),
        ("seconds_watched", SECONDS, "log>=90", "sum"),
        ("seconds", ["20", "40", "60"], "log>=30", "sum"),
        ("ms_played", ["20000", "40000"], "log>=30000", "sum"),
    ],
)
def test_what_values_are_worth_is_guessed(name, values, rules, duplicates):
    worth = guess_worth(name, values)
    found = Feedback(column=name, rules=worth.rules)
    asked = Feedback.parse(name, rules)
    if name == "seconds_watched":  # between the two heaps, wherever
        assert 24 < found.rules[0].low < 300
    else:
        assert found == asked
    assert worth.duplicates == duplicates
    assert name in worth.why


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("rating", ["1", "5", "3"]),
        ("rating", ["0.5", "4"]),
        ("rating", ["1", "1"]),
        ("category", ["books", "films"]),
        ("rating", []),
        ("price", ["12", "13.5"]),
        ("rating", ["1", "x"]),
    ],
)
def test_ratings_and_what_tells_nothing_stay_as_they_are(name, values):
    assert guess_worth(name, values) is None
