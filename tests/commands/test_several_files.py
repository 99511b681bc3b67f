"""Several files on the command line: what each was taken for, and how many rows met."""

import numpy as np

from workbench.training.run import Run


def test_orders_and_lines_and_items_are_trained_on_together(tmp_path, value, ask):
    (tmp_path / "orders.csv").write_text("order_id,user_id\n" + "".join(f"{o},u{o % 6}\n" for o in range(31)))
    for part in (1, 2):
        lines = "".join(f"{o},i{(o * 3 + at) % 8}\n" for o in range(part, 32, 2) for at in range(3))
        (tmp_path / f"lines_{part}.csv").write_text("order_id,item_id\n" + lines)
    (tmp_path / "things.csv").write_text("item_id,title\n" + "".join(f"i{i},Thing {i}\n" for i in range(9)))
    files = [tmp_path / name for name in ("lines_1.csv", "lines_2.csv", "orders.csv", "things.csv")]
    found = value("inspect", *files, "--join", "order_id")
    assert [file["as"] for file in found["files"]] == ["interactions", "interactions", "joined by order_id"]
    assert (found["files"][2]["matched"], found["files"][2]["without_examples"]) == (90, ["31"])
    assert found["joined"]["items"]["matched"] == 8
    assert "joined by order_id, 90 rows met one of its 31; 3 met none (such as 31)" in ask("inspect", tmp_path)[1]
    asked = ("train", *files, "--join", "order_id", "--algorithm", "popularity", "--run", tmp_path / "run")
    status, _, err = ask(*asked)
    assert (status, "lines_1.csv: interactions, 45 of 48 rows kept." in err) == (0, True), err
    assert "nothing left to train" in ask(*asked)[2]
    assert value("recommend", tmp_path / "run", "--user", "u1", "--output", tmp_path / "l.csv")["users"] == 1
    assert "Thing" in (tmp_path / "l.csv").read_text()
    assert ask("inspect", files[0], "--join", "order_id")[0] == 2
    assert ask("train", *files[:2], "--test", files[0], "--algorithm", "popularity", "--run", tmp_path / "x")[0] == 2


def test_several_kinds_of_vectors_come_along_by_name(tmp_path, value, ask):
    (tmp_path / "r.csv").write_text("user,item\n" + "".join(f"u{n},{n * m % 7}\n" for n in range(9) for m in (1, 2, 3)))
    (tmp_path / "a=b.csv").write_text("item,x\n1,2\n3,4\n")
    np.save(tmp_path / "v.npy", np.eye(7))
    given = ["--vectors", f"posters={tmp_path / 'v.npy'}", "--vectors", tmp_path / "a=b.csv"]
    found = value("inspect", tmp_path / "r.csv", *given)["joined"]
    assert (found["vectors"]["matched"], found["named_vectors"]["posters"]["matched"]) == (2, 7)
    value("train", tmp_path / "r.csv", *given, "--algorithm", "popularity", "--run", tmp_path / "run")
    vectors = Run.open(tmp_path / "run").data.item_features.vectors
    assert {name: array.shape for name, array in vectors.items()} == {"posters": (7, 7), "vectors": (7, 1)}
    for twice in (["--vectors", f"posters={tmp_path / 'v.npy'}"], ["--vectors", "A B=v.npy"]):
        assert ask("inspect", tmp_path / "r.csv", *given, *twice)[0] == 2
