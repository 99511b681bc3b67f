from workbench.app.runs.tail import Tail


def test_lines_arrive_whole_and_a_replaced_file_is_read_again(tmp_path):
    path = tmp_path / "records.jsonl"
    tail = Tail(path)
    assert (tail.lines(), tail.unread_bytes) == (b"", 0)
    path.write_bytes(b'{"a": 1}\n{"a": ')
    assert tail.unread_bytes == 15
    assert tail.lines() == b'{"a": 1}\n'
    with path.open("ab") as file:
        file.write(b"2}\nnot json\n")
    assert tail.lines() == b'{"a": 2}\nnot json\n'
    assert (tail.restarted, tail.unread_bytes) == (False, 0)
    other = tmp_path / "other"
    other.write_bytes(b'{"a": 1}\n{"b": 1}\n{"b": 2, "longer": "than before"}\n')
    other.replace(path)
    assert tail.unread_bytes == path.stat().st_size
    assert len(tail.lines().splitlines()) == 3
    assert tail.restarted


def test_no_more_is_read_at_once_than_was_asked_for(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"one\ntwo\nthree\n")
    tail = Tail(path)
    assert [tail.lines(6), tail.lines(6), tail.lines(6)] == [b"one\n", b"two\n", b"three\n"]
    path.unlink()
    assert (tail.lines(), tail.unread_bytes) == (b"", 0)
