"""A filter that is one new file, on the command line."""


def test_it_is_told_and_applied(new_filter, ask, value, folder, tmp_path):
    _, out, _ = ask("train", "--help")
    assert "each=… One in so many interactions stays." in " ".join(out.split())
    given = ["--algorithm", "popularity", "--run", tmp_path / "run", "--filter", "each=2"]
    _, _, err = ask("train", folder / "ratings.csv", *given)
    assert "Filter one interaction in 2: 240 interactions" in err
    assert value("evaluate", tmp_path / "run")["protocol"]["filters_in_words"] == "one interaction in 2"
