"""Runs against each other, and lists made elsewhere, through the command line and the functions that the window calls."""

import json
import math

import numpy as np
import pyarrow.parquet as pq
import pytest

from workbench.cli import main
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.export.lists import export_lists
from workbench.training import comparing
from workbench.training.evaluating import masked_part
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    project = tmp_path_factory.mktemp("compare")
    folder = project / "runs"
    folder.mkdir()
    rng = np.random.default_rng(3)
    lines = ["user,item,rating,time"]
    for user in range(60):
        popular = 1 / np.arange(1, 31)
        chosen = rng.choice(30, 6 + user % 9, replace=False, p=popular / popular.sum())
        lines += [f"u{user:03d},i{item},{1 + int(item + user) % 5},{at}" for at, item in enumerate(chosen)]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")
    titles = [f"i{item},Title {item} (1990),{('Drama', 'Comedy|Drama', 'War')[item % 3]}" for item in range(30)]
    (folder / "movies.csv").write_text("\n".join(["item,title,genres", *titles]) + "\n")
    import_file(folder / "ratings.csv", project / "data" / "small", None, folder / "movies.csv")
    wishes = {
        "pop": ("popularity", {}, "last-n", {}, 0),
        "chance": ("random", {}, "last-n", {}, 0),
        "chance-1": ("random", {}, "last-n", {}, 1),
        "average": ("average", {}, "last-n", {}, 0),
        "by-user": ("average", {"by": "user"}, "last-n", {}, 0),
        "other": ("popularity", {}, "random", {}, 0),
        "fold-0": ("popularity", {}, "k-fold", {"k": 3}, 0),
        "fold-1": ("popularity", {}, "k-fold", {"k": 3, "fold": 1}, 0),
    }
    for name, (*what, seed) in wishes.items():
        Run.create(folder / name, project / "data" / "small", *what, seed=seed)
        train_run(folder / name)
    for name in ("pop", "chance", "chance-1", "average"):
        assert main(["evaluate", str(folder / name), "--quiet"]) == 0
    return folder


@pytest.fixture
def ask(capsys):
    def ask(*words):
        capsys.readouterr()
        status = main([*map(str, words), "--quiet"])
        out = capsys.readouterr()
        return status, out.out, out.err

    return ask


def run(folder, name):
    return Run.open(folder / name)


def test_compare_answers_with_the_keys_of_the_contract(folder, ask):
    status, out, _ = ask("compare", folder / "pop", folder / "chance", "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["metric"] == "ndcg@10"
    assert answer["comparable"]
    assert "why" not in answer
    stored = {name: json.loads((folder / name / "evaluation.json").read_text()) for name in ("pop", "chance")}
    assert answer["runs"] == {name: one["metrics"]["ndcg@10"]["mean"] for name, one in stored.items()}
    (pair,) = answer["pairs"]
    assert {"a", "b", "difference", "low", "high", "p", "p_adjusted", "test", "runs", "pairs"} <= pair.keys()
    assert (pair["a"], pair["b"], pair["test"]) == ("pop", "chance", "wilcoxon")
    assert pair["difference"] == pytest.approx(answer["runs"]["chance"] - answer["runs"]["pop"])
    assert pair["low"] < pair["difference"] < pair["high"]
    text = ask("compare", folder / "pop", folder / "chance")[1]
    assert text.index("pop ") < text.index("chance ")  # the better first
    assert pair["words"].startswith(("More than chance: ", "Could be chance: "))
    assert pair["words"] in text


def test_unlike_protocols_are_not_ranked_and_it_is_said_why(folder, ask):
    answer = json.loads(ask("compare", folder / "pop", folder / "other", folder / "chance", "--json")[1])
    assert not answer["comparable"]
    assert "The split (last 1 of each user test" in answer["why"]
    assert [(one["a"], one["b"]) for one in answer["pairs"]] == [("pop", "chance")]
    assert "not comparable" in ask("compare", folder / "pop", folder / "other")[1]


def test_runs_that_were_not_tested_are_tested_first_also_at_another_cutoff(folder, ask):
    answer = json.loads(ask("compare", folder / "pop", folder / "chance", "--metric", "recall@3", "--json")[1])
    assert answer["metric"] == "recall@3"
    assert "recall@3" in json.loads((folder / "pop" / "evaluation.json").read_text())["metrics"]


def test_seeds_and_folds_are_summed_up(folder, ask):
    seeds = json.loads(ask("compare", folder / "chance", folder / "chance-1", "--json")[1])
    (one,) = seeds["repeats"]
    assert one["what"] == "seeds"
    assert one["mean"] == pytest.approx(np.mean(list(seeds["runs"].values())))
    folds = json.loads(ask("compare", folder / "fold-0", folder / "fold-1", "--json")[1])
    assert not folds["comparable"]
    (one,) = folds["repeats"]
    assert one["what"] == "folds"
    assert "(standard error; 2 folds" in one["words"]


def test_wrong_wishes_are_told(folder, ask):
    assert ask("compare", folder / "pop")[0] == 2
    status, _, err = ask("compare", folder / "pop", folder / "pop")
    assert status == 1
    assert "different run folders" in err
    status, _, err = ask("compare", folder / "pop", folder / "chance", "--metric", "coverage@10")
    assert status == 1
    assert "one number for all lists together" in err


def test_errors_of_ratings_are_compared_by_user(folder):
    with pytest.raises(WorkbenchError, match="has no rmse"):
        comparing.compare_runs([run(folder, "average"), run(folder, "pop")], "rmse")


def test_the_difference_of_errors_is_that_of_the_errors_over_all_ratings(folder, ask):
    answer = json.loads(ask("compare", folder / "average", folder / "by-user", "--metric", "rmse", "--json")[1])
    (pair,) = answer["pairs"]
    assert pair["difference"] == pytest.approx(answer["runs"]["by-user"] - answer["runs"]["average"], abs=1e-6)
    assert pair["low"] < pair["difference"] < pair["high"]
    assert pair["mean_b"] - pair["mean_a"] == pytest.approx(pair["difference"])
    first = "by-user" if pair["difference"] < 0 else "average"
    assert (f"{first} is better" in pair["words"]) == pair["more_than_chance"]


def test_segments_sum_back_to_the_number_of_all(folder):
    metrics = json.loads((folder / "pop" / "evaluation.json").read_text())["metrics"]
    for by, metric in (("activity", "ndcg@10"), ("activity", "hit@5"), ("age", "recall@10"), ("genre", "ndcg@10")):
        found = comparing.segments(run(folder, "pop"), metric, by)
        assert len(found) > 2
        assert math.fsum(one.part for one in found) == pytest.approx(metrics[metric]["mean"], rel=1e-12)
    genres = {one.name for one in comparing.segments(run(folder, "pop"), "ndcg@10", "genre")}
    assert genres == {"Drama", "Comedy", "War"}
    errors = comparing.segments(run(folder, "average"), "rmse")
    whole = json.loads((folder / "average" / "evaluation.json").read_text())["metrics"]["rmse"]["mean"]
    assert math.sqrt(math.fsum(one.part for one in errors)) == pytest.approx(whole, rel=1e-6)


def test_who_gains_and_who_loses(folder):
    users, first, second = comparing.by_user(run(folder, "chance"), run(folder, "pop"), "recall@10")
    assert len(users) == 60
    assert (np.diff(second - first) <= 0).all()
    table = pq.read_table(folder / "pop" / "users.parquet")
    own = dict(zip(table.column("user").to_pylist(), table.column("recall@10").to_pylist(), strict=True))
    assert second.tolist() == [own[user] for user in users]


def test_overlap_of_lists(folder):
    users, same = comparing.overlap(run(folder, "pop"), run(folder, "pop"))
    assert len(users) == 60
    np.testing.assert_allclose(same, 1)
    other = comparing.overlap(run(folder, "pop"), run(folder, "chance"))[1]
    assert 0 < other.mean() < 0.9


def test_the_window_asks_the_same_by_jobs(folder):
    from workbench.control import Control
    from workbench.jobs import comparing

    pop, chance = str(folder / "pop"), str(folder / "chance")
    answers = {
        "compare": comparing.compare(runs=[pop, chance], control=Control()),
        "segments": comparing.segments(run=pop, control=Control(), by="genre"),
        "gains": comparing.gains(a=pop, b=chance, control=Control()),
        "overlap": comparing.overlap(a=pop, b=chance, control=Control()),
    }
    json.dumps(answers, allow_nan=False)
    assert answers["compare"]["pairs"][0]["difference"] == pytest.approx(
        np.mean(np.subtract(answers["gains"]["b"], answers["gains"]["a"]))
    )
    assert 0 < answers["overlap"]["mean"] < 1


def test_sampled_candidates_and_other_tools_are_told_and_not_mixed(folder, ask):
    import shutil

    copied = folder / "sampled"
    shutil.copytree(folder / "pop", copied)
    answer = json.loads(ask("evaluate", copied, "--negatives", "5", "--metrics", "ndcg", "--json")[1])
    assert answer["protocol"]["sampled"]
    assert "SAMPLED" in ask("evaluate", copied, "--negatives", "5")[1]
    found = json.loads(ask("compare", copied, folder / "pop", "--json")[1])
    assert not found["comparable"]
    assert "sampled" in found["why"]
    elliot = json.loads(ask("evaluate", copied, "--as", "elliot", "--json")[1])["protocol"]
    assert elliot["as"] == "Elliot"
    assert elliot["masked"] == "items of the person's training interactions only"
    assert "every" not in elliot["definitions"]
    assert elliot["definitions"]["map"] == "every-rank"
    status, _, err = ask("evaluate", copied, "--as", "elliott")
    assert status == 1
    assert "Did you mean 'elliot'" in err
    status, _, err = ask("evaluate", copied, "--formula", "recall=full")
    assert status == 1
    assert "truncated" in err


def test_masks_of_training_only_let_validation_items_into_the_lists(folder):
    fold = run(folder, "pop").fold
    usual, less = (masked_part(fold, masked) for masked in ("train+validation", "train"))
    assert usual is fold.test
    np.testing.assert_array_equal(less.seen.lengths, fold.train.by_user.lengths[less.who])
    assert (usual.seen.lengths == less.seen.lengths + 1).all()
    np.testing.assert_array_equal(less.histories.item, usual.histories.item)


def lists_of(folder, place, ending=".csv"):
    opened = run(folder, "pop")
    made = place / f"lists{ending}"
    export_lists(opened, opened.trained_algorithm(), made, k=20)
    return made


def test_lists_made_elsewhere_give_the_numbers_of_the_run_that_made_them(folder, ask, tmp_path):
    made = lists_of(folder, tmp_path)
    answer = json.loads(ask("evaluate", folder / "pop", "--lists", made, "--json")[1])
    stored = json.loads((folder / "pop" / "evaluation.json").read_text())["metrics"]
    assert len(answer["metrics"]) > 50
    for key, value in answer["metrics"].items():
        assert value["mean"] == pytest.approx(stored[key]["mean"]), key
    assert answer["file"]["ordered_by"] == "rank"
    assert answer["protocol"]["candidates"] == "as the file was made"
    assert answer["file"]["seen"] == 0
    # The same on the file of interactions, with the run's split.
    again = json.loads(ask("evaluate", folder / "ratings.csv", "--lists", made, "--metrics", "ndcg@10", "--json")[1])
    assert again["metrics"]["ndcg@10"]["mean"] == pytest.approx(stored["ndcg@10"]["mean"])


def test_lists_by_score_without_a_header_with_strangers_and_repetitions(folder, ask, tmp_path):
    test = run(folder, "pop").fold.test
    data = run(folder, "pop").data
    rows = []
    for row, user in enumerate(test.who):
        truth = data.item_ids[int(test.truth[row][0])].as_py()
        rows += [
            (data.user_ids[int(user)].as_py(), item, score)
            for item, score in (("nobody", 3.5), (truth, 2.5), (truth, 1.5))
        ]
    rows += [("stranger", "i1", 9.0)]
    np.random.default_rng(0).shuffle(rows)
    made = tmp_path / "lists.csv"
    made.write_text("".join(f"{u},{i},{s}\n" for u, i, s in rows))
    answer = json.loads(
        ask("evaluate", folder / "pop", "--lists", made, "--metrics", "mrr,precision,cold", "--k", "5", "--json")[1]
    )
    assert answer["metrics"]["mrr@5"]["mean"] == pytest.approx(1 / 2)
    assert answer["metrics"]["precision@5"]["mean"] == pytest.approx(1 / 5)
    assert answer["metrics"]["cold@5"]["mean"] == pytest.approx(1 / 2)  # training has not seen what nobody knows
    told = answer["file"]
    assert (told["unknown_items"], told["unknown_users"], told["repeated"]) == (len(test), 1, len(test))
    assert told["ordered_by"] == "score"
    made.write_text("user,item\nstranger,i1\n")
    status, _, err = ask("evaluate", folder / "pop", "--lists", made)
    assert status == 1
    assert "Are its user ids those of the data?" in err
    made.write_text("user,item,rank\nu001,i1,first\n")
    status, _, err = ask("evaluate", folder / "pop", "--lists", made)
    assert status == 1
    assert "not a number" in err
