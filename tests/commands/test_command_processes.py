"""Commands in processes of their own: signals, and what stands on standard output."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from workbench.cli import main
from workbench.training.run import Run
from workbench.training.weights import load_weights


def _command(*words):
    command = [sys.executable, "-m", "workbench", *(str(word) for word in words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def whole(folder):
    """What a command is given that takes a while, and the run that it comes to where nobody disturbs it."""
    given = [folder / "ratings.csv", "--algorithm", "biased-svd", "--set", "epochs=150", "--set", "factors=150"]
    given += ["--patience", "0"]
    assert main([str(word) for word in ["train", *given, "--run", folder / "whole", "--quiet"]]) == 0
    return given, folder / "whole"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_with_130_and_the_run_goes_on_to_the_same_model(whole, tmp_path, value, number):
    given, undisturbed = whole
    with _command("train", *given, "--run", tmp_path / "broken") as process:
        records = tmp_path / "broken" / "records.jsonl"
        deadline = time.monotonic() + 60
        while not (records.exists() and records.read_text().count("\n") > 2):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert f"workbench train --run {tmp_path / 'broken'}" in err
    assert Run.open(tmp_path / "broken").status().state == "cancelled"
    assert not list((tmp_path / "broken").rglob("*.part"))
    said = value("train", "--run", tmp_path / "broken")
    assert said["status"] == "done"
    assert said["records"] == 150
    models = [load_weights(run / "model.safetensors")[0] for run in (undisturbed, tmp_path / "broken")]
    assert all(np.array_equal(models[0][name], models[1][name]) for name in models[0])


def test_standard_output_holds_one_json_value_in_a_process_of_its_own(folder, tmp_path):
    with _command("--json", "inspect", folder / "ratings.csv") as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["rows"] == 480
    with _command("inspect", tmp_path / "absent.csv", "--json") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "absent.csv" in err
    assert "Traceback" not in err
