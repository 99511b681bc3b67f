from pathlib import Path

import pytest

from workbench.algorithms import Record
from workbench.errors import WorkbenchError
from workbench.training.records import Records, read_records

GOOD = b'{"epoch": 1, "epochs": 5, "loss": 0.5, "seconds": 0.25}\n'


@pytest.mark.parametrize("damage", [b"\xff\xfe\x00garbage", b"5\n", b"[]\n", b"{}\n", b'{"epoch": 2, "sec', b"null\n"])
def test_what_comes_before_damage_is_kept_and_the_run_goes_on_from_there(tmp_path, damage):
    path = tmp_path / "records.jsonl"
    path.write_bytes(GOOD + damage)
    assert [one["epoch"] for one in read_records(path)] == [1]
    records = Records(path)
    assert records.seconds == 0.25
    records.cut(1)
    records.append_step(Record(epoch=1, epochs=5, loss=0.4, part=0.5), 0.3)
    assert [one.get("part") for one in read_records(path)] == [None, 0.5]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
def test_a_full_disk_is_a_sentence(tmp_path):
    path = tmp_path / "records.jsonl"
    path.symlink_to("/dev/full")
    with pytest.raises(WorkbenchError, match="The disk is full"):
        Records(path).append({"epoch": 1})
