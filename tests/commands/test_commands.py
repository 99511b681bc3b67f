"""What the commands tell and make."""

import csv
import json
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

from workbench.__main__ import main as start
from workbench.cli import COMMANDS, main
from workbench.commands.output import Progress
from workbench.errors import Cancelled
from workbench.training.run import Run
from workbench.version import __version__


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_inspect_tells_what_an_import_would_do(folder, value):
    found = value("inspect", folder / "ratings.csv")
    assert found["rows"] == found["kept"] + found["refused_count"] == 480
    assert (found["users"], found["items"], found["duplicates"]) == (40, 40, 0)
    assert found["density"] == pytest.approx(480 / 1600)
    assert (found["rating_min"], found["rating_max"]) == (1, 5)
    assert found["time_min"].startswith("2000-12-31T22:00:00")
    assert found["columns"] == {"user": "user", "item": "item", "rating": "rating", "time": "time"}
    assert (found["delimiter"], found["header"]) == (",", True)
    assert found["encoding"] in ("utf-8", "ascii")


def test_inspect_takes_columns_and_names_refused_lines(tmp_path, value, ask):
    file = tmp_path / "odd.csv"
    file.write_text("a,b,c\nx,1,4\ny,2,bad\nx,2,5\n")
    found = value("inspect", file, "--columns", "user=a,item=b,rating=c")
    assert found["refused"][0]["line"] == 3
    assert found["refused"][0]["text"] == "y,2,bad"
    assert found["time_min"] is None
    assert found["columns"]["time"] is None
    _, out, _ = ask("inspect", file, "--columns", "user=a,item=b,rating=c")
    assert "2 kept, 1 refused" in out
    assert "line 3" in out


def test_algorithms_are_listed_with_their_declarations(value, ask):
    found = value("algorithms")
    keys = {"name", "title", "family", "reference", "needs", "feedback", "fold_in", "explains", "hyperparameters"}
    assert all(keys <= set(one) for one in found)
    ease = next(one for one in found if one["name"] == "ease")
    assert ease["hyperparameters"]["properties"]["regularization"]["default"] == 500
    assert value("algorithms", "ease") == [ease]
    _, out, _ = ask("algorithms", "ease")
    assert "--set regularization=500.0" in out
    _, out, _ = ask("algorithms")
    assert all(one["name"] in out for one in found)


def test_three_algorithms_are_suggested_for_a_file(folder, value, ask):
    found = value("algorithms", "--for", folder / "ratings.csv")
    assert [set(one) for one in found["suggested"]] == [{"name", "title", "reason"}] * 3
    assert found["suggested"][0]["name"] == "ease"
    _, out, _ = ask("algorithms", "--for", folder / "ratings.csv")
    assert all(one["reason"] in out for one in found["suggested"])
    assert "--algorithm ease" in out


def test_what_cannot_learn_from_a_file_says_why(tmp_path, value):
    file = tmp_path / "plain.csv"
    file.write_text("user,item\n" + "".join(f"u{i % 7},i{i % 5}\n" for i in range(35)))
    found = value("algorithms", "--for", file)
    assert "needs time" in found["unsuited"]["gru4rec"]
    assert not {one["name"] for one in found["suggested"]} & set(found["unsuited"])
    kept_out = value("algorithms", "--for", file, "--split", "cold-items")
    assert "tests only such items" in kept_out["unsuited"]["ease"]
    assert "needs time" in kept_out["unsuited"]["gru4rec"]
    assert not {one["name"] for one in kept_out["suggested"]} & set(kept_out["unsuited"])


def test_a_name_and_a_file_are_not_asked_for_together(folder, ask):
    assert ask("algorithms", "ease", "--for", folder / "ratings.csv")[0] == 2
    assert ask("algorithms", "--items", folder / "ratings.csv")[0] == 2


def test_train_makes_a_run_folder_with_its_data_inside(folder, tmp_path, value):
    said = value(
        "train",
        folder / "ratings.csv",
        "--algorithm",
        "biased-svd",
        "--run",
        tmp_path / "a" / "run",
        "--set",
        "epochs=4",
        "--split",
        "random",
        "--split-set",
        "test=0.3",
        "--seed",
        "5",
        "--threads",
        "1",
        "--device",
        "cpu",
    )
    assert (said["run"], said["status"], said["records"]) == (str(tmp_path / "a" / "run"), "done", 4)
    assert said["seconds"] > 0
    assert said["peak_memory_bytes"] > 1_000_000
    assert said["last"]["epoch"] == 4
    spec = Run.open(tmp_path / "a" / "run").spec
    assert (spec.data, spec.split, spec.split_settings["test"], spec.seed, spec.threads) == (
        "data",
        "random",
        0.3,
        5,
        1,
    )


def test_a_blend_refers_to_runs_beside_it_and_reads_no_file(trained, tmp_path, value, fails, ask):
    runs = ",".join(str(trained[name]) for name in ("ease", "average"))  # paths are made names
    blend = trained["ease"].with_name("blend")
    asked = ("train", "--algorithm", "blend", "--run", blend, "--set", f"runs={runs}")
    assert ask(*asked, "--split", "random")[0] == 2
    assert "two trained runs" in fails("train", "--algorithm", "blend", "--run", blend, "--set", "runs=ease")
    assert not blend.exists()
    last = value(*asked)["last"]
    assert set(last["values"]) == {"ease", "average"}
    assert not (blend / "data").exists()
    assert value("evaluate", blend)["users"] == 40
    assert value("recommend", blend, "--user", "u000", "--output", tmp_path / "one.csv")["users"] == 1
    assert "is not in" in fails(
        "train", "--algorithm", "blend", "--run", tmp_path / "far", "--set", "runs=ease,average"
    )


def test_a_finished_run_says_so_and_answers_the_same(trained, ask):
    status, out, err = ask("train", "--run", trained["biased-svd"], "--json")
    assert status == 0
    assert json.loads(out)["status"] == "done"
    assert json.loads(out)["records"] == 3
    assert "nothing left to train" in err


def test_what_followed_from_the_data_is_said(folder, tmp_path, ask):
    asked = ("train", folder / "ratings.csv", "--algorithm", "item-knn", "--run", tmp_path / "run")
    assert "From the data: shrinkage " in ask(*asked)[1]
    said = json.loads(ask("train", "--run", tmp_path / "run", "--json")[1])["from_data"]["shrinkage"]
    assert said["value"] in (10, 50, 250)
    assert " of 10: " in said["why"]


def test_a_run_that_has_ended_goes_on_for_more_epochs(folder, tmp_path, value, fails, ask):
    run = tmp_path / "run"
    given = ["--algorithm", "biased-svd", "--set", "epochs=1", "--set", "factors=2", "--run", run]
    assert value("train", folder / "ratings.csv", *given)["last"]["epochs"] == 1
    said = value("train", "--run", run, "--more-epochs", "2")
    assert (said["status"], said["last"]["epoch"], said["last"]["epochs"]) == ("done", 3, 3)
    assert ask("train", folder / "ratings.csv", *given, "--more-epochs", "2")[0] == 2
    value("train", folder / "ratings.csv", "--algorithm", "average", "--run", tmp_path / "average")
    assert "no more epochs" in fails("train", "--run", tmp_path / "average", "--more-epochs", "2")


def test_own_files_are_a_split(folder, tmp_path, value):
    lines = (folder / "ratings.csv").read_text().splitlines()
    for name, rows in {"base": lines[1:400], "test": lines[400:440], "validation": lines[440:]}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join([lines[0], *rows]) + "\n")
    files = ["--split", "files", "--test", tmp_path / "test.csv", "--validation", tmp_path / "validation.csv"]
    value("train", tmp_path / "base.csv", "--algorithm", "average", *files, "--run", tmp_path / "run")
    fold = Run.open(tmp_path / "run").fold
    assert (len(fold.train), len(fold.test.truth.item), len(fold.validation.truth.item)) == (399, 40, 41)
    assert value("evaluate", tmp_path / "run")["metrics"]["rmse"]["mean"] == 0  # ratings here hang on the item alone
    (tmp_path / "pairs.csv").write_text("u001,i1\nu039,i1\n")  # the second is in the data, but not in training
    said = value("predict", tmp_path / "run", tmp_path / "pairs.csv", "--output", tmp_path / "out.csv")
    assert (said["rows"], said["unknown_users"]) == (2, 1)


def test_an_algorithm_that_the_data_does_not_suit_says_why_and_leaves_nothing(tmp_path, fails):
    (tmp_path / "plain.csv").write_text("user,item\n" + "".join(f"{at % 5},{at % 7}\n" for at in range(35)))
    sentence = fails("train", tmp_path / "plain.csv", "--algorithm", "biased-svd", "--run", tmp_path / "run")
    assert "needs ratings" in sentence
    assert not (tmp_path / "run").exists()


def test_evaluate_gives_metrics_with_intervals_and_the_protocol(trained, value):
    found = value("evaluate", trained["ease"], "--metrics", "ndcg,recall", "--k", "5,10,20")
    assert set(found["metrics"]) == {f"{name}@{k}" for name in ("ndcg", "recall") for k in (5, 10, 20)}
    ndcg = found["metrics"]["ndcg@10"]
    assert ndcg["low"] <= ndcg["mean"] <= ndcg["high"]
    assert found["users"] == 40
    assert {"split", "candidates", "masked", "relevance", "cutoffs", "formulas"} <= set(found["protocol"])
    assert found["seconds"] >= 0
    assert set(value("evaluate", trained["ease"], "--metrics", "ndcg@3")["metrics"]) == {"ndcg@3"}
    assert {"rmse", "mae"} <= set(value("evaluate", trained["biased-svd"])["metrics"])


def test_lists_leave_out_what_was_shown_and_keep_ids_and_titles(trained, folder, tmp_path, value):
    said = value("recommend", trained["ease"], "--all", "--output", tmp_path / "lists.csv", "--k", "7")
    assert said["users"] == 40
    assert (tmp_path / "lists.csv").read_text().splitlines()[0] == "user,rank,item,score,title,basis"
    rows = _rows(tmp_path / "lists.csv")
    assert len(rows) == said["rows"] == 40 * 7
    run = Run.open(trained["ease"])
    shown = {}
    for user, item in zip(run.fold.shown_at_test.user, run.fold.shown_at_test.item, strict=True):
        shown.setdefault(run.data.user_ids[user].as_py(), set()).add(run.data.item_ids[item].as_py())
    assert all(len(items) == 11 for items in shown.values())
    assert not any(row["item"] in shown[row["user"]] for row in rows)
    first = rows[:7]
    assert [row["rank"] for row in first] == list("1234567")
    assert [float(row["score"]) for row in first] == sorted((float(row["score"]) for row in first), reverse=True)
    assert first[0]["title"] == f"Title, the {first[0]['item'][1:]}th"
    value("recommend", trained["ease"], "--all", "--output", tmp_path / "seen.csv", "--k", "12", "--include-seen")
    assert any(row["item"] in shown[row["user"]] for row in _rows(tmp_path / "seen.csv"))


def test_lists_of_some_users_in_three_formats(trained, tmp_path, value):
    found = []
    for ending in ("csv", "parquet", "jsonl"):
        file = tmp_path / f"some.{ending}"
        said = value("recommend", trained["ease"], "--user", "u003", "--user", "u001", "--output", file, "--k", "3")
        assert (said["rows"], said["users"]) == (6, 2)
    found.append(_rows(tmp_path / "some.csv"))
    found.append(pq.read_table(tmp_path / "some.parquet").to_pylist())
    found.append([json.loads(line) for line in (tmp_path / "some.jsonl").read_text(encoding="utf-8").splitlines()])
    plain = [[(r["user"], int(r["rank"]), r["item"], np.float32(r["score"])) for r in rows] for rows in found]
    assert plain[0] == plain[1] == plain[2]
    assert [row[0] for row in plain[0]] == ["u003"] * 3 + ["u001"] * 3


@pytest.mark.parametrize("header", ["", "user,item\n", "item,user\n"])
def test_predicted_ratings_keep_the_order_and_allow_strangers(trained, tmp_path, value, header):
    pairs = [("u002", "i4"), ("nobody", "i4"), ("u001", "nothing"), ("u001", "i3")]
    rows = [f"{b},{a}" if header.startswith("item") else f"{a},{b}" for a, b in pairs]
    (tmp_path / "pairs.csv").write_text(header + "\n".join(rows))
    said = value("predict", trained["biased-svd"], tmp_path / "pairs.csv", "--output", tmp_path / "out.csv")
    assert (said["rows"], said["unknown_users"], said["unknown_items"]) == (4, 1, 1)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file))
    assert read[0] == ["user", "item", "rating"]
    assert [tuple(row[:2]) for row in read[1:]] == pairs
    run = Run.open(trained["biased-svd"])
    user, item = run.data.user_index("u001"), run.data.item_index("i3")
    expected = run.trained_algorithm().predict(np.array([user], np.int32), np.array([item], np.int32))
    assert np.float32(read[4][2]) == expected[0]


def test_a_list_is_explained_and_items_have_neighbours_and_an_audience(trained, value, ask, fails):
    # Nobody has chosen what this user has together with i1: it would be listed for being popular.
    filler = value("explain", trained["ease"], "--user", "u001", "--item", "i1")
    assert (filler["how"], filler["score"]) == ("filler", 0)  # as it stands in lists
    train = Run.open(trained["ease"]).fold.train
    assert filler["chosen_by"] == train.item_counts[train.item_index("i1")]
    why = value("explain", trained["ease"], "--user", "u001", "--item", "i25")
    assert why["how"] == "sum"
    assert why["base"] + sum(one["contribution"] for one in why["reasons"]) == pytest.approx(why["score"], abs=1e-5)
    first = value("audience", trained["ease"], "--item", "i1", "--k", 3)
    assert [one["rank"] for one in first["people"]] == [1, 2, 3]
    assert "people who could be shown it" in ask("audience", trained["ease"], "--item", "i1")[1]
    assert ask("audience", trained["ease"], "--item", "i1", "--vectors", "v.npy")[0] == 2
    found = value("similar", trained["ease"], "--item", "i1", "--k", 3)
    assert len(found["items"]) == 3
    assert "i1" not in {one["item"] for one in found["items"]}
    assert "nobody" in fails("explain", trained["ease"], "--user", "nobody", "--item", "i1")


def test_wrong_usage_ends_with_2(folder, tmp_path, ask, fails):
    assert main([]) == 2
    assert ask("train", "--algorithm", "ease")[0] == 2  # no run
    assert ask("train", folder / "ratings.csv", "--run", tmp_path / "x")[0] == 2  # no algorithm
    assert (
        ask("train", folder / "ratings.csv", "--algorithm", "ease", "--run", tmp_path / "x", "--split", "files")[0] == 2
    )
    assert ask("train", "--run", tmp_path / "x", "--seed", "4")[0] == 2  # a run goes on as it began
    assert ask("recommend", tmp_path, "--output", "x.csv")[0] == 2  # for whom?
    assert ask("evaluate", tmp_path, "--k", "0")[0] == 2
    assert ask("inspect")[0] == 2
    assert "Did you mean 'train'" in fails("trian", status=2)
    assert ask("explain", "run", "--user", "3")[0] == 2  # which item?
    assert ask("similar", "run")[0] == 2


def test_help_and_version(capsys):
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
    assert main(["--help"]) == 0
    tour = capsys.readouterr().out
    assert all(command in tour for command in ("inspect", "algorithms", "train", "evaluate", "recommend", "demo"))


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (["--algorithm", "eas"], ("algorithm 'eas'", "Did you mean 'ease'")),
        (["--algorithm", "biased-svd", "--set", "epoch=3"], ("'epoch'", "Did you mean 'epochs'")),
        (["--algorithm", "biased-svd", "--set", "epochs=many"], ("epochs", "whole number", "'many'")),
        (["--algorithm", "ease", "--set", "regularization=-1"], ("regularization", "above 0")),
        (["--algorithm", "ease", "--split", "lastn"], ("split 'lastn'", "Did you mean 'last-n'")),
        (["--algorithm", "ease", "--split-set", "n=0"], ("n must be", "at least 1")),
        (["--algorithm", "ease", "--filter", "cor=5"], ("filter 'cor'", "Did you mean 'core'")),
        (["--algorithm", "ease", "--filter", "core=0"], ("k must be", "at least 1")),
        (["--algorithm", "ease", "--filter", "core=500"], ("'500-core' leaves nothing of 480",)),
        (["--algorithm", "ease", "--filter", "after=soon"], ("date such as", "'soon'")),
        (["--algorithm", "ease", "--split", "k-fold", "--split-set", "fold=5"], ("fold must be below 5",)),
        (["--algorithm", "ease", "--columns", "user=nobody,item=item"], ("nobody",)),
        (["--algorithm", "ease", "--seed", "-1"], ("seed",)),
        (["--algorithm", "ease", "--items", "absent.csv"], ("absent.csv",)),
    ],
)
def test_wrong_wishes_name_what_was_meant_and_leave_nothing(folder, tmp_path, fails, wishes, words):
    sentence = fails("train", folder / "ratings.csv", "--run", tmp_path / "new" / "run", *wishes)
    assert all(word in sentence for word in words)
    assert not (tmp_path / "new").exists()


def test_filters_come_before_the_split_and_stand_in_the_protocol(folder, tmp_path, ask, value):
    given = ("train", folder / "ratings.csv", "--run", tmp_path / "run", "--algorithm", "ease")
    filters = ("--filter", "min-rating=3", "--filter", "core=3", "--filter", "exclude=i3")
    status, _, err = ask(*given, *filters, "--split", "held-out-users", "--split-set", "shown=0.5")
    assert status == 0, err
    likes = [line for line in (folder / "ratings.csv").read_text().split()[1:] if int(line.split(",")[2]) >= 3]
    assert f"Filter ratings from 3: {len(likes)} interactions, 40 users, 24 items left." in err
    run = Run.open(tmp_path / "run")
    assert run.spec.filters[0] == {"name": "rating", "settings": {"low": 3, "high": None}}
    assert run.data.rating.min() >= 3
    assert "i3" not in run.data.item_ids.to_pylist()
    answer = value("evaluate", tmp_path / "run")
    assert answer["protocol"]["candidates"] == f"all {run.data.n_items} items left by the filters"
    assert answer["protocol"]["data_hash"] == run.data_identity != run.spec.data_hash
    assert answer["protocol"]["filters_in_words"] == "ratings from 3, then 3-core, then without i3"
    assert "filters: ratings from 3" in ask("evaluate", tmp_path / "run")[1]
    value("recommend", tmp_path / "run", "--all", "--k", "30", "--output", tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(newline="") as file:
        listed = {row["item"] for row in csv.DictReader(file)}
    assert listed == set(run.data.item_ids.to_pylist())


def test_the_window_is_asked_for_only_where_it_can_be(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("workbench.__main__._open_window", lambda path: print("window", path) or 0)  # noqa: T201
    assert start([]) == 0
    assert start([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == ["window None", f"window {tmp_path}"]
    assert start(["algorithms"]) == 0
    assert not capsys.readouterr().out.startswith("window")
    assert start([str(tmp_path / "vanished")]) == 1
    assert "vanished is not there" in capsys.readouterr().err
    assert start(["inspct"]) == 2
    assert "Did you mean 'inspect'" in capsys.readouterr().err
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert start([]) == 1
    assert "no display" in capsys.readouterr().err


def test_every_command_has_help(capsys):
    for command in COMMANDS:
        assert main([command, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"usage: workbench {command} ")


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere():
    import io

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(stream)
        progress.start("Reading")
        for done in range(1000):
            progress.progress(done / 1000, "rows")
        progress.end()
    assert "░" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == "Reading …\n"
    progress._next = 0.0
    progress.show(0, "")  # nothing to tell yet
    assert file.getvalue() == "Reading …\nReading …\n"
    progress.cancelled = True
    with pytest.raises(Cancelled):
        progress.check()
