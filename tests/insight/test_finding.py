"""Users worth a look, the story of an item, and the map."""

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing import import_file
from workbench.errors import WorkbenchError
from workbench.insight import finding
from workbench.training.judging import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

GO = Control()


@pytest.fixture(scope="module")
def runs(tmp_path_factory, sample):
    place = tmp_path_factory.mktemp("finding")
    lines = (sample / "ratings.csv").read_text(encoding="utf-8").splitlines()
    (place / "ratings.csv").write_text("\n".join(lines[:6000]), encoding="utf-8")
    import_file(place / "ratings.csv", place / "data" / "d", items=sample / "movies.csv")
    made = {}
    for name, settings in (("ials", {"factors": 8, "epochs": 3}), ("popularity", {})):
        made[name] = Run.create(place / "runs" / name, place / "data" / "d", name, settings)
        train_run(made[name].folder)
        evaluate_run(made[name])
    return made


def test_the_heaviest_come_first_and_chance_is_repeatable(runs):
    run = str(runs["ials"].folder)
    found = finding.kinds_of_users(run, "heaviest", GO, limit=5)
    lengths = runs["ials"].fold.train.by_user.lengths
    assert [one["interactions"] for one in found] == np.sort(lengths)[::-1][:5].tolist()
    drawn = [finding.kinds_of_users(run, "random", GO, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_worst_served_are_those_whose_lists_miss(runs):
    run = runs["ials"]
    found = finding.kinds_of_users(str(run.folder), "worst", GO, limit=500)
    values = [one["value"] for one in found]
    assert values == sorted(values)
    best = finding.kinds_of_users(str(run.folder), "best", GO, limit=1)[0]
    assert best["value"] == max(values)
    lists = np.load(run.folder / "lists.npy")
    at = run.data.user_index(best["user"])
    row = int(np.flatnonzero(run.fold.test.who == at)[0])
    place = np.flatnonzero(lists[row][:10] == run.fold.test.truth[row][0])
    assert best["value"] == pytest.approx(1 / np.log2(place[0] + 2))


def test_the_most_changed_have_the_least_in_common(runs):
    one, other = runs["ials"], runs["popularity"]
    found = finding.kinds_of_users(str(one.folder), "changed", GO, str(other.folder), limit=3)
    lists = [np.load(run.folder / "lists.npy") for run in (one, other)]
    common = [len(set(a) & set(b)) for a, b in zip(*lists, strict=True)]
    row = int(np.flatnonzero(one.fold.test.who == one.data.user_index(found[0]["user"]))[0])
    assert common[row] <= np.median(common)
    same = finding.kinds_of_users(str(one.folder), "changed", GO, str(one.folder), limit=3)
    assert [user["value"] for user in same] == pytest.approx([0, 0, 0])


def test_what_is_unknown_or_untested_is_refused_in_a_sentence(runs, tmp_path):
    with pytest.raises(WorkbenchError, match="no kind of user"):
        finding.kinds_of_users(str(runs["ials"].folder), "tallest", GO)
    bare = Run.create(runs["ials"].folder.with_name("bare"), runs["ials"].data_folder, "popularity")
    train_run(bare.folder)
    with pytest.raises(WorkbenchError, match="Evaluate it first"):
        finding.kinds_of_users(str(bare.folder), "worst", GO)


def test_the_story_of_an_item_counts_its_people_and_its_lists(runs):
    run = runs["ials"]
    index = int(run.data.item_counts.argmax())
    told = finding.item_story(str(run.folder), run.data.item_ids[index].as_py(), GO, people=10_000)
    rows = run.data.item == index
    assert len(told["users"]) == told["interactions"] == rows.sum()
    assert told["mean"] == pytest.approx(run.data.rating[rows].mean())
    times = [one["time"] for one in told["users"]]
    assert times == sorted(times, reverse=True)
    lists = np.load(run.folder / "lists.npy")
    assert told["listed"]["users"] == sum(index in row for row in lists.tolist())
    assert sum(told["listed"]["ranks"]) == told["listed"]["users"]
    assert told["title"]
    assert len(told["similar"]) == 10


def test_the_map_has_a_point_for_each_item_and_the_commonest_genres(runs, monkeypatch):
    run = runs["ials"]
    told = finding.item_map(str(run.folder), GO)
    points, colours = np.load(told["points"]), np.load(told["colours"])
    assert points.shape == (run.data.n_items, 4)
    assert np.isfinite(points).all()
    assert points[:, 2].tolist() == list(range(run.data.n_items))
    assert points[:, 3].tolist() == run.data.item_counts.tolist()
    assert told["genres"]
    first = run.data.item_facts.genres[int(np.flatnonzero(colours == 0)[0])].as_py()[0]
    assert first == told["genres"][0]
    monkeypatch.setattr(finding, "POINTS", 50)
    assert finding.item_map(str(run.folder), GO)["items"] == 50
