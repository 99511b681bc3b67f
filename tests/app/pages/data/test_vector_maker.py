"""Vectors are made from pictures or titles in the background and taken along with the file."""

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QFileDialog

ROWS = "user,item,rating\n" + "".join(f"u{n % 5},i{n % 3},4\n" for n in range(15))


def test_vectors_are_made_and_taken_along(real, write, tmp_path, monkeypatch):
    folder = tmp_path / "posters"
    folder.mkdir()
    for name, colour in (("i0", "red"), ("i1", "blue")):
        Image.new("RGB", (9, 9), colour).save(folder / f"{name}.png")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(folder))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "made.npy"), ""))
    real.offer(write("ratings.csv", ROWS))
    maker, slot = real.data.maker, real.data.sheet.further.slots["vectors"]
    assert [action.text() for action in real.data.sheet.further.menu.actions()[-2:]] == [
        action.text() for action in maker.actions.values()
    ]
    with real.qtbot.waitSignal(maker.made, timeout=20_000):
        maker.actions["pictures"].trigger()
        assert not maker.actions["texts"].isEnabled()
    assert slot.file == tmp_path / "made.npy"
    assert slot.isVisible()
    assert maker.actions["texts"].isEnabled()
    assert np.load(slot.file).shape == (2, 208)

    items = write("items.csv", "item,title\ni0,Star War\ni1,Star Trek\ni2,War and Trek\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(items), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "titles.npy"), ""))
    with real.qtbot.waitSignal(maker.made, timeout=20_000):
        maker.actions["texts"].trigger()
        real.data.sheet.file = tmp_path / "another.csv"  # what is made for one file is not taken along with another
    assert slot.file == tmp_path / "made.npy"
    assert len(np.load(tmp_path / "titles.npy")) == 3


def test_what_cannot_be_made_is_told_and_can_be_tried_again(real, write, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "empty"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "made.npy"), ""))
    real.offer(write("ratings.csv", ROWS))
    maker = real.data.maker
    with real.qtbot.waitSignal(real.session.jobs.failed, timeout=20_000) as failed:
        maker.actions["pictures"].trigger()
    assert "has no pictures" in failed.args[1]
    assert maker.actions["pictures"].isEnabled()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    maker.actions["pictures"].trigger()
    assert maker.actions["pictures"].isEnabled(), "who changes their mind starts nothing"
