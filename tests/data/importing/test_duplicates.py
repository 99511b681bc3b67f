"""The list of duplicates is made turn by turn, for some users at a time: that must not be seen in it."""

import numpy as np
import pytest

from workbench.data.importing import duplicates
from workbench.data.importing.importer import import_file
from workbench.data.importing.recipes import Recipe


@pytest.mark.parametrize("at_once", [1, 7, 500])
@pytest.mark.parametrize("policy", ["last", "sum"])
def test_the_list_does_not_depend_on_how_many_rows_are_looked_through_at_once(tmp_path, monkeypatch, at_once, policy):
    rng = np.random.default_rng(0)
    rows = np.stack([rng.integers(0, 30, 600), rng.integers(0, 40, 600), rng.integers(1, 6, 600)], axis=1)
    file, folder = tmp_path / "ratings.csv", tmp_path / "data"
    np.savetxt(file, rows, "%d", ",", header="user,item,rating", comments="")
    recipe = Recipe.model_validate(import_file(file, tmp_path / "guessed")["recipe"])
    import_file(file, folder, recipe.model_copy(update={"duplicates": policy}))
    monkeypatch.setattr(duplicates, "TURN_ROWS", at_once)
    duplicates.list_duplicates(folder)
    listed = (folder / "duplicates.csv").read_text().splitlines()[1:]
    # The account by hand: lines of each pair, in the order in which pairs first stand in the file.
    pairs = {}
    for line, (user, item, _) in enumerate(rows.tolist(), 2):
        pairs.setdefault((user, item), []).append(line)
    wanted = [line for lines in pairs.values() if len(lines) > 1 for line in lines]
    kept = {lines[-1] for lines in pairs.values()}
    assert len(wanted) > 100
    cells = [row.replace('"', "").split(",") for row in listed]
    assert [int(row[1]) for row in cells] == wanted
    outcomes = [row[-1] for row in cells]
    assert outcomes == (
        ["merged"] * len(wanted) if policy == "sum" else ["kept" if line in kept else "left out" for line in wanted]
    )
