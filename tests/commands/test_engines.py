"""On which machines: what goes together on the command line, and what it says when lists were made in parts."""

import pytest

from workbench.engine import Done

WRONG = {
    "goes with --all": ["recommend", "run", "--user", "a", "--output", "o.csv", "--engine", "here"],
    "without --items": ["recommend", "run", "--all", "--output", "o.csv", "--engine", "here", "--items", "i.csv"],
    "--parts N goes with --engine": ["recommend", "run", "--all", "--output", "o.csv", "--parts", "3"],
    "N is 1 or more": ["recommend", "run", "--all", "--output", "o.csv", "--engine", "here", "--parts", "0"],
    "--engine WHERE goes with --together": ["train", "--run", "run", "--engine", "here"],
    "and N is 1": ["train", "--run", "run", "--together", "0"],
}


class Told:
    """An engine whose parts are empty files."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def map(self, job, pieces, control):
        for number, piece in enumerate(pieces):
            with open(piece["output"], "w", encoding="utf-8") as part:  # noqa: PTH123 - a path as text
                part.write(f"user,rank\n{piece['k']},{number}\n")
            sums = dict.fromkeys(("rows", "users", "cold", "popular", "filled", "changed"), 2)
            yield Done(number, sums, f"10.0.0.{number % 2}")


@pytest.mark.parametrize("sentence", WRONG)
def test_what_does_not_go_together_is_wrong_usage(sentence, ask):
    status, _, said = ask(*WRONG[sentence])
    assert status == 2
    assert sentence in said


def test_who_made_which_parts_is_told(ask, value, fails, folder, tmp_path, monkeypatch):
    run, output = tmp_path / "run", tmp_path / "lists.csv"
    value("train", folder / "ratings.csv", "--algorithm", "popularity", "--run", run)
    assert "no engine. There are: here" in fails("recommend", run, "--all", "--output", output, "--engine", "there")
    monkeypatch.setattr("workbench.engine.open_engine", lambda asked: Told())
    asked = ("recommend", run, "--all", "--k", 7, "--output", output, "--engine", "ray://10.0.0.0:1", "--parts", 3)
    assert "6 recommendations for 6 users" in ask(*asked)[1]
    assert "Made in 3 parts: 2 by 10.0.0.0, 1 by 10.0.0.1." in ask(*asked)[1]
    assert output.read_text(encoding="utf-8") == "user,rank\n7,0\n7,1\n7,2\n"
    assert value(*asked)["machines"] == {"10.0.0.0": 2, "10.0.0.1": 1}
    together = ("train", folder / "ratings.csv", "--algorithm", "ease", "--run", tmp_path / "ease", "--together", "2")
    assert "EASE has no steps of batches" in fails(*together)
