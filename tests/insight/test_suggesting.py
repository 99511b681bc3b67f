"""What is suggested for which data, and that it can be trained there."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms import all_algorithms
from workbench.data.importing.importer import read_interactions
from workbench.data.interactions import Interactions
from workbench.data.overview.summary import summarize
from workbench.insight.suggesting import DataProfile, profile, suggest

FILMS = DataProfile(interactions=1_000_000, users=6_000, items=3_700, per_user=96)


def names(known, lacking=()):
    return [one.algorithm for one in suggest(known, lambda kind: kind.name not in lacking)]


def reason(known, name):
    return next(one.reason for one in suggest(known, lambda _: True) if one.algorithm == name)


def test_three_are_suggested_whatever_is_there():
    for known in (
        FILMS,
        DataProfile(0, 0, 0),
        DataProfile(1, 1, 1, 1.0),
        DataProfile(25_000_000, 160_000, 60_000, 90.0),
    ):
        found = suggest(known, lambda _: True)
        assert len({one.algorithm for one in found}) == 3
        assert all(one.reason.endswith(".") and len(one.reason) < 160 for one in found)


def test_what_does_not_suit_is_not_suggested():
    assert names(FILMS)[0] == "ease"
    assert "ease" not in names(FILMS, lacking={"ease"})
    assert names(FILMS, lacking=set(all_algorithms())) == []


def test_a_catalogue_too_large_for_ease_says_so():
    large = DataProfile(interactions=800_000, users=30_000, items=41_000, per_user=20)
    assert names(large)[:2] == ["rp3beta", "ials"]
    assert "41,000 items" in reason(large, "rp3beta")
    assert names(replace(large, users=1_000))[0] == "ease"  # a matrix of people does as well


def test_ratings_bring_what_predicts_them():
    assert names(FILMS) == ["ease", "ials", "item-knn"]
    assert names(replace(FILMS, ratings="grades"))[1] == "svdpp"
    assert names(replace(FILMS, ratings="grades", per_user=5))[1] == "biased-svd"
    assert names(replace(FILMS, ratings="counts")) == names(FILMS)


def test_an_order_that_tells_something_brings_what_reads_it():
    assert names(replace(FILMS, lift=2.5))[1] == "sasrec"
    assert names(replace(FILMS, lift=2.5, per_user=4))[1] == "gru4rec"
    assert "2.5 times" in reason(replace(FILMS, lift=2.5), "sasrec")


def test_people_of_whom_nothing_is_known_bring_popularity():
    assert "popularity" in names(replace(FILMS, per_user=2))
    assert "popularity" not in names(FILMS)


def test_few_people_are_compared_with_each_other():
    assert "user-knn" in names(replace(FILMS, users=900))


def test_rare_items_with_titles_bring_what_reads_titles(monkeypatch):
    from workbench.insight import suggesting

    class ReadsTitles:
        needs = ("items",)

    others = {name: kind for name, kind in all_algorithms().items() if "items" not in kind.needs}
    monkeypatch.setattr(suggesting, "all_algorithms", lambda: {**others, "reads-titles": ReadsTitles})
    rare = replace(FILMS, rare=0.6, described=True)
    assert "60%" in next(one.reason for one in suggest(rare, lambda _: True) if one.algorithm == "reads-titles")
    for other in (replace(rare, rare=0.1), replace(rare, described=False)):
        assert "reads-titles" not in [one.algorithm for one in suggest(other, lambda _: True)]


def test_how_full_the_table_is_stands_in_words():
    assert "one pair in 22 is filled" in reason(FILMS, "ials")
    assert "72% of the pairs" in reason(DataProfile(1_800_000, 25_000, 100, 72), "ials")
    assert "nothing is filled" in reason(DataProfile(0, 0, 0), "ials")


def test_one_algorithm_for_each_reason():
    rare = replace(FILMS, rare=0.6, described=True)
    found = suggest(rare, lambda _: True)
    assert found[1].algorithm == "content"
    assert all_algorithms()["feature-mf"].needs == ("items",)  # would do as well, for the same reason
    assert len({one.reason for one in found}) == 3


def test_facts_of_a_summary_by_hand():
    user = np.repeat(np.arange(4, dtype=np.int32), 4)
    item = np.tile(np.arange(4, dtype=np.int32), 4)  # all take the same steps
    ids = [pa.array(list("abcd"))] * 2
    time = np.arange(16, dtype=np.int64)
    data = Interactions.build(user, item, *ids, rating=np.linspace(1, 5, 16, dtype=np.float32), time=time)
    known = profile(summarize(data), described=True)
    assert (known.interactions, known.users, known.items, known.per_user) == (16, 4, 4, 4)
    assert (known.ratings, known.described, known.rare, known.density) == ("grades", True, 0.0, 1.0)
    assert known.lift > 1
    assert profile(summarize(replace(data, rating=data.rating * 1000))).ratings == "counts"
    assert profile(summarize(replace(data, rating=np.ones(16, np.float32)))).ratings == ""
    assert profile(summarize(replace(data, time=None))).lift == 0
    assert profile(summarize(data.take(np.flatnonzero(data.item < 2)))).rare == 0
    assert profile(summarize(data.take(np.flatnonzero(data.user < 2)))).rare == 1


def test_facts_of_an_old_summary_or_none():
    assert profile({}) == DataProfile(0, 0, 0)


REAL = {
    "ml-100k/u.data": ["ease", "svdpp", "sasrec"],
    "ml-1m/interactions_chronological.csv": ["ease", "ials", "item-knn"],
    "ml-1m/ratings_sample_100k.dat": ["ease", "biased-svd", "sasrec"],
    "movielens-small/ratings.csv": ["ease", "svdpp", "sasrec"],
    "movietweetings/ratings.dat": ["ease", "biased-svd", "popularity"],
    "lastfm/user_artists.dat": ["ease", "user-knn", "ials"],
    "gowalla/train.txt": ["rp3beta", "ials", "item-knn"],
    "beauty/Beauty.txt": ["ease", "ials", "item-knn"],
    "jester/jester-data-1.zip": ["ease", "svdpp", "ials"],
    "online-retail/online_retail.parquet": ["ease", "user-knn", "ials"],
    "messy/numeric-looking-ids.csv": ["ease", "ials", "item-knn"],
    "messy/semicolon-na-iso-dates.csv": ["ease", "popularity", "ials"],
}


@pytest.mark.parametrize("file", REAL)
def test_real_data(shared_data, file):
    name, _, rest = file.partition("/")
    data, _, _ = read_interactions(shared_data(name) / rest)
    found = suggest(profile(summarize(data)), lambda kind: not kind.unsuited(data))
    assert [one.algorithm for one in found] == REAL[file]


def test_the_sample(sample):
    data, _, _ = read_interactions(sample / "ratings.csv")
    found = suggest(profile(summarize(data)), lambda kind: not kind.unsuited(data))
    assert [one.algorithm for one in found] == REAL["movielens-small/ratings.csv"]
