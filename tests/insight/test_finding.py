"""Users worth a look, the story of an item, and the map."""

import re
import unicodedata

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.insight import finding
from workbench.training.evaluating import evaluate_run
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
    with pytest.raises(WorkbenchError, match="not a kind of user"):
        finding.kinds_of_users(str(runs["ials"].folder), "tallest", GO)
    bare = Run.create(runs["ials"].folder.with_name("bare"), runs["ials"].data_folder, "popularity")
    train_run(bare.folder)
    with pytest.raises(WorkbenchError, match="Test it first"):
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


def test_the_map_has_a_point_for_each_item_and_each_user_in_the_colours_of_genres(runs, monkeypatch):
    run = runs["ials"]
    data, histories = run.data, run.fold.shown_at_test.by_user
    told = finding.item_map(str(run.folder), GO)
    points, colours = np.load(told["points"]), np.load(told["colours"])
    items, users = points[: data.n_items], points[data.n_items :]
    assert (told["items"], told["users"]) == (data.n_items, np.count_nonzero(histories.lengths))
    assert points.shape == (told["items"] + told["users"], 4)
    assert np.isfinite(points).all()
    assert items[:, 2].tolist() == list(range(data.n_items))
    assert items[:, 3].tolist() == data.item_counts.tolist()
    assert users[:, 2].tolist() == np.flatnonzero(histories.lengths).tolist()
    genres = told["genres"]
    names = [one.as_py() for one in data.item_features.genres]
    first = [one[0] if one else None for one in names]
    assert [genres[at] if at >= 0 else None for at in colours[: data.n_items]] == [
        one if one in genres else None for one in first
    ]
    # A user's colour, counted by hand.
    rows = [[first[item] for item in histories.rows(np.array([int(one)])).item] for one in users[:, 2]]
    everything = [one for row in rows for one in row]
    for row, colour in zip(rows, colours[data.n_items :], strict=True):
        beyond = [row.count(one) / len(row) - everything.count(one) / len(everything) for one in genres]
        assert beyond[colour] == pytest.approx(max(beyond), abs=1e-6)
    monkeypatch.setattr(finding, "POINTS", 20)
    few = finding.item_map(str(run.folder), GO)
    assert (few["items"], few["users"]) == (20, 20)
    assert np.load(few["points"])[:20, 3].min() >= np.sort(data.item_counts)[-20]


def test_people_alike_are_those_of_the_largest_cosine_of_sets(runs):
    run = runs["ials"]
    histories, data = run.fold.seen_at_test.by_user, run.data
    had = [set(histories.rows(np.array([user])).item.tolist()) for user in range(data.n_users)]
    for user in (0, 5, data.n_users - 1):
        cosine = [len(had[user] & one) / (len(had[user]) * len(one)) ** 0.5 if one else 0.0 for one in had]
        wanted = sorted((at for at in range(data.n_users) if at != user and cosine[at] > 0), key=lambda at: -cosine[at])
        found = finding.similar_users(str(run.folder), data.user_ids[user].as_py(), GO, limit=8)
        assert [one["value"] for one in found] == pytest.approx([cosine[at] for at in wanted[:8]])
        for one in found:
            at = data.user_index(one["user"])
            assert at != user
            assert one["value"] == pytest.approx(cosine[at])
            assert one["shared"] == len(had[user] & had[at])
            assert one["interactions"] == len(had[at])
    everybody = finding.similar_users(str(run.folder), data.user_ids[0].as_py(), GO, limit=10_000)
    assert len(everybody) == sum(bool(had[0] & one) for one in had[1:])


@pytest.mark.parametrize("query", ["the", "THE", "a", "toy story", "1", "(", "[", "zzz-nothing", "", "é", "STORY toy"])
def test_items_are_found_by_their_titles_words_and_parts_or_by_their_id(runs, query):
    run = runs["ials"]
    data = run.data
    ids, counts = data.item_ids.to_pylist(), data.item_counts
    titles = [plain(title or ids[at]) for at, title in enumerate(data.item_features.title.to_pylist())]
    typed = plain(query)

    def fits(at):
        words, has = re.findall(r"[^\W_]+", typed), re.findall(r"[^\W_]+", titles[at])
        if query in (ids[at], titles[at]) or typed == titles[at]:
            return 0
        if titles[at].startswith(typed):
            return 1
        if words and all(any(one.startswith(word) for one in has) for word in words):
            return 2
        return 3 if typed in titles[at] else None

    wanted = sorted((at for at in range(len(ids)) if fits(at) is not None), key=lambda at: (fits(at), -counts[at], at))
    found = finding.find_items(str(run.folder), query, GO, limit=30)
    assert [one["item"] for one in found] == [ids[at] for at in wanted[:30]]


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def test_anything_is_found_and_what_is_called_so_is_marked(runs):
    run = runs["ials"]
    folder, data = str(run.data_folder), run.data
    user, title = data.user_ids[3].as_py(), data.item_features.title[5].as_py()
    found = finding.find_anything(folder, f"user {user}", GO)
    assert found["items"] == []
    assert found["users"][0] == {"user": user, "interactions": int(data.by_user.lengths[3]), "exact": True}
    assert all(user in one["user"] for one in found["users"])
    found = finding.find_anything(folder, title.upper(), GO)
    assert (found["items"][0]["title"], found["items"][0]["exact"]) == (title, True)
    assert finding.find_anything(folder, " ", GO) == {"users": [], "items": []}
    assert finding.find_anything(folder, "item " + user, GO)["users"] == []
