"""DataFrames as people have them: each is read right, or refused with a sentence that says what to do."""

import decimal

import numpy as np
import pandas as pd
import pytest

import workbench
from workbench.errors import WorkbenchError
from workbench.interface.frames import Ids

# What an id may be, and a way to make 50 different ones of it.
KINDS = {
    "int64": lambda n: pd.Series(n * 10**15),
    "uint8": lambda n: pd.Series(n).astype("uint8"),
    "Int64": lambda n: pd.Series(n).astype("Int64"),
    "float64": lambda n: pd.Series(n / 2),
    "whole floats": lambda n: pd.Series(n.astype(float)),
    "float32": lambda n: pd.Series(n / 8).astype("float32"),
    "text": lambda n: pd.Series([f"{one:03d}" for one in n]),
    "odd text": lambda n: pd.Series([f' ü"{one},\t;|\\ 用户 \n' for one in n]),
    "string": lambda n: pd.Series(n).astype("string"),
    "object": lambda n: pd.Series(list(n), dtype=object),
    "mixed": lambda n: pd.Series([int(one) if one % 2 else f"x{one}" for one in n], dtype=object),
    "category": lambda n: pd.Series(pd.Categorical([f"c{one}" for one in n])),
    "category of numbers": lambda n: pd.Series(n).astype("category"),
    "datetime": lambda n: pd.Series(pd.to_datetime("2020-02-29") + pd.to_timedelta(n, "h")),
    "time zone": lambda n: pd.Series(pd.to_datetime("2020-02-29") + pd.to_timedelta(n, "h")).dt.tz_localize(
        "Asia/Kolkata"
    ),
    "period": lambda n: pd.Series(pd.period_range("2020-01", periods=50, freq="M")).take(n).reset_index(drop=True),
    "timedelta": lambda n: pd.Series(pd.to_timedelta(n, "h")),
    "decimal": lambda n: pd.Series([decimal.Decimal(int(one)) / 4 for one in n]),
    "sparse": lambda n: pd.Series(pd.arrays.SparseArray(n)),
    "bytes": lambda n: pd.Series([f"b{one}".encode() for one in n]),
    "tuples": lambda n: pd.Series([(int(one), "a") for one in n]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_every_kind_come_out_as_they_went_in(ratings, kind):
    users = KINDS[kind](ratings["user"].to_numpy() - 1000)
    frame = pd.DataFrame({"user": users, "item": ratings["item"]})
    back = workbench.read_interactions(frame).to_frame()
    assert back["user"].dtype == users.dtype
    pd.testing.assert_frame_equal(_ordered(back), _ordered(frame))
    run = workbench.train(workbench.split(workbench.read_interactions(frame)), "popularity")
    lists = run.recommend(k=1)
    assert lists["user"].dtype == users.dtype
    one = lists["user"].iloc[7]
    assert list(run.recommend([one], k=1)["user"]) == [one]


def _ordered(frame):
    texts = frame.astype(dict.fromkeys(frame, "str"))
    return frame.loc[texts.sort_values(["user", "item"]).index].reset_index(drop=True)


def test_a_frame_and_its_file_are_the_same_data(ratings, titles, tmp_path):
    frame = ratings.assign(rating=ratings["rating"] + 0.5)
    frame.to_csv(tmp_path / "ratings.csv", index=False)
    titles.to_csv(tmp_path / "titles.csv", index=False)
    from_file = workbench.read_interactions(tmp_path / "ratings.csv", items=tmp_path / "titles.csv")
    from_frame = workbench.read_interactions(frame, items=titles)
    assert from_frame.hash == from_file.hash
    assert from_file.to_frame()["user"].tolist() == [str(one) for one in from_frame.to_frame()["user"]]
    first, second = (workbench.train(workbench.split(one), "ease").recommend(k=3) for one in (from_file, from_frame))
    assert first["score"].tolist() == second["score"].tolist()
    assert first["item"].tolist() == [str(one) for one in second["item"]]
    assert first["title"].tolist() == second["title"].tolist()


def test_all_that_goes_with_interactions_may_be_a_frame(ratings):
    rng = np.random.default_rng(0)
    users = pd.DataFrame({"user": ratings["user"].unique(), "gender": ["f", "m"] * 25})
    vectors = pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "c"]).assign(item=range(40))
    items = pd.DataFrame({"item": np.arange(40.0), "title": "T", "genres": [["Drama", "War"]] * 40})
    data = workbench.read_interactions(ratings, users=users, vectors=vectors, items=items)
    inside = data.interactions
    assert inside.user_features.of(inside.user_index("1003")) == {"gender": "m"}
    assert inside.item_features.genres[0].as_py() == ["Drama", "War"]
    assert inside.item_features.vectors["vectors"].shape == (40, 3)
    named = workbench.read_interactions(ratings, vectors={"one": vectors, "other": vectors[["item", "b"]]})
    assert [v.shape for v in named.interactions.item_features.vectors.values()] == [(40, 3), (40, 1)]
    run = workbench.train(workbench.split(data), "popularity")
    assert "user_gap@10" in run.evaluate("user_gap@10", groups="gender").index


def test_times_keep_their_moment(ratings):
    frame = ratings.assign(time=pd.to_datetime(ratings["time"], unit="s"))
    plain = workbench.read_interactions(frame).to_frame()["time"]
    assert plain.dt.tz_localize(None).tolist() == frame["time"].tolist()
    zoned = frame.assign(time=frame["time"].dt.tz_localize("UTC").dt.tz_convert("America/New_York"))
    assert workbench.read_interactions(zoned).hash == workbench.read_interactions(frame).hash
    assert workbench.read_interactions(ratings).hash == workbench.read_interactions(frame).hash  # seconds since 1970


@pytest.mark.parametrize("dtype", ["bool", "int8", "Int64", "float32", "Float64", "category", "object", "str"])
def test_ratings_of_every_kind_are_numbers(ratings, dtype):
    likes = ratings.assign(rating=(ratings["rating"] > 2).astype(int).astype(dtype))
    found = workbench.read_interactions(likes).to_frame()
    expected = likes.sort_values(["user", "time"])["rating"].astype(int if dtype == "str" else float)
    assert found["rating"].tolist() == expected.tolist()


def test_rows_without_an_id_are_refused_and_told(ratings):
    frame = ratings.astype({"item": "float64", "rating": "Int64"})
    frame.loc[[3, 100], "item"] = np.nan
    frame.loc[5, "rating"] = pd.NA
    data = workbench.read_interactions(frame)
    assert len(data) == 597
    assert data.refused["line"].tolist() == [5, 7, 102]
    assert data.refused["reason"].tolist() == ["no item", "no rating", "no item"]
    assert data.report["refused_count"] == 3
    assert "3 rows refused" in repr(data)
    assert data.to_frame()["item"].dtype == np.float64
    assert workbench.read_interactions(ratings).refused.empty


def test_the_index_counts_only_where_it_has_names(ratings):
    plain = workbench.read_interactions(ratings)
    assert workbench.read_interactions(ratings.set_index(["user", "item"])).hash == plain.hash
    assert workbench.read_interactions(ratings.set_index("user", drop=False)).hash == plain.hash
    assert workbench.read_interactions(ratings.set_index("user")["item"].reset_index()).to_frame().columns.size == 2
    assert workbench.read_interactions(ratings.set_axis([7] * 600)).hash == plain.hash
    assert (
        workbench.read_interactions(ratings.set_axis(pd.MultiIndex.from_product([[1], range(600)]))).hash == plain.hash
    )


def test_columns_are_found_whatever_they_are_called(ratings):
    plain = workbench.read_interactions(ratings)
    numbers = ratings.set_axis(range(4), axis=1)
    by_name = workbench.read_interactions(numbers, columns={"user": "0", "item": "1", "rating": "2", "time": "3"})
    by_place = workbench.read_interactions(numbers, columns={"user": 0, "item": 1, "rating": 2, "time": 3})
    assert by_name.hash == by_place.hash == plain.hash
    assert by_place.to_frame()["user"].dtype == np.int64
    spaced = ratings.rename(columns={"user": " user "})
    assert workbench.read_interactions(spaced).to_frame().equals(plain.to_frame())
    as_typed = workbench.read_interactions(ratings, columns="user=user,item=item")
    assert list(as_typed.to_frame().columns) == ["user", "item"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda f: f.iloc[:0], "has no rows"),
        (lambda f: pd.DataFrame(), "no columns"),
        (lambda f: f[["user"]], "one column|two columns"),
        (lambda f: pd.concat([f, f["item"]], axis=1), "2 columns called 'item'. Rename"),
        (lambda f: pd.concat([f], axis=1, keys=["a"]), "2 levels"),
        (lambda f: f.assign(user=np.nan), "could be kept|user"),
        (lambda f: f.assign(user=[1, "1"] * 300), "1 and '1' in column 'user' are the same as text"),
        (lambda f: f.assign(rating="good"), "good|rating"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(ratings, make, sentence):
    with pytest.raises(WorkbenchError, match=sentence):
        workbench.read_interactions(make(ratings), columns={"user": "user", "item": "item", "rating": "rating"})


def test_one_row_is_read_but_cannot_be_split(ratings):
    data = workbench.read_interactions(ratings.head(1))
    assert len(data) == 1
    with pytest.raises(WorkbenchError, match="leaves nothing to"):
        workbench.split(data)


def test_a_split_of_ones_own_may_be_frames(ratings):
    last = ratings.groupby("user").tail(1)
    first = ratings.drop(last.index)
    data = workbench.read_interactions({"train": first, "test": last})
    fold = workbench.split(data, "files")
    assert len(fold.train) == 550
    assert (
        fold.test.drop(columns="time")
        .reset_index(drop=True)
        .equals(last.drop(columns="time").astype({"rating": "float32"}).reset_index(drop=True))
    )


def test_filters_speak_of_ids_as_they_were_given(ratings):
    data = workbench.read_interactions(ratings)
    less = data.filter(exclude=[3, 4], min_rating=2, before=pd.Timestamp("2001-01-01"))
    assert not less.to_frame()["item"].isin([3, 4]).any()
    assert less.to_frame()["rating"].min() == 2
    assert [one["name"] for one in less.filters] == ["exclude", "rating", "time"]
    assert less.filter(core={"k": 2, "items": 3}).filters[-1] == {"name": "core", "settings": {"k": 2, "items": 3}}
    assert "filters: without 3, 4" in repr(less)
    commas = workbench.read_interactions(ratings.astype({"item": str}).replace({"item": {"3": 'a, "3"'}}))
    assert len(commas.filter(exclude='a, "3"')) == len(data.filter(exclude=3))


def test_ids_that_are_not_there_are_written_as_they_are():
    ids = Ids.of([pd.Series([1, 2], name="user")])
    assert ids.to_texts([2, "1", 7, 1.0, np.int64(2)]) == ["2", "1", "7", "1", "2"]
    assert Ids().to_texts([2, "x", np.float64(3), pd.Timestamp("2020-01-01")]) == ["2", "x", "3", "2020-01-01 00:00:00"]
