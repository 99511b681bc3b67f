"""Groups of users by what is known of them: their segments add up, and the gap between users is the gap between them."""

import math

import numpy as np
import pyarrow as pa
import pytest

from tests.metrics.test_beyond import lists
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions
from workbench.data.side_files.people import Users
from workbench.errors import WorkbenchError
from workbench.evaluation.segments import MAX_GROUPS, attribute, by_users
from workbench.metrics import all_metrics
from workbench.training import comparing
from workbench.training import results as kept
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


def people(**attributes):
    n = len(next(iter(attributes.values())))
    ids = pa.array([f"u{number}" for number in range(n)])
    return Users(ids, pa.table({name: pa.array(values, pa.string()) for name, values in attributes.items()}))


def test_values_are_groups_the_commonest_first():
    group, names = attribute(people(gender=["F", "M", "M", None, "M"]), "Gender")
    assert names == ["M", "F"]
    assert group.tolist() == [1, 0, 0, -1, 0]


def test_many_words_leave_others_and_many_numbers_become_bands():
    words = [f"w{n}" for n in range(2 * MAX_GROUPS)] + ["w0"]
    group, names = attribute(people(town=words), "town")
    assert names[0] == "w0"
    assert names[-1] == "others"
    assert len(names) == MAX_GROUPS + 1
    assert np.bincount(group).tolist() == [2, *[1] * (MAX_GROUPS - 1), MAX_GROUPS]
    ages = [str(n) for n in range(1, 101)]
    group, names = attribute(people(age=ages[::-1]), "age")
    assert names == ["1 to 20", "21 to 40", "41 to 60", "61 to 80", "81 to 100"]
    assert np.bincount(group).tolist() == [20] * 5
    assert names[group[0]] == "81 to 100"
    few = attribute(people(age=["25", "7", "25", "18"]), "age")
    assert few[1] == ["7", "18", "25"]  # codes of few numbers stay, in their order
    assert few[0].tolist() == [2, 0, 2, 1]


def test_what_is_not_known_is_said():
    with pytest.raises(WorkbenchError, match="The users have no attributes"):
        attribute(None, "gender")
    with pytest.raises(WorkbenchError, match="gender"):
        attribute(people(gender=["F"]), "gendr")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Thirty people, those with an even number called even; odd ones have hidden items that nobody else chose."""
    place = tmp_path_factory.mktemp("groups")
    rows = ["user,item,rating,timestamp"]
    for user in range(30):
        for step in range(6):
            item = (user % 7 + step) % 12 if user % 2 == 0 or step < 5 else 100 + user
            rows.append(f"{user},{item},3,{step + 1000}")
    (place / "ratings.csv").write_text("\n".join(rows), encoding="utf-8")
    told = [f"{user},{'even' if user % 2 == 0 else 'odd'},{20 + user}" for user in range(29)]
    (place / "users.csv").write_text("\n".join(["id,kind,years", *told]), encoding="utf-8")
    import_file(place / "ratings.csv", place / "d", users=place / "users.csv")
    made = Run.create(place / "run", place / "d", "item-knn")
    train_run(made.folder)
    return made


def test_the_gap_is_that_between_the_means_of_the_groups(run):
    plain = evaluate_run(run)
    told = evaluate_run(run, groups="Kind")
    assert told["protocol"]["formulas"]["user_gap"].endswith("among groups of users by kind")
    assert plain["protocol"]["formulas"]["user_gap"].endswith("length of their history")
    users, values = kept.values_of(run, "ndcg@10")
    odd = np.array([int(one) % 2 for one in users.to_pylist()])
    known = np.array([one != "29" for one in users.to_pylist()])  # of whom nothing is known
    means = [values[known & (odd == one)].mean() for one in (0, 1)]
    assert told["metrics"]["user_gap@10"]["mean"] == pytest.approx(abs(means[0] - means[1]))
    assert means[0] > means[1]
    assert {key: one for key, one in told["metrics"].items() if "user_gap" not in key} == {
        key: one for key, one in plain["metrics"].items() if "user_gap" not in key
    }
    with pytest.raises(WorkbenchError, match="kind"):
        evaluate_run(run, groups="kidn")


def test_the_command_line_takes_groups(run, capsys):
    from workbench.cli import main

    assert main(["evaluate", str(run.folder), "--groups", "kind", "--json", "--quiet"]) == 0
    assert "among groups of users by kind" in capsys.readouterr().out
    assert main(["evaluate", str(run.folder), "--groups", "height"]) != 0
    assert "attribute of users" in capsys.readouterr().err


@pytest.mark.parametrize("by", ["kind", "user kind", "years"])
def test_segments_of_groups_sum_to_the_number_of_all(run, by):
    evaluate_run(run)
    users, values = kept.values_of(run, "ndcg@10")
    found = comparing.segments(run, "ndcg@10", by)
    assert math.fsum(one.part for one in found) == pytest.approx(values.mean(), rel=1e-12)
    assert sum(one.count for one in found) == len(values)
    assert found[-1].name == "unknown"
    if by != "years":
        even = values[[int(one) % 2 == 0 for one in users.to_pylist()]]
        assert next(one.mean for one in found if one.name == "even") == pytest.approx(even.mean())
    with pytest.raises(WorkbenchError, match="user kind"):
        comparing.segments(run, "ndcg@10", "user kin")


def test_the_gap_by_hand():
    user_gap, ndcg = (all_metrics()[name].function for name in ("user_gap", "ndcg"))
    values = ndcg(lists(), 3)
    assert float(user_gap(lists(groups=np.array([5, 2])), 3)) == pytest.approx(abs(values[0] - values[1]))
    for groups in ([-1, 2], [-1, -1], [3, 3]):
        assert np.isnan(user_gap(lists(groups=np.array(groups)), 3))


def test_attributes_of_movielens(shared_data, tmp_path):
    source = shared_data("ml-100k")
    import_file(source / "u.data", tmp_path / "d", users=source / "u.user")
    facts = Interactions.open(tmp_path / "d").user_features
    group, names = attribute(facts, "gender")
    assert (names, np.bincount(group).tolist()) == (["M", "F"], [670, 273])
    assert len(attribute(facts, "occupation")[1]) == 21
    assert len(attribute(facts, "age")[1]) == 5
    parts = by_users(np.ones(len(group)), *attribute(facts, "age"))
    assert max(one.count for one in parts) < 2 * min(one.count for one in parts)
