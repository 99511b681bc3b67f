"""What is read back from disk is as it was declared, or a sentence says that it is not."""

import json
import warnings
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import workbench
from workbench.errors import WorkbenchError
from workbench.stored import (
    Count,
    FolderName,
    StoredFile,
    open_array,
    read_stored,
    read_values,
    values_or_none,
    write_stored,
)


class Thing(StoredFile):
    newest: ClassVar[int] = 2

    name: FolderName
    number: Count = 0
    share: float | None = None

    @classmethod
    def migrated(cls, content):
        return {"name": content[0]} if isinstance(content, list) and content else content


class Foreign(StoredFile):
    one: int
    other: int


BROKEN = {
    "nothing": "",
    "no json": "{",
    "another thing": "[]",
    "a wrong type": '{"name": 3}',
    "missing": "{}",
    "huge": '{"name": "x", "number": 1000000000000}',
    "endless": '{"name": "x", "share": 1e999}',
    "no number": '{"name": "x", "unknown": NaN}',
    "too many digits": '{"name": "x", "unknown": ' + "9" * 4000 + "}",
    "nested": '{"name": "x", "unknown": ' + "[" * 50 + "]" * 50 + "}",
    "nested without end": '{"name": "x", "unknown": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "half a letter": '{"name": "x", "unknown": "\\ud800"}',
    "half a letter in a name": '{"name": "x", "\\ud800": 1}',
    "another place": '{"name": ".."}',
    "a path": '{"name": "a/b"}',
    "negative": '{"name": "x", "number": -1}',
    "truth": '{"name": "x", "number": true}',
    "a version": '{"name": "x", "version": "1"}',
    "no utf-8": b'{"name": "\xff"}',
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_damaged_is_told_in_a_sentence(tmp_path, what):
    path = tmp_path / "thing.json"
    text = BROKEN[what]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(WorkbenchError) as told:
        read_stored(Thing, path)
    sentence = str(told.value)
    assert str(path) in sentence
    assert "is damaged" in sentence
    assert sentence.endswith(Thing.way_out)
    assert len(sentence) < 600


def test_a_later_version_is_told_and_left_alone_and_an_earlier_one_is_read(tmp_path):
    path = tmp_path / "thing.json"
    path.write_text(text := json.dumps({"version": 3, "name": ["another shape"]}))
    with pytest.raises(WorkbenchError, match=r"later version .* format is 3, .* known here is 2"):
        read_stored(Thing, path)
    with pytest.raises(WorkbenchError, match="later version"):
        values_or_none(Thing, path)
    with pytest.raises(WorkbenchError, match="later version"):
        write_stored(Thing, path, {"name": "y"})
    assert path.read_text() == text
    path.write_text('{"name": "x", "more": [1]}')  # from before there were versions
    assert read_stored(Thing, path) == Thing(name="x")
    assert read_values(Thing, path) == {"name": "x", "more": [1]}  # nothing is lost
    path.write_text('["of another shape"]')
    assert read_stored(Thing, path) == Thing(name="of another shape")
    write_stored(Thing, path, {"name": "y"})
    assert json.loads(path.read_text()) == {"version": 2, "name": "y"}


def test_a_file_of_another_program_is_told_as_such(tmp_path):
    path = tmp_path / "thing.json"
    path.write_text('{"theirs": 1}')
    with pytest.raises(WorkbenchError, match="was not written by this program"):
        read_stored(Foreign, path)
    path.write_text('{"one": 1}')
    with pytest.raises(WorkbenchError, match=r"is damaged \(other: "):
        read_stored(Foreign, path)
    assert values_or_none(Foreign, path) == values_or_none(Foreign, tmp_path / "none.json") == {}


def test_nothing_is_kept_as_json_without_a_version():
    """Whoever writes JSON that is read again declares it."""
    package = Path(workbench.__file__).parent
    files = {file.relative_to(package).as_posix(): file.read_text(encoding="utf-8") for file in package.rglob("*.py")}
    assert {name for name, text in files.items() if "write_json(" in text} == {"stored.py", "files.py"}


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WorkbenchError, match="is not there"):
        read_stored(Thing, tmp_path / "none.json")


@pytest.mark.parametrize("what", [b"'", b"(", b"9" * 30, b"\x08", b"L", b"\xff"])
def test_a_file_of_an_array_with_an_odd_head_is_an_array_or_refused(tmp_path, what):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(600, dtype=np.int32).reshape(30, 20))
    whole, refused = path.read_bytes(), 0
    for at in range(128):
        path.write_bytes(whole[:at] + what + whole[at + 1 :])
        try:
            assert open_array(path).ndim > 0
        except (OSError, ValueError):  # and nothing else, such as the tokenizer's own error
            refused += 1
    assert refused > 60


def test_what_is_thrown_away_while_an_array_is_opened_is_no_error_of_its_file(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.arange(3))
    opened = np.lib.format.open_memmap

    def with_garbage(*args, **more):
        warnings.warn("subprocess 1 is still running", ResourceWarning, stacklevel=1)
        return opened(*args, **more)

    monkeypatch.setattr(np.lib.format, "open_memmap", with_garbage)
    assert open_array(tmp_path / "a.npy").tolist() == [0, 1, 2]
