"""CSV for a spreadsheet and CSV for a program: they differ where a spreadsheet would execute a cell, and both read back."""

import csv

IDS = ["=1+1", "-aB3", "@me", "'=1", "+x", "007", "NA-1", "plain"]


def users(path):
    with path.open(newline="", encoding="utf-8") as file:
        return {row["user"] for row in csv.DictReader(file)}


def test_both_read_back_and_differ_only_where_a_cell_would_be_executed(tmp_path, value, ask):
    rows = [f'"{user}","{item}",{1 + (at + shift) % 5}' for at, user in enumerate(IDS)
            for shift, item in enumerate(IDS[at:] + IDS[:at]) if shift < 5]  # fmt: skip
    (tmp_path / "r.csv").write_text("\n".join(["user,item,rating", *rows, ""]))
    run = tmp_path / "run"
    value("train", tmp_path / "r.csv", "--algorithm", "average", "--run", run, "--split", "random",
          "--split-set", "validation=0")  # fmt: skip
    own = value("evaluate", run, "--metrics", "ndcg,recall", "--k", "3")["metrics"]
    for whom in ("spreadsheet", "program"):
        lists, ratings = tmp_path / f"{whom}.csv", tmp_path / f"{whom}-ratings.csv"
        value("recommend", run, "--all", "--k", "3", "--csv", whom, "--output", lists)
        cells = users(lists)
        marked = {f"'{text}" if text.lstrip("'")[0] in "=-@+" else text for text in IDS}
        assert cells == (marked if whom == "spreadsheet" else set(IDS))
        found = value("evaluate", run, "--lists", lists, "--metrics", "ndcg,recall", "--k", "3")["metrics"]
        assert {name: found[name]["mean"] for name in own} == {name: own[name]["mean"] for name in own}
        predicted = value("predict", run, lists, "--csv", whom, "--output", ratings)
        assert (predicted["unknown_users"], predicted["unknown_items"]) == (0, 0)
        assert users(ratings) == cells
    assert ask("recommend", run, "--all", "--csv", "excel", "--output", lists)[0] == 2
