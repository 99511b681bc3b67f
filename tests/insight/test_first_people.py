"""Who would be the first to be shown an item, against places in lists one by one."""

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.evaluation import ranking
from workbench.insight.first_people import first_people, first_people_of_new
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    place = tmp_path_factory.mktemp("people")
    user, item = np.nonzero(np.random.default_rng(0).random((40, 20)) < 0.3)
    rows = "".join(f"u{u},i{i},{n}\n" for n, (u, i) in enumerate(zip(user, item, strict=True)) if u != i)
    (place / "r.csv").write_text("user,item,time\n" + rows)
    vectors = np.random.default_rng(1).normal(size=(22, 4))
    lines = ["item,a,b,c,d", *(f"i{i}," + ",".join(map(str, row)) for i, row in enumerate(vectors))]
    (place / "v.csv").write_text("\n".join(lines))
    (place / "new.csv").write_text("item,title\ni20,Twenty\ni21,Twenty-one\n")
    import_file(place / "r.csv", place / "data" / "d", vectors={"all": place / "v.csv"})
    made = {}
    for name in ("vector-knn", "ease"):
        made[name] = Run.create(place / "runs" / name, place / "data" / "d", name)
        train_run(made[name].folder)
    return made


def test_people_are_those_in_whose_lists_it_stands_highest(runs, monkeypatch):
    run = runs["ease"]
    told = first_people(str(run.folder), "i3", Control(), k=7)
    algorithm, index = run.trained_algorithm(), run.data.item_index("i3")
    places = []
    for at, user in enumerate(run.data.user_ids.to_pylist()):
        shown, seen = (rows.by_user.rows(np.array([at])) for rows in (run.fold.shown_at_test, run.fold.seen_at_test))
        if index in seen.item:
            continue
        listed = ranking.recommend(algorithm, np.array([at], np.int32), shown, run.data.n_items, seen).items[0]
        score = algorithm.score(np.array([at], np.int32), shown)[0, index]
        places.append((listed.tolist().index(index) + 1, -score, user))
    best = sorted(places)[:7]
    assert [(one["place"], one["user"]) for one in told["people"]] == [(place, user) for place, _, user in best]
    assert (told["asked"], told["at_top"]) == (len(places), sum(place <= 10 for place, *_ in places))
    monkeypatch.setattr(ranking, "BLOCK_BYTES", 600)
    assert first_people(str(run.folder), "i3", Control(), k=7) == told


def test_a_new_item_is_placed_first(runs):
    run, folder = runs["vector-knn"], runs["vector-knn"].folder.parent.parent
    files = {"items": folder / "new.csv", "vectors": {"all": folder / "v.csv"}, "k": 5}
    told = first_people_of_new(str(run.folder), "i21", control=Control(), **files)
    assert (told["title"], told["chosen_by"], len(told["people"])) == ("Twenty-one", 0, 5)
    vectors = np.genfromtxt(folder / "v.csv", delimiter=",", skip_header=1)[:, 1:]
    about = vectors - vectors[:20].mean(axis=0)
    unit = about / np.linalg.norm(about, axis=1, keepdims=True)
    first = run.data.by_user[run.data.user_index(told["people"][0]["user"])]
    ids = [int(run.data.item_ids[int(i)].as_py()[1:]) for i in first]
    others = [int(i[1:]) for i in run.data.item_ids.to_pylist()]
    assert (unit[ids] @ unit[21]).max() > np.quantile(unit[others] @ unit[21], 0.75)
    with pytest.raises(WorkbenchError, match="cannot place items"):
        first_people_of_new(str(runs["ease"].folder), "i21", control=Control(), **files)
