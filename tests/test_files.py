import errno

import pytest

from workbench.errors import WorkbenchError
from workbench.files import CONTENTS, read_json, whole_file, whole_folder, write_json


def test_a_file_is_replaced_whole_or_stays(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(RuntimeError), whole_file(path) as part:
        part.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert read_json(path) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_is_replaced_whole_or_stays(tmp_path):
    path = tmp_path / "data"
    for content in ("first", "second"):
        with whole_folder(path) as part:
            (part / content).write_text(content, encoding="utf-8")
    with pytest.raises(RuntimeError), whole_folder(path) as part:
        (part / "third").write_text("third", encoding="utf-8")
        raise RuntimeError
    assert {file.name for file in path.iterdir()} == {"second", CONTENTS}
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "No permission"), (errno.EIO, "could not be used")],
)
def test_what_the_system_refuses_becomes_a_sentence(tmp_path, number, says):
    with pytest.raises(WorkbenchError, match=says), whole_file(tmp_path / "a"):
        raise OSError(number, "as the system says it")


def test_missing_and_damaged_json(tmp_path):
    with pytest.raises(WorkbenchError, match="is not there"):
        read_json(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="is damaged"):
        read_json(tmp_path / "bad.json")


def test_numbers_that_json_does_not_have_are_refused(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"a": float("nan")})
    assert not list(tmp_path.iterdir())
