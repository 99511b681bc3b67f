"""Lists for people who are not in the data."""

import json

import pyarrow.csv as pc
import pytest

from workbench.algorithms import find
from workbench.data.filtering import make_filter
from workbench.data.importing.newcomers import read_newcomers
from workbench.data.importing.recipes import make_recipe
from workbench.insight.new_people import about_histories
from workbench.training.run import Run


@pytest.fixture(scope="module")
def histories(trained, folder):
    """What the run was shown of each of its people, as a file of other people; and three odd ones."""
    run = Run.open(trained["ease"])
    shown, items = run.fold.shown_at_test, run.data.item_ids.to_pylist()
    columns = (shown.user, shown.item, shown.rating, shown.time)
    rows = [f"new {u},{items[i]},{rating:g},{time // 1000}" for u, i, rating, time in zip(*columns, strict=True)]
    rows += ["stranger,nowhere,3,1", "stranger,elsewhere,4,2", "u003,i4,5,1", "odd,i1,many,1"]
    path = folder / "histories.csv"
    path.write_text("\n".join(["user,item,rating,time", *rows]) + "\n")
    return path


def test_a_history_gives_the_list_of_the_person_whose_it_is(trained, histories, tmp_path, value):
    names = "user,item,score,basis,hit"
    value("recommend", trained["ease"], "--all", "--columns", names, "--output", tmp_path / "known.csv")
    done = value(
        "recommend", trained["ease"], "--history", histories, "--columns", names, "--output", tmp_path / "new.csv"
    )
    ids = Run.open(trained["ease"]).data.user_ids.to_pylist()
    known = [(f"new {ids.index(row['user'])}", *list(row.values())[1:4]) for row in _rows(tmp_path / "known.csv")]
    new = _rows(tmp_path / "new.csv")
    assert [tuple(row.values())[:4] for row in new if row["user"].startswith("new")] == known
    assert {row["hit"] for row in new} == {None}
    told = done["history"]
    assert (told["people"], told["in_data"], told["refused_count"], done["popular"]) == (42, 1, 1, 1)
    assert (told["unknown_rows"], told["examples"], told["without_history"]) == (2, ["nowhere", "elsewhere"], 1)
    personal = {row["user"] for row in new if row["basis"] == "model"}
    assert {row["user"] for row in new} - personal == {"stranger"}
    assert done["filled"] == sum(row["basis"] == "popularity" for row in new) - 10
    counts = Run.open(trained["ease"]).fold.train.item_counts
    assert max(row["score"] for row in new if row["user"] == "stranger") == counts.max()
    # Who is in the data, too, is known by the file alone: not by what they had.
    assert "i4" not in [row["item"] for row in new if row["user"] == "u003"]
    assert len([row for row in new if row["user"] == "u003"]) == 10


def test_one_person_of_a_file_has_a_list_that_can_be_changed(trained, folder, tmp_path, value, fails, ask):
    histories, out = tmp_path / "new.csv", tmp_path / "lists.csv"
    histories.write_text("user,item,rating\nann,i20,5\nann,i21,4\nbob,i3,5\n")
    run, of_file = trained["ease"], ("recommend", trained["ease"], "--history", histories)
    value(*of_file, "--output", out)
    both = _rows(out)
    value(*of_file, "--user", "ann", "--output", out)
    assert _rows(out) == [row for row in both if row["user"] == "ann"]
    value(*of_file, "--user", "ann", "--pin", both[4]["item"], "--output", out)
    assert [row["item"] for row in _rows(out)][:2] == [both[4]["item"], both[0]["item"]]
    # Bob with what Ann has, in her order, is Ann.
    words = "--remove=i3", "--add=i20=5", "--add=i21=4"
    value(*of_file, "--user", "bob", *words, "--output", out)
    assert [(row["item"], row["score"]) for row in _rows(out)] == [(row["item"], row["score"]) for row in both[:10]]
    assert "no user 'eve' in the file" in fails(*of_file, "--user", "eve", "--output", out)
    assert "without a history" in fails(*of_file, "--new", "--output", out)
    assert ask(*of_file, "--all", "--output", out)[0] == ask("recommend", run, "--output", out)[0] == 2


def test_a_file_of_histories_is_read_whatever_divides_it_and_its_columns_are_called(
    trained, folder, tmp_path, value, fails
):
    run, out = trained["ease"], tmp_path / "lists.csv"
    rows = [("ann", "i20", 5), ("ann", "i21", 4), ("bob", "i3", 5)]
    lists = []
    for mark, names in (
        (",", "user,item,rating"),
        (";", "user,item,rating"),
        (";", "wer,was,note"),
        (",", "wer,was,note"),
    ):
        text = [names.split(","), *map(list, rows)]
        (tmp_path / "new.csv").write_text("".join(mark.join(map(str, row)) + "\n" for row in text))
        done = value("recommend", run, "--history", tmp_path / "new.csv", "--output", out)
        assert (done["history"]["people"], done["history"]["unknown_rows"]) == (2, 0), (mark, names)
        lists.append(_rows(out))
    assert all(one == lists[0] for one in lists)
    assert "has other columns than the data" in fails(
        "recommend", run, "--history", folder / "titles.csv", "--output", out
    )


def _rows(path):
    return pc.read_csv(path).to_pylist()


def test_what_is_odd_about_a_file_is_told(trained, histories, tmp_path, ask, fails, monkeypatch):
    run, out = trained["ease"], tmp_path / "new.jsonl"
    _, said, _ = ask("recommend", run, "--history", histories, "--output", out, "--quiet")
    for words in ("1 of 4", "the history in the file was taken", "2 rows of 2 items that the run does not", "nowhere"):
        assert words in said
    other = tmp_path / "other.tsv"
    other.write_text("person\tmovie\n" + "".join(f"p{n % 3}\ti{n}\n" for n in range(20)))
    _, said, _ = ask("recommend", run, "--history", other, "--output", out, "--quiet")
    assert "another shape than the data, and was read by a guess (user=person, item=movie)" in said
    assert {json.loads(line)["user"] for line in out.read_text().splitlines()} == {"p0", "p1", "p2"}
    assert "read for this" in fails("recommend", run, "--history", histories, "--output", histories)
    monkeypatch.setattr(find("ease"), "fold_in", "none")
    said = fails("recommend", run, "--history", histories, "--output", out)
    assert "cannot score people who were not in training" in said
    assert "folds in new people" in said


def test_the_rules_of_the_run_hold_for_new_people(trained, tmp_path):
    data, path = Run.open(trained["ease"]).data, tmp_path / "few.csv"
    path.write_text("user,item,rating,time\nn,i1,5,3\nn,i2,1,1\nn,i3,4,2\n")

    def read(declared=("positives",), filters=(), feedback=()):
        found = read_newcomers(path, data, make_recipe(path, feedback=feedback), declared, filters)
        return [data.item_ids[item].as_py() for item in found.histories[0]], len(found.seen.item), found.histories

    assert read()[:2] == (["i2", "i3", "i1"], 3)
    assert read(filters=[make_filter({"name": "rating", "settings": {"low": 4}})])[:2] == (["i3", "i1"], 3)
    liked = [("rating", "5:3,4:1,seen=1")]
    items, seen, shown = read(feedback=liked)
    assert (items, seen, shown.weight) == (["i3", "i1"], 3, None)
    assert read(("weights",), feedback=liked)[2].weight.tolist() == [1, 3]
    # Ratings and times that the file lacks, where the data has them.
    path.write_text("user,item\nn,i5\nn,i9\n")
    items, _, shown = read()
    assert items == ["i5", "i9"]
    assert shown.rating.tolist() == pytest.approx([float(data.rating.mean())] * 2)
    assert shown.time.tolist() == [int(data.time.max()) - 1, int(data.time.max())]


def test_new_items_are_listed_where_they_can_be_placed(trained, folder, tmp_path, ask, value, fails):
    run, out, new = tmp_path / "content", tmp_path / "lists.csv", tmp_path / "new.csv"
    given = ["--items", folder / "titles.csv", "--run", run, "--set", "popularity=0", "--quiet"]
    assert ask("train", folder / "ratings.csv", "--algorithm", "content", *given)[0] == 0
    first = value("recommend", run, "--all", "--output", out) and _rows(out)
    new.write_text('item,title,year\nn1,"Title, the 5th",1985\nn2,,\ni5,Another title,2001\n')
    done = value("recommend", run, "--all", "--items", new, "--output", out, "--k", "11")
    rows = _rows(out)
    assert done["new_items"]["number"] == 2
    assert done["new_items"]["examples"] == ["n1", "n2"]
    assert done["new_items"]["listed"] == sum(row["item"].startswith("n") for row in rows) > 0
    # A new item like one that a person had stands in their list under its own title; all others keep their scores.
    own = [row for row in rows if row["user"] == first[0]["user"]]
    assert {row["title"] for row in rows if row["item"] == "n1"} == {"Title, the 5th"}
    known = [row["score"] for row in own if not row["item"].startswith("n")][:10]
    assert known == [row["score"] for row in first if row["user"] == first[0]["user"]][: len(known)]
    assert "2 new items placed" in ask("recommend", run, "--all", "--items", new, "--output", out, "--quiet")[1]
    assert "cannot place items" in fails("recommend", trained["ease"], "--all", "--items", new, "--output", out)
    assert "no item that the run does not know" in fails(
        "recommend", run, "--all", "--items", folder / "titles.csv", "--output", out
    )


def test_what_was_wished_and_cannot_be_met_is_said(trained, tmp_path, value, ask):
    run, out = trained["ease"], tmp_path / "lists.csv"
    data = Run.open(run).data
    mine = [data.item_ids[at].as_py() for at in Run.open(run).fold.shown_at_test.by_user[1].tolist()]
    user = ("recommend", run, "--user", data.user_ids[1].as_py(), "--output", out)
    wishes = f"--remove={mine[0]}", "--remove=i1", "--rate=i3=5", f"--add={mine[1]}", f"--pin={mine[2]}", "--add=i5"
    assert value(*user, *wishes)["unmet"] == [
        "i1: not in the history, so that nothing was removed.",
        "i3: not in the history, so that no rating was changed.",
        f"{mine[1]}: in the history already, and not added again.",
        f"{mine[2]}: not at the top, because the user has it and lists leave out what users have.",
    ]
    assert "nothing was removed" in ask(*user, "--remove=i1", "--quiet")[1]
    assert "unmet" not in value(*user, f"--remove={mine[0]}", "--add=i5", "--pin=i7")
    low, high = Run.open(run).data.rating.min(), Run.open(run).data.rating.max()
    assert value(*user, f"--add=i5={high + 90:g}", f"--rate={mine[0]}={low:g}")["unmet"] == [
        f"i5: rated beyond the data, whose ratings go from {low:g} to {high:g}; it counts as it is."
    ]


def test_an_order_that_the_data_do_not_allow_is_said(trained, tmp_path, value, fails):
    user = "--user", Run.open(trained["ease"]).data.user_ids[1].as_py(), "--output", tmp_path / "lists.csv"
    told = value("recommend", trained["ease"], *user, "--order=calibration=.5", "--order=per-genre=1")["unmet"]
    assert told == ["calibration and per-genre: no effect, because the genres of the items are not known."]
    twice = fails("recommend", trained["ease"], *user, "--order=diversity=.5", "--order=diversity=.1")
    assert "--order diversity is given twice" in twice


def test_ratings_beyond_the_scale_and_ratings_that_are_not_there_are_told(trained, tmp_path, value):
    run, file = trained["ease"], tmp_path / "new.csv"
    low, high = Run.open(run).data.rating.min(), Run.open(run).data.rating.max()
    file.write_text(f"user,item,rating\nann,i1,{high + 90}\nann,i2,{low}\n")
    told = value("recommend", run, "--history", file, "--output", tmp_path / "a.csv")["history"]
    assert (told["off_scale"], told["scale"], told["mean_taken"]) == (1, [low, high], False)
    assert about_histories(told)[-1].startswith("1 rating beyond those of the data, ")
    file.write_text("user,item\nann,i1\nann,i2\n")
    told = value("recommend", run, "--history", file, "--output", tmp_path / "b.csv")["history"]
    assert (told["off_scale"], told["mean_taken"]) == (0, True)
    assert "The file has no ratings: the mean rating of the data was taken." in about_histories(told)
