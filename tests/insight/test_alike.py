"""What is like an item by its vectors, what is written about it, and small pictures of it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from workbench.cli import main
from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.insight import finding, looking
from workbench.insight.thumbnails import small_picture, thumbnails
from workbench.training.run import Run
from workbench.training.train import train_run

GO = Control()
POSTERS = {"i0": (1, 0.1), "i1": (1, 0), "i2": (0, 1), "i3": (-1, -1), "i4": (0.9, 0.4)}  # i5 has none


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("alike")
    rows = [f"u{user},i{(user + step) % 6},{4 + step % 2}" for user in range(8) for step in range(4)]
    (place / "ratings.csv").write_text("user,item,rating\n" + "\n".join(rows), encoding="utf-8")
    (place / "items.csv").write_text("item,title,plot\n" + "\n".join(f"i{n},Film {n},Plot {n}" for n in range(6)))
    np.save(place / "posters.npy", np.array(list(POSTERS.values()), np.float32))
    (place / "posters.ids.txt").write_text("\n".join(POSTERS))
    (place / "pictures").mkdir()
    Image.new("RGB", (600, 400), "red").save(place / "pictures" / "i0.png")
    (place / "pictures" / "i1.jpg").write_text("broken")
    import_file(
        place / "ratings.csv",
        place / "data",
        items=place / "items.csv",
        vectors={"posters": place / "posters.npy"},
        pictures=place / "pictures",
    )
    run = Run.create(place / "run", place / "data", "popularity")
    train_run(run.folder)
    return place


def test_neighbours_by_a_kind_of_vectors_are_those_of_the_largest_cosine(place):
    found = looking.similar(str(place / "run"), "i0", GO, k=6, by="posters")
    rows = np.array(list(POSTERS.values()))
    rows = rows - rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = {f"i{n}": float(rows[n] @ rows[0]) for n in range(1, 5)}
    assert [one["item"] for one in found["items"]] == sorted(cosine, key=lambda item: -cosine[item])
    assert [one["score"] for one in found["items"]] == pytest.approx(sorted(cosine.values(), reverse=True), abs=1e-6)
    assert (found["how"], found["by"]) == ("content", "posters")
    assert looking.similar(str(place / "run"), "i5", GO, by="posters")["items"] == [], "nothing is known of it"
    with pytest.raises(WorkbenchError, match=r"no kind of item vectors 'poster'.*posters"):
        looking.similar(str(place / "run"), "i0", GO, by="poster")


def test_the_command_says_what_was_compared(place, capsys):
    assert main(["similar", str(place / "run"), "--item", "i0", "--by", "posters"]) == 0
    said = capsys.readouterr().out
    assert "cosine of their vectors of the kind 'posters'" in said
    assert said.index("Film 1") < said.index("Film 3")


def test_the_story_of_an_item_has_its_text_and_neighbours_of_each_kind(place):
    told = finding.item_story(str(place / "run"), "i0", GO)
    assert told["text"] == "Plot 0"
    assert list(told["alike"]) == ["posters"]
    assert told["alike"]["posters"][0]["item"] == "i1"
    assert told["alike"]["posters"][0]["title"] == "Film 1"


def test_small_pictures_are_decoded_and_what_is_none_is_left_out(place, tmp_path):
    found = thumbnails(str(place / "run"), ["i0", "i1", "i2", "nobody"], GO)
    assert found["any"] is True
    assert list(found["pictures"]) == ["i0"]
    with Image.open(io.BytesIO(base64.b64decode(found["pictures"]["i0"]))) as small:
        assert small.size == (96, 64)
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.png").symlink_to(tmp_path / "secret.png")
    assert small_picture(str(tmp_path / "inside" / "link.png")) is None
    assert small_picture(str(tmp_path / "gone.png")) is None


def test_data_without_pictures_says_so(place, tmp_path):
    import_file(place / "ratings.csv", tmp_path / "data")
    run = Run.create(tmp_path / "run", tmp_path / "data", "popularity")
    train_run(run.folder)
    assert thumbnails(str(run.folder), ["i0"], GO) == {"any": False, "pictures": {}}
    with pytest.raises(WorkbenchError, match="has no item vectors"):
        looking.similar(str(run.folder), "i0", GO, by="posters")
