"""Pictures become numbers that tell alike from unlike, and files that are none are refused in a sentence."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from workbench.control import Control
from workbench.encoding import encoder_for
from workbench.encoding.base.pixels import open_picture
from workbench.encoding.pictures import HEIGHT, WIDTH, describe
from workbench.errors import WorkbenchError


def png(width, height, rows):
    """A PNG that says to have a size, whatever is in it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def encode(folder):
    return encoder_for("pictures", None, {}).encode(folder, Control())


def test_numbers_by_hand():
    pixels = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    pixels[0, :, WIDTH // 2 :] = 255
    vector = describe(pixels)[0]
    colours, layout, edges = vector[:64], vector[64:136].reshape(6, 4, 3), vector[136:].reshape(3, 3, 8)
    assert colours[[0, 63]] == pytest.approx([0.5**0.5] * 2)
    assert np.count_nonzero(colours) == 2
    assert layout[:, :2] == pytest.approx(-(72**-0.5))
    assert layout[:, 2:] == pytest.approx(72**-0.5)
    assert np.argwhere(edges).tolist() == [[row, 1, 0] for row in range(3)]  # across, in the middle
    turned = describe(np.ascontiguousarray(pixels.transpose(0, 2, 1, 3).repeat(2, 1)[:, :HEIGHT, :WIDTH]))[0]
    assert set(np.argwhere(turned[136:].reshape(3, 3, 8))[:, 2].tolist()) <= {3, 4}  # down


def test_a_folder_with_all_that_can_lie_in_it(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("7", "red"), ("8", "darkred"), ("9", "blue")):
        Image.new("RGB", (30, 40), colour).save(folder / f"{name}.jpg")
    Image.new("LA", (5, 5), (255, 0)).save(folder / "clear.png")
    Image.new("P", (5, 5)).save(folder / "palette.gif")
    Image.new("RGB", (5, 5)).save(folder / "7.png")
    (folder / "bomb.png").write_bytes(png(60_000, 60_000, b""))
    (folder / "large.png").write_bytes(png(9_000, 9_000, b""))
    (folder / "cut.png").write_bytes(png(500, 500, bytes(900)))
    (folder / "text.jpg").write_text("no picture")
    (folder / "empty.webp").touch()
    (folder / "program.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    (folder / "notes.txt").write_text("not counted")
    Image.new("RGB", (5, 5)).save(tmp_path / "secret.jpg")
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    encoded = encode(folder)
    assert sorted(encoded.ids) == ["7", "8", "9", "clear", "palette"]
    assert np.isfinite(encoded.vectors).all()
    assert {one["name"] for one in encoded.refused.examples} == {
        *("7.png", "bomb.png", "large.png", "cut.png", "text.jpg", "empty.webp", "program.jpg", "link.jpg")
    }
    why = {one["name"]: one["reason"] for one in encoded.refused.examples}
    assert why["link.jpg"] == "is a link out of the folder"
    assert "million" in why["large.png"]
    assert "pixels" in why["bomb.png"]
    red, dark, blue = (encoded.vectors[encoded.ids.index(name)] for name in ("7", "8", "9"))
    assert red @ dark > red @ blue


def test_a_batch_is_the_same_as_one_by_one(tmp_path):
    rng = np.random.default_rng(3)
    for at in range(70):
        Image.fromarray(rng.integers(0, 256, (12, 9, 3), np.uint8)).save(tmp_path / f"{at}.png")
    encoded = encode(tmp_path)
    assert len(encoded.ids) == 70
    alone = describe(open_picture(tmp_path / "66.png", (WIDTH, HEIGHT))[None])[0]
    assert (encoded.vectors[encoded.ids.index("66")] == alone).all()


@pytest.mark.parametrize(
    ("files", "sentence"), [({}, "has no pictures"), ({"a.jpg": "x"}, "None of the 1 pictures .* a.jpg is broken")]
)
def test_a_folder_without_pictures(tmp_path, files, sentence):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(WorkbenchError, match=sentence):
        encode(tmp_path)
