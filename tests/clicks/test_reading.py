"""Logs as people have them, and what is refused of them."""

import numpy as np
import pytest

from workbench.clicks.reading import columns_of, read_impressions
from workbench.errors import WorkbenchError


def written(tmp_path, text, name="log.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_a_table_is_read_and_what_is_no_impression_is_counted(tmp_path):
    rows = [
        "user_id,item_id,position,click,propensity,time",
        "a,x,2,0,0.5,1",
        "b,y,10,1,.25,2",
        "a,x,2,perhaps,0.5,3",
        "a,,2,1,0.5,4",
        "b,x,10,true,0,5",
        "c,x,2,True,1e-1,6",
    ]
    log = read_impressions(written(tmp_path, "\n".join(rows)))
    assert log.items.to_pylist() == ["x", "y"]
    assert log.users.to_pylist() == ["a", "b", "c"]
    assert (log.item.tolist(), log.user.tolist(), log.click.tolist()) == ([0, 1, 0], [0, 1, 2], [0, 1, 1])
    assert (log.positions, log.position.tolist(), log.propensity.tolist()) == (["2", "10"], [0, 1, 0], [0.5, 0.25, 0.1])
    assert (log.told["rows"], log.told["refused_count"]) == (6, 3)
    assert {one["reason"]: (one["rows"], one["first_row"]) for one in log.told["refused"]} == {
        "the click is neither 0 nor 1": (1, 3),
        "no item": (1, 4),
        "the propensity is not above 0 and at most 1": (1, 5),
    }


def test_what_mind_writes_is_taken_apart(tmp_path):
    rows = [
        "1\tU13\t11/15/2019 12:37:50 PM\tN1 N2\tN3-0 N4-1",
        "2\tU7\t11/15/2019 1:07:50 PM\t\tN4-0 N5-0 N-6-1",
    ]
    log = read_impressions(written(tmp_path, "\n".join(rows) + "\n", "behaviors.tsv"))
    assert [log.items[at].as_py() for at in log.item] == ["N3", "N4", "N4", "N5", "N-6"]
    assert [log.users[at].as_py() for at in log.user] == ["U13", "U13", "U7", "U7", "U7"]
    assert (log.click.tolist(), log.positions, log.propensity) == ([0, 1, 0, 0, 1], [""], None)


def test_drawn_at_random_each_item_of_a_place_is_as_likely(tmp_path):
    log = read_impressions(written(tmp_path, "item,click,slot\nx,0,1\ny,1,1\nz,0,1\nx,1,2\n"))
    assert log.shown_at_random().propensity == pytest.approx(np.array([1 / 3, 1 / 3, 1 / 3, 1]))


def test_what_is_not_clear_is_asked(tmp_path):
    path = written(tmp_path, "a,b,c\nx,1,0\n")
    with pytest.raises(WorkbenchError, match="--columns item=NAME"):
        read_impressions(path)
    assert read_impressions(path, columns_of("item=a, clicked=2")).click.tolist() == [0]
    for wrong, words in (("article=a", "article"), ("item=a,item=b", "named twice"), ("item=", "not named")):
        with pytest.raises(WorkbenchError, match=words):
            columns_of(wrong)
    with pytest.raises(WorkbenchError, match="no impression that can be read: the click"):
        read_impressions(written(tmp_path, "item,click\nx,7\n"))


def test_a_place_that_is_no_number_has_no_order(tmp_path):
    log = read_impressions(written(tmp_path, "item,click,position\nx,0,1\ny,1,first\nz,0,\n"))
    assert (log.told["refused_count"], log.told["refused"][0]["reason"]) == (2, "the position is no number")
