"""A file format that is one new file, on the command line."""

import json


def test_it_is_told_and_read(new_format, ask, value, tmp_path):
    _, out, _ = ask("inspect", "--help")
    told = " ".join(out.split())
    assert "notes Notes of who liked what (.notes)" in told
    assert "parquet Parquet (.parquet)" in told
    found = value("inspect", new_format)
    assert (found["kind"], found["kept"], found["users"], found["items"]) == ("notes", 88, 8, 11)
    _, out, _ = ask("inspect", new_format)
    assert "mine.notes (notes of who liked what)" in out
    given = ["--algorithm", "popularity", "--run", tmp_path / "run", "--quiet"]
    assert ask("train", new_format, *given)[0] == 0
    about = json.loads((tmp_path / "run" / "data" / "data.json").read_text(encoding="utf-8"))
    assert about["recipe"]["format"]["kind"] == "notes"


def test_it_can_be_asked_for(new_format, fails, tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("user,item,rating\na,b,3\nc,d,4\n")
    assert "is damaged" in fails("inspect", path, "--read", "kind=notes")
    assert "must be one of" in fails("inspect", path, "--read", "kind=nonsense")
    assert "'klingon' is not a text encoding" in fails("inspect", path, "--read", "encoding=klingon")
