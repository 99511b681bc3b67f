"""``workbench encode`` writes vectors that an import reads."""

import json

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from workbench.cli import main
from workbench.data.side_files.vectors import read_pictures, read_vectors


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "posters"
    folder.mkdir()
    for name, colour in (("7", "red"), ("08", "blue"), ("ü", "white")):
        Image.new("RGB", (8, 8), colour).save(folder / f"{name}.png")
    (folder / "10.jpg").touch()
    return folder


@pytest.mark.parametrize("ending", ["npy", "parquet"])
def test_vectors_are_read_again(folder, ending, tmp_path, capsys):
    output = tmp_path / f"v.{ending}"
    assert main(["encode", "--pictures", str(folder), "--output", str(output), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {key: said[key] for key in ("items", "dimensions", "refused_count", "encoder")} == {
        "items": 3,
        "dimensions": 208,
        "refused_count": 1,
        "encoder": "pictures",
    }
    vectors, report = read_vectors(output, pa.array(["08", "none", "7", "ü"]))
    assert (report["matched"], report["rows"], report["dimensions"]) == (3, 3, 208)
    assert np.isnan(vectors[1]).all()
    assert vectors[0] @ vectors[0] > vectors[0] @ vectors[2]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--pictures", "{f}", "--output", "v.txt"], 1, "v.txt does not end in .npy or .parquet"),
        (["--texts", "{f}", "--output", "v.npy"], 2, "needs --column"),
        (["--pictures", "{f}", "--column", "x", "--output", "v.npy"], 1, "has no setting 'column'"),
        (["--pictures", "{f}", "--sounds", "{f}", "--output", "v.npy"], 2, "not allowed with"),
        (["--sounds", "{f}", "--output", "v.npy"], 1, "has no sounds"),
        (["--sounds", "{f}/none", "--output", "v.npy"], 1, "none"),
        (["--sounds", "{f}", "--encoder", "m.onnx", "--output", "v.npy"], 1, "No encoder of sounds runs a model"),
    ],
)
def test_what_is_wrong_is_said(folder, words, status, sentence, capsys):
    assert main(["encode", *(word.format(f=folder) for word in words)]) == status
    assert sentence in capsys.readouterr().err


def test_help_lists_the_encoders(capsys):
    assert main(["encode", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("--texts", "TF-IDF", "dimensions", "32 ranges of pitch"))


def test_an_import_follows_no_link_out_of_the_folder(folder, tmp_path):
    Image.new("RGB", (5, 5)).save(tmp_path / "secret.png")
    (folder / "9.png").symlink_to(tmp_path / "secret.png")
    (folder / "11.png").symlink_to(folder / "7.png")
    paths, report = read_pictures(folder, pa.array(["7", "9", "11"]))
    assert paths.is_valid().to_pylist() == [True, False, True]
    assert report["others"] == 1
