"""A file format that is one new file: whatever reads files reads it."""

import gzip
import zipfile

import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file, make_recipe, read_interactions
from workbench.data.importing.preview import preview
from workbench.data.importing.recipes import Recipe
from workbench.data.interactions import Interactions
from workbench.data.reading.formats import all_formats, endings
from workbench.data.reading.sniffing import sniff
from workbench.errors import WorkbenchError


def test_it_is_recognised_and_read(new_format, tmp_path):
    assert sniff(new_format).kind == "notes"
    about = import_file(new_format, tmp_path / "data")
    assert about["recipe"]["format"]["kind"] == "notes"
    assert (about["report"]["rows"], about["report"]["refused_count"]) == (88, 0)
    data = Interactions.open(tmp_path / "data")
    assert (data.n_users, data.n_items) == (8, 11)
    assert "film 7" in data.item_ids.to_pylist()
    recipe = Recipe.model_validate(make_recipe(new_format).model_dump())
    assert read_interactions(new_format, recipe)[0].content_hash == data.content_hash


def test_it_may_be_packed(new_format, tmp_path):
    packed = tmp_path / "x.gz"
    packed.write_bytes(gzip.compress(new_format.read_bytes()))
    assert read_interactions(packed)[1].kept == 88
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("read me.md", "about")
        archive.write(new_format, "mine.notes")
    assert sniff(tmp_path / "x.zip").member == "mine.notes"


def test_it_is_previewed(new_format):
    seen = preview(str(new_format), Control())
    assert seen["names"] == ["user", "item", "rating"]
    assert seen["rows"][0] == ["u0", "film 0", "1"]
    assert seen["columns"] == {"user": "user", "item": "item", "rating": "rating", "time": None}


def test_a_row_that_it_cannot_read_is_told(new_format):
    new_format.write_text(new_format.read_text(encoding="utf-8") + "what is this\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"mine\.notes is damaged: it could not be read \(no note: 'what"):
        read_interactions(new_format)


def test_after_the_test_it_was_never_there(tmp_path):
    assert "notes" not in all_formats()
    assert ".notes" not in endings()
    stored = make_recipe_of(tmp_path)
    with pytest.raises(ValueError, match="a file format that this version does not know: notes"):
        Recipe.model_validate(stored | {"format": stored["format"] | {"kind": "notes"}})


def make_recipe_of(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("user,item,rating\na,b,3\nc,d,4\n")
    return make_recipe(path).model_dump()


def test_every_format_declares_its_words():
    for kind in all_formats().values():
        assert kind.title
        assert kind.sentence
        assert kind.recognise.__func__ is not None
        assert all(ending.startswith(".") and ending.islower() for ending in kind.endings)
    asked = list(all_formats())
    assert (asked[0], asked[-1]) == ("excel", "table")  # a workbook is a zip; a table is whatever nobody else knows
