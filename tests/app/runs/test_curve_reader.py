"""Curves are read as they stand on disk: short ones at once, long ones beside the window, to the same end."""

import json

import numpy as np
import pytest

from tests.app.fake_runs import epoch_records
from workbench.app.plots.thinning import MOST_DRAWN
from workbench.app.runs import curve, curve_reader
from workbench.app.runs.curve import Curve, Points, columns_in
from workbench.app.runs.curve_reader import CurveReader


def lines_of(records):
    return "".join(json.dumps(one) + "\n" for one in records).encode()


def whole(epochs=40):
    """What a neural algorithm records, with gaps where nothing was measured."""
    records = [one for epoch in range(1, epochs + 1) for one in epoch_records(epoch, steps=60, epochs=epochs)]
    for at, one in enumerate(records):
        one |= {"seconds": at / 7, "memory_bytes": 1000 + at, "values": {"learning_rate": 0.1}}
        if at % 3 == 0:
            one["values"]["gradient_norm"] = at / 2
        if at % 5 == 0:
            one["loss"] = None
    return records


def same(one, other):
    series = [("steps", one.steps, other.steps), ("epochs", one.epochs, other.epochs)]
    series += [("validation", one.validation, other.validation)]
    series += [(name, one.values[name], other.values[name]) for name in other.values]
    assert one.values.keys() == other.values.keys()
    assert one.metric == other.metric
    for name, a, b in series:
        assert a.x == pytest.approx(b.x), name
        assert a.y == pytest.approx(b.y), name


def test_records_that_come_one_by_one_give_the_same_curve_as_all_at_once():
    one_by_one = Curve()
    for record in whole():
        one_by_one.add([record])
    same(one_by_one, Curve(whole()))
    assert len(one_by_one.values["speed"]) == 40 * 61 - 1 - 39  # of an epoch's first step a validation lies before it


def test_many_lines_are_read_as_few_are(monkeypatch):
    lines = lines_of(whole())
    assert len(lines) > curve.MAX_DIRECT_BYTES
    fast, slow = Curve(), Curve(whole())
    fast.extend(columns_in(lines))
    same(fast, slow)


@pytest.mark.parametrize(
    "damage",
    [b"not json\n", b"5\n", b'{"epoch": "one"}\n', b'{"loss": NaN}\n', b"\xff\xfe\n", b"\n", b"[" * 10**5 + b"\n"],
)
def test_a_damaged_line_among_many_is_left_out(damage):
    records = whole()
    lines = lines_of(records[:1000]) + damage + lines_of(records[1000:])
    curve = Curve()
    curve.extend(columns_in(lines))
    same(curve, Curve(records))


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a").mkdir()
    return tmp_path / "a" / "records.jsonl"


@pytest.fixture
def reader(qapp, file, keep):
    from PySide6.QtWidgets import QWidget

    made = CurveReader(keep(QWidget()))
    made.follow({"a": file.parent})
    return made


def test_what_is_short_is_there_at_once_and_grows(reader, file):
    reader.look()
    assert len(reader.curves["a"].steps) == 0
    file.write_bytes(lines_of(epoch_records(1)))
    reader.look()
    assert len(reader.curves["a"].steps) == 10
    with file.open("ab") as more:
        more.write(lines_of(epoch_records(2))[:-5])
    reader.look()
    assert len(reader.curves["a"].epochs) == 1  # the line is not whole yet
    with file.open("ab") as more:
        more.write(lines_of(epoch_records(2))[-5:])
    reader.look()
    assert len(reader.curves["a"].epochs) == 2


def test_what_is_long_is_read_beside_the_window_and_goes_on_from_there(reader, file, qtbot):
    file.write_bytes(lines_of(whole()))
    with qtbot.waitSignal(reader.grown):
        reader.look()
        assert len(reader.curves["a"].steps) == 0
    same(reader.curves["a"], Curve(whole()))
    with file.open("ab") as more:
        more.write(lines_of(epoch_records(41)))
    reader.look()
    assert len(reader.curves["a"].epochs) == len(Curve(whole()).epochs) + 1


def test_what_is_added_at_once_is_taken_in_piece_by_piece(reader, file, qtbot, monkeypatch):
    file.write_bytes(lines_of(epoch_records(1)))
    reader.look()
    with file.open("ab") as more:
        more.write(lines_of(epoch_records(2) + epoch_records(3)))
    monkeypatch.setattr(curve_reader, "MAX_DIRECT_BYTES", 500)
    lengths = []
    while not lengths or lengths[-1] < 30:
        with qtbot.waitSignal(reader.grown):
            reader.look()
        lengths.append(len(reader.curves["a"].steps))
    assert max(np.diff([10, *lengths])) <= 500 / len(lines_of(epoch_records(2)[:1]))
    reader.look()
    same(reader.curves["a"], Curve(epoch_records(1) + epoch_records(2) + epoch_records(3)))
    assert not reader._work.busy


def test_a_file_that_is_written_again_is_read_again(reader, file):
    file.write_bytes(lines_of(epoch_records(1) + epoch_records(2)))
    reader.look()
    other = file.with_name("new")
    other.write_bytes(lines_of(epoch_records(1, steps=3)))
    other.replace(file)
    reader.look()
    assert len(reader.curves["a"].steps) == 3


def test_what_nobody_follows_any_more_is_dropped_when_it_arrives(reader, file, qtbot):
    file.write_bytes(lines_of(whole()))
    with qtbot.waitSignal(reader.grown):
        reader.look()
        reader.follow({})
    assert reader.curves == {}
    reader.follow({"a": file.parent})  # but not forgotten
    same(reader.curves["a"], Curve(whole()))


def test_a_run_that_comes_back_is_not_read_again_from_its_start(reader, file, monkeypatch):
    file.write_bytes(lines_of(epoch_records(1)))
    reader.look()
    before = reader.curves["a"]
    reader.follow({})
    assert reader.curves == {}
    with file.open("ab") as more:
        more.write(lines_of(epoch_records(2)))
    reader.follow({"a": file.parent})
    assert reader.curves["a"] is before
    read = []
    monkeypatch.setattr(curve_reader, "columns_in", lambda lines: read.append(lines) or columns_in(lines))
    reader.look()
    assert read == [lines_of(epoch_records(2))]
    same(reader.curves["a"], Curve(epoch_records(1) + epoch_records(2)))


@pytest.mark.parametrize("change", ["file", "folder", "folder at once", "order", "length"])
def test_what_is_another_or_long_is_read_again_when_it_comes_back(reader, file, change, monkeypatch, tmp_path):
    file.write_bytes(lines_of(epoch_records(1)))
    reader.look()
    if change == "length":
        monkeypatch.setattr(curve_reader, "MAX_REMEMBERED_STEPS", 9)
    if change != "folder at once":
        reader.follow({})
    folder = file.parent
    if change == "file":
        other = file.with_name("new")
        other.write_bytes(lines_of(epoch_records(1, steps=3)))
        other.replace(file)
    elif change.startswith("folder"):
        folder = tmp_path / "b"
        folder.mkdir()
        (folder / "records.jsonl").write_bytes(lines_of(epoch_records(1, steps=3)))
    elif change == "order":
        reader.begin_again("a")
    reader.follow({"a": folder})
    assert bool(len(reader.curves["a"].steps)) == (change == "file")
    reader.look()
    assert len(reader.curves["a"].steps) == (10 if change in ("order", "length") else 3)


def test_of_very_many_runs_those_seen_last_are_remembered(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(curve_reader, "MAX_REMEMBERED", 2)
    for name in "bcde":
        (tmp_path / name).mkdir()
        (tmp_path / name / "records.jsonl").write_bytes(lines_of(epoch_records(1)))
        reader.follow({name: tmp_path / name})
        reader.look()
    reader.follow({})
    reader.follow({name: tmp_path / name for name in "bcde"})
    assert {name: len(curve.epochs) for name, curve in reader.curves.items()} == {"b": 0, "c": 0, "d": 1, "e": 1}


def test_several_runs_share_what_a_look_may_take(qapp, keep, qtbot, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QWidget

    folders = {}
    for name in "abc":
        folders[name] = tmp_path / name
        folders[name].mkdir()
        (folders[name] / "records.jsonl").write_bytes(lines_of(epoch_records(1)))
    size = (folders["a"] / "records.jsonl").stat().st_size
    monkeypatch.setattr(curve_reader, "MAX_DIRECT_BYTES", int(1.5 * size))
    reader = CurveReader(keep(QWidget()))
    reader.follow(folders)
    for there in ([1, 0, 0], [1, 1, 0], [1, 1, 1]):
        reader.look()
        assert [len(one.epochs) for one in reader.curves.values()] == there
        if 0 in there:
            with qtbot.waitSignal(reader.grown):
                pass


def test_very_many_points_are_smoothed_over_several_calls_and_to_the_same_means(monkeypatch):
    monkeypatch.setattr(curve, "MAX_SMOOTHED_POINTS", 1000)
    points, values = Points(), np.random.default_rng(0).random(2 * MOST_DRAWN)
    points.add(np.arange(len(values)), values)
    lengths = []
    while not lengths or lengths[-1] < len(values):
        lengths.append(len(points.smooth(9)))
    assert lengths[:3] == [1000, 2000, 3000]
    at_once = Points()
    monkeypatch.setattr(curve, "MAX_SMOOTHED_POINTS", 10**6)
    at_once.add(np.arange(len(values)), values)
    assert points.smooth(9) == pytest.approx(at_once.smooth(9))


def exactly(values, span):
    """Means by the formula, one after another."""
    a, means = 2 / (span + 1), [values[0]]
    for value in values[1:]:
        means.append(a * value + (1 - a) * means[-1])
    return means


@pytest.mark.parametrize("n", [1, 63, 64, 65, 1000, 256 * 64 + 1])
def test_means_are_those_of_the_formula_wherever_a_block_ends(n):
    points, values = Points(), np.random.default_rng(n).random(n)
    points.add(np.arange(n), values)
    for span in (2, 500, 2):
        assert points.smooth(span) == pytest.approx(exactly(values, span))


def test_several_series_share_what_a_frame_has_time_for(monkeypatch):
    monkeypatch.setattr(curve, "MAX_SMOOTHED_POINTS", 1000)
    points = Points()
    points.add(np.arange(5000), np.arange(5000))
    assert [len(points.smooth(9, share=4)) for _ in range(2)] == [250, 500]
    assert len(points.smooth(9)) == 1500


def test_a_series_that_grows_moves_little_by_little_and_loses_nothing(monkeypatch):
    rng, points, moved = np.random.default_rng(0), Points(), []
    move = Points._move

    def counted(self, upto):
        moved.append(upto - self._moved)
        move(self, upto)

    monkeypatch.setattr(Points, "_move", counted)
    values, rooms = np.empty(0), set()
    for number in range(2000):
        new = rng.random(rng.integers(1, 20))
        points.add(len(values) + np.arange(len(new)), new)
        values = np.concatenate([values, new])
        rooms.add(points._buffer.shape[1])
        if number % 7 == 0:
            points.smooth(9)
    assert len(rooms) > 5
    assert max(moved) <= curve.MOVES_PER_POINT * 20
    assert points.x.tolist() == list(range(len(values)))
    assert points.y.tolist() == values.tolist()
    assert points.smooth(9) == pytest.approx(exactly(values, 9))


def test_means_of_another_span_move_as_well(monkeypatch):
    points, values = Points(), np.random.default_rng(1).random(600)
    for at, value in enumerate(values):
        points.add(at, value)
        if at in (100, 240, 250, 500):  # also while it moves
            points.smooth(9 if at == 240 else 5)
    assert points.smooth(5) == pytest.approx(exactly(values, 5))
