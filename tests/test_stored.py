"""What is read back from disk is as it was declared, or a sentence says that it is not."""

import json
from typing import ClassVar

import pytest

from workbench.errors import WorkbenchError
from workbench.stored import Count, FolderName, StoredFile, read_stored, read_values


class Thing(StoredFile):
    newest: ClassVar[int] = 2

    name: FolderName
    number: Count = 0
    share: float | None = None


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
    assert path.read_text() == text
    path.write_text('{"name": "x", "more": [1]}')  # from before there were versions
    assert read_stored(Thing, path) == Thing(name="x")
    assert read_values(Thing, path) == {"name": "x", "more": [1]}  # nothing is lost


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WorkbenchError, match="is not there"):
        read_stored(Thing, tmp_path / "none.json")
