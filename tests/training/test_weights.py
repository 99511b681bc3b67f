import errno
import resource
import signal

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.training.weights import load_weights, save_weights


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
