"""What an event is worth, and people who buy again, from the file to the lists."""

import csv

import pytest

ROWS = [
    ("u", "a", 5), ("u", "b", 4), ("u", "c", 1), ("u", "d", 3),
    ("v", "a", 4), ("v", "b", 5), ("v", "d", 2),
    ("w", "b", 5), ("w", "a", 5), ("w", "e", 4),
]  # fmt: skip


def written(path, rows):
    path.write_text("user,item,rating\n" + "".join(f"{u},{i},{r}\n" for u, i, r in rows))
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Purchases, and later ones: u and v take a and b again, w something new."""
    folder = tmp_path_factory.mktemp("shop")
    written(folder / "train.csv", ROWS)
    written(folder / "test.csv", [("u", "a", 5), ("v", "b", 5), ("w", "c", 5), ("w", "e", 1)])
    return folder


def lists(path):
    with path.open() as file:
        return {(row["user"], row["item"]) for row in csv.DictReader(file)}


def test_ratings_become_likes_and_dislikes(shop, value, ask):
    rules = "rating=like>=4,dislike<=2"
    found = value("inspect", shop / "train.csv", "--feedback", rules)
    assert found["feedback"] == {"kind": "ratings", "column": "rating", "rules": ["like>=4", "dislike<=2"]}
    run = shop / "run"
    value("train", shop / "train.csv", "--algorithm", "popularity", "--run", run, "--feedback", rules,
          "--split", "random", "--split-set", "validation=0")  # fmt: skip
    protocol = value("evaluate", run)["protocol"]
    assert protocol["feedback"] == "rating: like>=4, dislike<=2; read: positives"
    assert protocol["masked"].endswith("and all that they saw and did not choose")
    assert protocol["relevance"] == "every hidden interaction that is worth more than 0"
    rated = value("train", shop / "train.csv", "--algorithm", "average", "--run", shop / "average", "--feedback", rules,
                  "--split", "random", "--split-set", "validation=0.2")  # fmt: skip
    assert list(rated["last"]["validation"]) == ["ndcg@10"], "errors over likes alone choose nothing"
    assert "over hidden positives alone" in value("evaluate", shop / "average")["protocol"]["feedback"]
    value("recommend", run, "--all", "--output", shop / "lists.csv")
    assert not lists(shop / "lists.csv") & {(user, item) for user, item, rating in ROWS if rating < 4}
    for wrong, told in (("rating=good", "Write like>=4"), ("stars=like>=4", "no column 'stars'")):
        status, _, said = ask("inspect", shop / "train.csv", "--feedback", wrong)
        assert status == 1
        assert told in said
    assert ask("inspect", shop / "train.csv", "--feedback", "rating")[0] == 2


def test_people_buy_again(shop, value):
    """Popularity lists b, a (3 each), d; u has all but e, v all but c and e, w all but c and d."""
    asked = ("train", shop / "train.csv", "--test", shop / "test.csv", "--algorithm", "popularity")
    figures = {}
    for name, more in (("new", []), ("again", ["--include-seen"])):
        run = shop / name
        value(*asked, "--run", run, *more)
        figures[name] = value("evaluate", run, "--metrics", "hit", "--k", "2")
        value("recommend", run, "--all", "--k", "2", "--output", shop / f"{name}.csv")
    assert figures["new"]["metrics"]["hit@2"]["mean"] == pytest.approx(1 / 3)  # c of w, the only one left to her
    assert figures["again"]["metrics"]["hit@2"]["mean"] == pytest.approx(2 / 3)
    assert figures["again"]["protocol"]["masked"] == "nothing, because people take things again"
    assert not {leak["name"] for leak in figures["again"]["leaks"]} & {
        "truth-in-history",
        "duplicates-across-the-split",
    }
    bought = {(user, item) for user, item, _ in ROWS}
    assert not lists(shop / "new.csv") & bought
    assert len(lists(shop / "again.csv") & bought) == 6
    once = value("evaluate", shop / "new", "--metrics", "hit", "--k", "2", "--include-seen")
    assert once["metrics"] == figures["again"]["metrics"]
    compared = value("compare", shop / "new", shop / "again", "--metric", "hit@2")
    assert compared["comparable"] is True  # tested alike the last time
    value("evaluate", shop / "new", "--metrics", "hit", "--k", "2")
    assert "left out" in value("compare", shop / "new", shop / "again", "--metric", "hit@2")["why"]
