import errno
import resource
import signal

import numpy as np
import pytest
from safetensors.numpy import save_file

from workbench.errors import WorkbenchError
from workbench.training import packing
from workbench.training.weights import load_weights, save_weights, stored_shape


def test_a_disk_that_takes_no_more_is_a_sentence_and_the_old_file_stays(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    save_weights(path, {"a": np.arange(4)}, 3)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(WorkbenchError, match="File too large"):
            save_weights(path, {"a": np.arange(100_000)}, 4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert load_weights(path)[1] == 3
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "No permission")])
def test_what_the_system_refuses_is_told_as_everywhere(tmp_path, monkeypatch, number, words):
    from safetensors import SafetensorError

    def refuse(*_):
        raise SafetensorError(f"Error while serializing: I/O error: words (os error {number})")

    monkeypatch.setattr("workbench.training.weights.save_file", refuse)
    with pytest.raises(WorkbenchError, match=words):
        save_weights(tmp_path / "model.safetensors", {"a": np.arange(4)}, 1)


@pytest.mark.parametrize("small", [False, True])
def test_every_flipped_bit_is_found(tmp_path, monkeypatch, small):
    path = tmp_path / "model.safetensors"
    monkeypatch.setattr(packing, "MIN_BYTES", 400)
    state = {
        "same": np.zeros(100),
        "a": np.arange(3, dtype=np.float32),
        "b": np.ones((2, 2), bool),
        "empty": np.zeros((0, 4)),
        "n": np.float64(3),
    }
    save_weights(path, state, 3, small=small)
    assert (path.stat().st_size < 800) == small
    whole = path.read_bytes()
    for at in range(0, 8 * len(whole), 7):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        with pytest.raises(WorkbenchError, match="is damaged"):
            load_weights(path)
    path.write_bytes(whole)
    found, epoch = load_weights(path)
    assert epoch == 3
    assert {name: (array.dtype, array.shape) for name, array in found.items()} == {
        name: (np.asarray(array).dtype, np.shape(array)) for name, array in state.items()
    }


def test_the_same_arrays_are_the_same_bytes_and_those_of_before_hashes_are_read(tmp_path):
    save_weights(tmp_path / "0", {"a": np.arange(3)}, 3)
    for number in range(1, 9):
        save_weights(tmp_path / str(number), {"a": np.arange(3)}, 3)
        assert (tmp_path / str(number)).read_bytes() == (tmp_path / "0").read_bytes()
    save_file({"a": np.arange(3)}, tmp_path / "earlier", {"epoch": "2"})
    assert load_weights(tmp_path / "earlier")[1] == 2


def test_what_packs_well_is_packed_and_comes_back_bit_for_bit(tmp_path):
    draw = np.random.default_rng(0)
    state = {
        "indices": np.sort(draw.integers(0, 9000, 50_000)).astype(np.int32),
        "data": (draw.integers(1, 30, (250, 200)) / 31).astype(np.float32),
        "noise": draw.random(50_000),
        "few": np.zeros(10),
    }
    save_weights(tmp_path / "plain", state, 3)
    save_weights(tmp_path / "packed", state, 3, small=True)
    assert (tmp_path / "packed").stat().st_size < (tmp_path / "plain").stat().st_size - 250_000
    for name, array in load_weights(tmp_path / "packed")[0].items():
        assert (array.dtype, array.tobytes()) == (state[name].dtype, state[name].tobytes()), name
        assert stored_shape(tmp_path / "packed", name) == list(array.shape)
        assert array.flags.writeable
    for told in (
        '{"noise": ["<f8", [9]]}',
        '{"few": ["<f8", [1e9]]}',
        '{"few": ["O", [3]]}',
        '{"few": 3}',
        "[",
        '{"a": 1}',
    ):
        save_file(state, tmp_path / "odd", {"epoch": "3", "packed": told})
        with pytest.raises(WorkbenchError, match="is damaged"):
            load_weights(tmp_path / "odd")
