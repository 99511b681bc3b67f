"""What the window and the command line say of a file, beside the guess."""

import json
import zipfile

import pytest

from workbench.cli import main
from workbench.control import Control
from workbench.data.importing.duplicates import list_duplicates
from workbench.data.importing.importer import import_file, inspect, make_recipe, read_interactions
from workbench.data.importing.preview import import_data, preview
from workbench.data.importing.recipes import open_recipe
from workbench.data.importing.remembered import recall, shape_of
from workbench.data.reading.sniffing import sniff
from workbench.errors import WorkbenchError
from workbench.files import write_json
from workbench.project import Project


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Nothing is remembered from another test."""
    monkeypatch.setenv("RECWB_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def write(tmp_path):
    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def look(path, **known):
    return preview(str(path), Control(), known=known)


# What is known is kept, and the rest guessed by it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "wanted"),
    [
        ("user;item;rating\na;b;1,5\n", {"decimal": "."}, {"delimiter": ";", "header": True, "decimal": "."}),
        ("a~b~3\nc~d~4\n", {"delimiter": "~"}, {"header": False, "kind": "table"}),
        ("user,item\na,b\n", {"header": False}, {"header": False, "delimiter": ","}),
        ("1 2 3\n4 5 6\n", {"kind": "lists"}, {"kind": "lists", "delimiter": " ", "header": False}),
        ("user,a,b\nx,1,\ny,,2\n", {"kind": "matrix"}, {"kind": "matrix", "first": "user", "header": True}),
        ('a,"b\nc,d\n', {"quotes": False}, {"quotes": False}),
        ("//x\nuser,item\na,b\n", {"comment": "//"}, {"comment": "//", "header": True}),
    ],
)
def test_what_is_known_is_kept_and_the_rest_guessed_by_it(write, text, known, wanted):
    found = sniff(write("r.csv", text), known).model_dump()
    assert {name: found[name] for name in wanted} == wanted


def test_with_the_right_encoding_the_delimiter_is_seen(write):
    text = "用户,物品,评分\n甲,乙,5\n丙,丁,4\n"
    path = write("r.csv", text, "utf-16-le")
    assert look(path, encoding="utf-16-le")["names"] == ["用户", "物品", "评分"]


def test_a_matrix_can_be_read_as_a_table_after_all(write):
    names = ["user", *(f"c{i}" for i in range(30))]
    path = write(
        "m.csv", ",".join(names) + "\n" + "".join(f"u{i}," + ",".join(["", "3"] * 15) + "\n" for i in range(9))
    )
    assert look(path)["format"]["kind"] == "matrix"
    assert len(look(path, kind="table")["names"]) == 31


def test_one_of_several_files_in_a_zip_is_chosen(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/tags.csv", "user,tag\nu,x\n")
        archive.writestr("a/my_ratings_2.csv", "user;item;rating\nu;i;3\nu;j;4\n")
        archive.writestr("README.txt", "hello")
    seen = look(path)
    assert seen["members"] == ["a/tags.csv", "a/my_ratings_2.csv"]
    assert (seen["format"]["member"], seen["format"]["delimiter"]) == ("a/my_ratings_2.csv", ";")
    assert look(path, member="a/tags.csv")["names"] == ["user", "tag"]
    with pytest.raises(WorkbenchError, match=r"holds no file 'b\.csv', but a/tags\.csv"):
        look(path, member="b.csv")


# Duplicates -------------------------------------------------------------------------------------------------------------

TWICE = "user,item,rating,time\nu,a,5,1000000005\nu,b,3,1000000001\nbad\nu,a,1,1000000001\nv,a,1,7\nv,a,2,7\n"


@pytest.mark.parametrize(
    ("policy", "outcomes"),
    [
        ("last", {2: "kept", 5: "left out", 6: "left out", 7: "kept"}),
        ("first", {2: "left out", 5: "kept", 6: "kept", 7: "left out"}),
        ("mean", {2: "merged", 5: "merged", 6: "merged", 7: "merged"}),
    ],
)
def test_duplicates_are_listed_with_their_lines_and_what_became_of_them(write, tmp_path, policy, outcomes):
    path = write("r.csv", TWICE)
    recipe = make_recipe(path, read={"duplicates": policy})
    import_file(path, tmp_path / "data", recipe)
    found = list_duplicates(tmp_path / "data")
    assert (found["rows"], found["pairs"]) == (4, 2)
    assert {row["line"]: row["outcome"] for row in found["shown"]} == outcomes
    data, _, _ = read_interactions(path, recipe)
    if policy != "mean":  # the ratings that are said to be kept are those that were kept
        kept = {(row["user"], row["item"]): row["rating"] for row in found["shown"] if row["outcome"] == "kept"}
        ids = [(data.user_ids[int(u)].as_py(), data.item_ids[int(i)].as_py()) for u, i in zip(data.user, data.item)]  # noqa: B905
        assert {pair: rating for pair, rating in zip(ids, data.rating.tolist(), strict=True) if pair in kept} == kept
    lines = (tmp_path / "data" / "duplicates.csv").read_text().splitlines()
    assert len(lines) == 5
    assert lines[1].startswith('"",2,"u","a",5,')


def test_duplicates_of_lists_stand_in_one_line(write, tmp_path):
    import_file(write("l.txt", "1 2 3 3\n2 4\n3 4 5\n"), tmp_path / "data")
    found = list_duplicates(tmp_path / "data")["shown"]
    assert [(row["line"], row["user"], row["item"]) for row in found] == [(1, "1", "3")] * 2


def test_an_own_test_may_repeat_what_is_learned_from(write, tmp_path):
    files = {"train": write("a.csv", "user,item\nu,a\nu,a\n"), "test": write("b.csv", "user,item\nu,a\n")}
    import_file(files, tmp_path / "data")
    found = list_duplicates(tmp_path / "data")["shown"]
    assert [(row["file"], row["line"]) for row in found] == [("a.csv", 2), ("a.csv", 3)]


def test_duplicates_of_another_file_are_not_listed(write, tmp_path):
    path = write("r.csv", TWICE)
    import_file(path, tmp_path / "data")
    path.write_text("user,item\na,b\n")
    with pytest.raises(WorkbenchError, match="changed"):
        list_duplicates(tmp_path / "data")


def test_counts_add_up_unless_something_else_is_said(write):
    path = write("r.csv", "user,item,plays\nu,a,3\nu,a,4\n")
    assert look(path)["duplicates"] == ["sum", "counts of the same user and item add up"]
    assert read_interactions(path)[0].rating.tolist() == [7]
    assert make_recipe(path, read={"duplicates": "max"}).duplicates == "max"


# Recipes ----------------------------------------------------------------------------------------------------------------


def imported(path, project, recipe, **more):
    return import_data(str(path), str(project.folder / "data" / path.stem), Control(), recipe.model_dump(), **more)


def test_a_corrected_recipe_is_remembered_for_files_of_its_shape(write, tmp_path):
    project = Project.create(tmp_path / "project")
    first = write("2019.csv", "a;b;c\nu;i;3\nv;j;4\n")
    recipe = make_recipe(first, "user=b,item=a,rating=c", {"duplicates": "max", "decimal": ","})
    imported(first, project, recipe)
    second = write("2020.csv", "a;b;c\nx;y;1\n")
    seen = look(second)
    assert seen["remembered"]["file"] == "2019.csv"
    assert seen["remembered"]["recipe"] == recipe.model_dump()
    assert seen["format"]["decimal"] == ","
    assert preview(str(second), Control(), again=True)["remembered"] is None
    assert look(second, header=True)["remembered"] is None  # the person has begun to say something
    assert look(write("other.csv", "a;b;d\nx;y;1\n"))["remembered"] is None


def test_what_was_only_guessed_needs_no_memory_but_for_its_filters(write, tmp_path):
    project = Project.create(tmp_path / "project")
    path = write("r.csv", "user,item,rating\nu,i,3\nv,j,4\n")
    imported(path, project, make_recipe(path))
    assert look(path)["remembered"] is None
    project.filters = [{"name": "rating", "settings": {"low": 4.0}}]
    project.save()
    before = look(path)["remembered"]
    assert (before["filters"], before["filter_words"]) == (project.filters, "ratings from 4")


def test_a_damaged_memory_is_no_trouble(write, tmp_path):
    (tmp_path / "home" / "recipes.json").write_text("{")
    path = write("r.csv", "user,item\nu,i\n")
    assert look(path)["remembered"] is None
    assert recall(shape_of(["user", "item"], sniff(path))) is None


def test_shapes_tell_files_apart_by_names_or_by_width_and_delimiter(write):
    def shape(text):
        path = write("r.csv", text)
        seen = look(path)
        return shape_of(seen["names"], sniff(path))

    assert shape("user,item\na,b\n") == shape("user,item\nc,d\n")
    assert shape("1,2,3\n4,5,6\n") == shape("7,8,9\n1,2,3\n")
    assert shape("1,2,3\n4,5,6\n") != shape("1;2;3\n4;5;6\n")
    assert shape("1,2,3\n4,5,6\n") != shape("1,2,3,4\n4,5,6,7\n")


def test_a_stored_recipe_is_read_from_its_own_file_or_from_a_data_folder(write, tmp_path):
    path = write("r.csv", "user,item,rating\nu,i,3\nv,j,4\n")
    recipe = make_recipe(path, read={"duplicates": "mean"})
    import_file(path, tmp_path / "data", recipe)
    assert open_recipe(tmp_path / "data" / "data.json") == (recipe, [])
    filters = [{"name": "rating", "settings": {"low": 4.0}}]
    write_json(tmp_path / "recipe.json", {"recipe": recipe.model_dump(), "filters": filters})
    assert open_recipe(tmp_path / "recipe.json") == (recipe, filters)
    with pytest.raises(WorkbenchError, match="recipe"):
        open_recipe(write("x.json", "[1]"))
    odd = ({"columns": {"user": -1, "item": 1}}, {"format": {"skip": -1}}, {"format": {"skip": 10**9}}, {"time": "x"})
    for change in odd:
        with pytest.raises(WorkbenchError, match=r"x.json holds no recipe \("):
            open_recipe(write("x.json", json.dumps({"recipe": recipe.model_dump(mode="json") | change})))


def test_accents_that_come_late_are_latin_1_unless_the_person_chose(write, tmp_path):
    text = "user,item\n" + "a,b\n" * 20_000 + "é,ü\n" * 9
    path = write("r.csv", text, "latin-1")
    project = Project.create(tmp_path / "project")
    recipe = make_recipe(path)
    assert recipe.format.encoding == "utf-8"
    assert imported(path, project, recipe, guessed=True)["report"]["refused_count"] == 0
    assert imported(path, project, recipe)["report"]["refused_count"] == 9


# The command line -------------------------------------------------------------------------------------------------------


def test_the_command_line_corrects_and_joins(write, tmp_path, capsys):
    path = write("r.csv", "user;item;plays\nu;i;3\nu;i;4\nv;j;4\n")
    write("items.csv", "item,title\ni,One\nz,Other\n")
    write("users.csv", "user,age\nu,3\nv,4\n")
    (tmp_path / "posters").mkdir()
    (tmp_path / "posters" / "j.png").touch()
    options = ["--items", "items.csv", "--users", "users.csv", "--pictures", "posters"]
    options = [str(tmp_path / option) if not option.startswith("--") else option for option in options]
    assert main(["inspect", str(path), "--read", "duplicates=max", *options, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "1; the highest is kept" in said
    assert "1 of 2 items matched; 1 without (such as j); 1 of other items (such as z)" in said
    assert "2 of 2 users matched" in said


def test_a_setting_that_is_none_is_told(write):
    path = write("r.csv", "user,item\nu,i\n")
    with pytest.raises(WorkbenchError, match="Did you mean 'decimal'"):
        make_recipe(path, read={"decimals": ","})
    with pytest.raises(WorkbenchError, match="header must be yes or no, not 'perhaps'"):
        make_recipe(path, read={"header": "perhaps"})
    with pytest.raises(WorkbenchError, match="duplicates must be one of last, first"):
        make_recipe(path, read={"duplicates": "none"})
    for skip in ("two", "-1", "1001"):
        with pytest.raises(WorkbenchError, match=f"skip must be a whole number at least 0 .*, not '{skip}'"):
            make_recipe(path, read={"skip": skip})
    assert make_recipe(path, "user=0,item=1", read={"header": "no", "delimiter": "comma"}).format.header is False


def test_training_takes_a_stored_recipe_with_its_filters(write, tmp_path, capsys):
    rows = "".join(f"u{i % 6};i{i % 7};{i % 5 + 1}\n" for i in range(42))
    path = write("r.csv", "who;what;stars\n" + rows)
    recipe = make_recipe(path, "user=who,item=what,rating=stars")
    filters = [{"name": "rating", "settings": {"low": 2.0}}]
    write_json(tmp_path / "recipe.json", {"recipe": recipe.model_dump(), "filters": filters})
    command = ["train", str(path), "--algorithm", "popularity", "--recipe", str(tmp_path / "recipe.json")]
    assert main([*command, "--run", str(tmp_path / "run"), "--quiet"]) == 0
    from workbench.training.run import Run

    assert Run.open(tmp_path / "run").spec.filters[0]["settings"]["low"] == 2.0
    assert main([*command, "--run", str(tmp_path / "other"), "--columns", "user=a,item=b"]) == 2


def test_inspect_and_preview_agree_on_the_duplicates(write):
    path = write("r.csv", "user,item,plays\nu,a,3\nu,a,4\n")
    assert inspect(path)["duplicates_as"] == look(path)["duplicates"][0]
