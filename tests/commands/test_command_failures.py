"""Bad files, full disks, damaged runs: one sentence each, and nothing left behind."""

import csv
import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from workbench.cli import main
from workbench.commands import follow
from workbench.errors import WorkbenchError
from workbench.training.run import Run
from workbench.training.run_folder import WRITTEN

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8


def _bad_files(folder):
    (folder / "empty.csv").write_bytes(b"")
    (folder / "one.csv").write_text("user\n1\n2\n3\n")
    (folder / "picture.csv").write_bytes(PICTURE)
    (folder / "folder.csv").mkdir()
    (folder / "broken.csv.gz").write_bytes(b"\x1f\x8b\x08\0garbage")
    return ["empty.csv", "one.csv", "picture.csv", "folder.csv", "broken.csv.gz", "absent.csv"]


def test_bad_files_get_a_sentence_that_names_them(tmp_path, fails):
    for name in _bad_files(tmp_path):
        assert name in fails("inspect", tmp_path / name)
        assert name in fails("train", tmp_path / name, "--algorithm", "ease", "--run", tmp_path / "run")
        assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission(folder, tmp_path, fails):
    file = tmp_path / "secret.csv"
    file.write_text((folder / "ratings.csv").read_text())
    file.chmod(0)
    assert "ermission" in fails("inspect", file)


def test_a_file_that_changes_while_it_is_read(folder, tmp_path, fails, monkeypatch):
    from workbench.data.importing import importer as importing

    file = tmp_path / "growing.csv"
    file.write_text((folder / "ratings.csv").read_text())
    before = file.stat().st_size
    whole = importing.account

    def account(*args):
        if file.stat().st_size == before:
            with file.open("a") as more:
                more.write("u1,i1,3,978300000\n")
        return whole(*args)

    monkeypatch.setattr(importing, "account", account)
    assert "changed while it was read" in fails("train", file, "--algorithm", "ease", "--run", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def _no_room(*_args, **_settings):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_keeps_the_old_file(trained, folder, tmp_path, fails, monkeypatch):
    lists = tmp_path / "lists.csv"
    lists.write_text("what was there")
    monkeypatch.setattr(csv, "writer", _no_room)
    assert "disk is full" in fails("recommend", trained["ease"], "--all", "--output", lists)
    assert lists.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [lists]
    monkeypatch.setattr(np.lib.format, "write_array_header_1_0", _no_room)
    new = ["--algorithm", "ease", "--run", tmp_path / "run"]
    assert "disk is full" in fails("train", folder / "ratings.csv", *new)
    assert not (tmp_path / "run").exists()


def test_a_full_disk_while_training_leaves_a_run_that_can_go_on(folder, tmp_path, fails, value, monkeypatch):
    from workbench.training import weights

    given = ["--algorithm", "biased-svd", "--set", "epochs=2", "--run", tmp_path / "run"]
    with monkeypatch.context() as patch:
        patch.setattr(weights, "save_file", _no_room)
        assert "disk is full" in fails("train", folder / "ratings.csv", *given)
    assert value("train", "--run", tmp_path / "run")["status"] == "done"


def test_a_run_folder_that_vanishes_while_it_is_trained(folder, tmp_path, fails, monkeypatch):
    run = tmp_path / "run"
    monkeypatch.setattr(follow._Following, "check", lambda _: shutil.rmtree(run, ignore_errors=True))
    assert "is not there" in fails("train", folder / "ratings.csv", "--algorithm", "biased-svd", "--run", run)


def test_places_that_cannot_be_written(trained, folder, tmp_path, fails):
    assert "is a folder" in fails("recommend", trained["ease"], "--all", "--output", tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in fails("recommend", trained["ease"], "--all", "--output", tmp_path / "folder.csv")
    assert "does not exist" in fails("recommend", trained["ease"], "--all", "--output", tmp_path / "gone" / "lists.csv")
    assert ".jsonl" in fails("recommend", trained["ease"], "--all", "--output", tmp_path / "lists.doc")
    (tmp_path / "file").write_text("")
    assert "file" in fails("train", folder / "ratings.csv", "--algorithm", "ease", "--run", tmp_path / "file" / "run")


def test_nothing_existing_is_replaced_by_a_new_run(trained, folder, tmp_path, fails):
    before = (trained["ease"] / "run.json").read_bytes()
    new = ["train", folder / "ratings.csv", "--algorithm", "average", "--run"]
    assert "already holds a run" in fails(*new, trained["ease"])
    assert (trained["ease"] / "run.json").read_bytes() == before
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("mine")
    assert "already holds something else" in fails(*new, tmp_path)
    assert (tmp_path / "data" / "mine.txt").read_text() == "mine"
    for name in (*WRITTEN, "command.json"):
        place = tmp_path / name.replace(".", "-")
        place.mkdir()
        (place / name).write_text("mine")
        assert "already holds something else" in fails(*new, place)
        assert [(path.name, path.read_text()) for path in place.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("what", ["its file", "its data", "both", "killed while it began again"])
def test_a_run_that_failed_by_its_data_is_made_again_by_the_same_command(tmp_path, fails, value, what, monkeypatch):
    file, run = tmp_path / "r.csv", tmp_path / "new"
    new = ["train", file, "--algorithm", "average", "--run", run]
    rows = [f"u{n % 9},i{n // 9},{n % 5}\n" for n in range(90)]
    file.write_text("user,item,rating\n" + "".join(rows))
    with monkeypatch.context() as patch:
        patch.setattr(Run, "fold", property(lambda _: (_ for _ in ()).throw(WorkbenchError("Nothing is hidden."))))
        assert "Nothing is hidden" in fails(*new)
        assert "Nothing is hidden" in fails(*new), "it goes on with the run as it is"
    if what != "its data":
        file.write_text("user,item,rating\n" + "".join(rows) + "u1,i99,5\n")
    if what == "killed while it began again":
        shutil.rmtree(run / "data")
        (run / "status.json").unlink()
    elif what != "its file":
        (run / "data" / "item.npy").write_bytes((run / "data" / "item.npy").read_bytes()[:-1] + b"\1")
    if what == "both":
        Run.open(run).queue()  # as if it had been killed before it was trained
    assert value(*new)["status"] == "done"
    assert len(Run.open(run).data) == 90 + (what != "its data")
    file.write_text("user,item,rating\nu,i,1\n")
    before = (run / "model.safetensors").read_bytes()
    assert "already holds a run" in fails(*new), "what was learned stays"
    assert (run / "model.safetensors").read_bytes() == before


def test_nothing_is_written_over_what_is_read(trained, folder, tmp_path, fails):
    source = folder / "ratings.csv"
    before = source.read_bytes()
    assert "is read for this" in fails("recommend", trained["ease"], "--all", "--output", source)
    assert "is read for this" in fails("predict", trained["average"], source, "--output", source)
    assert source.read_bytes() == before


def test_unknown_users_and_pairs_that_are_none(trained, tmp_path, fails):
    output = ["--output", tmp_path / "out.csv"]
    assert "user 'u999'" in fails("recommend", trained["ease"], "--user", "u999", *output)
    assert "at least 1" in fails("recommend", trained["ease"], "--all", "--k", "0", *output)
    (tmp_path / "pairs.csv").write_text("u001,i1\nu002,i2\nu002\n")
    assert "Line 3 of pairs.csv" in fails("predict", trained["biased-svd"], tmp_path / "pairs.csv", *output)
    assert "does not predict" in fails("predict", trained["ease"], tmp_path / "pairs.csv", *output)
    for name in _bad_files(tmp_path):
        assert name in fails("predict", trained["average"], tmp_path / name, *output)
    assert not (tmp_path / "out.csv").exists()
    assert "Did you mean 'ndcg'" in fails("evaluate", trained["ease"], "--metrics", "ndgc")
    assert "RMSE" in fails("evaluate", trained["ease"], "--metrics", "rmse")


@pytest.fixture
def copy(trained, tmp_path):
    """A copy of the biased SVD run, to be broken."""
    return Path(shutil.copytree(trained["biased-svd"], tmp_path / "copy"))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda run: (run / "run.json").write_text('{"algorithm": "eas'), "run.json is damaged"),
        (lambda run: (run / "run.json").write_text("[]"), "damaged"),
        (lambda run: (run / "run.json").unlink(), "not a run folder"),
        (lambda run: (run / "model.safetensors").write_bytes(b"\xff" * 400), "model"),
        (lambda run: (run / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes()[:99]), "model"),
        (lambda run: (run / "model.safetensors").unlink(), "no model yet"),
        (lambda run: (run / "data" / "data.json").write_text("{"), "damaged"),
        (lambda run: (run / "data" / "item.npy").write_bytes(b"\0" * 10), "damaged"),
        (lambda run: (run / "data" / "user_ids.arrow").write_bytes(b"\0" * 10), "damaged"),
    ],
)
def test_corrupt_run_folders_get_a_sentence(copy, tmp_path, fails, damage, words):
    damage(copy)
    assert words in fails("evaluate", copy)
    assert words in fails("recommend", copy, "--all", "--output", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_cut_records_and_lost_status_do_not_matter(copy, value, capsys):
    records = (copy / "records.jsonl").read_bytes()
    (copy / "records.jsonl").write_bytes(records[:-20])
    (copy / "status.json").write_text('{"sta')
    assert main(["train", "--run", str(copy)]) == 0
    assert "Its status.json is damaged at line 1. It can be resumed" in capsys.readouterr().err
    said = value("train", "--run", copy)
    assert (said["status"], said["records"]) == ("done", 2)  # a record that is lost stays lost, the model does not
    assert "ndcg@10" in value("evaluate", copy)["metrics"]
    (copy / "records.jsonl").write_text('{"epoch": 1}\n')
    assert main(["train", "--run", str(copy)]) == 0, "all but the epoch has defaults"


def test_a_failure_nobody_foresaw_is_a_sentence_and_a_traceback_only_with_debug(trained, fails, capsys, monkeypatch):
    from workbench.training import evaluating as judging

    monkeypatch.setattr(judging, "evaluate", lambda *_a, **_k: 1 / 0)
    assert "ZeroDivisionError" in fails("evaluate", trained["ease"])
    assert main(["evaluate", str(trained["ease"]), "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
