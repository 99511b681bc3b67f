"""Titles, years and genres are found and joined by id."""

import pyarrow as pa
import pytest

from workbench.data.side_files.items import Items, read_items
from workbench.errors import WorkbenchError


def read(tmp_path, text, ids, encoding="utf-8"):
    path = tmp_path / "items.dat"
    path.write_bytes(text.encode(encoding))
    return read_items(path, pa.array(ids))


def test_a_table_with_names(tmp_path):
    items, report = read(
        tmp_path,
        'movieId,title,year,genres\n1,Toy Story,1995,Animation|Comedy\n2,"Film, The",NA,\n9,X,2000,Drama\n',
        ["2", "7", "1"],
    )
    assert items.title.to_pylist() == ["Film, The", None, "Toy Story"]
    assert items.year.to_pylist() == [None, None, 1995]
    assert items.genres.to_pylist() == [None, None, ["Animation", "Comedy"]]
    assert items.titles([0, 1, 2]) == ["Film, The", "7", "Toy Story"]
    assert (report["matched"], report["without"], report["unused"]) == (2, 1, 1)
    assert (report["without_examples"], report["unused_examples"]) == (["7"], ["9"])


def test_line_ends_in_a_title_stay(tmp_path):
    text = 'item,title\r\na,"One\r\nmore"\r\nb,"Two\rmore"\r\nc,Three\r\n'
    items, _ = read(tmp_path, text, ["a", "b", "c"])
    assert items.titles([0, 1, 2]) == ["One\r\nmore", "Two\rmore", "Three"]


def test_movielens_1m_in_latin_1(tmp_path):
    text = "1::Fantômas - À l'ombre (1913)::Crime|Drama\n02::Jumanji (1995)::Adventure\n2::Other (1950)::Drama\n"
    items, report = read(tmp_path, text, ["02", "1"], "latin-1")
    assert items.title.to_pylist() == ["Jumanji", "Fantômas - À l'ombre"]
    assert items.year.to_pylist() == [1995, 1913]
    assert items.genres.to_pylist() == [["Adventure"], ["Crime", "Drama"]]
    assert report["refused_count"] == 0


def test_accents_that_come_late_are_latin_1_too(tmp_path):
    lines = [f"{i}::Film {i} (1990)::Drama" for i in range(5000)] + ["5000::Café (1990)::Drama"]
    items, report = read(tmp_path, "\n".join(lines), ["5000", "1"], "latin-1")
    assert items.titles([0, 1]) == ["Café", "Film 1"]
    assert report["refused_count"] == 0


def test_movielens_100k_flags(tmp_path):
    flags = ["0"] * 19
    flags[5] = flags[8] = "1"
    text = "".join(f"{i}|Film {i} (199{i})|01-Jan-1995||http://x|{'|'.join(flags)}\n" for i in range(5))
    items, _ = read(tmp_path, text, ["3"])
    assert items.title.to_pylist() == ["Film 3"]
    assert items.year.to_pylist() == [1993]
    assert items.genres.to_pylist() == [["Comedy", "Drama"]]


def test_the_first_row_of_an_id_counts(tmp_path):
    items, _ = read(tmp_path, "item,title\na,One\na,Two\nb,Three\n", ["a"])
    assert items.titles([0]) == ["One"]


def test_rows_of_another_width_are_refused(tmp_path):
    _, report = read(tmp_path, "item,title\na,One\nb\nc,Two,x\n", ["a"])
    assert [(row["line"], row["reason"]) for row in report["refused"]] == [
        (3, "1 column where 2 were expected"),
        (4, "3 columns where 2 were expected"),
    ]


def test_items_of_other_data_are_refused(tmp_path):
    with pytest.raises(WorkbenchError, match=r"No row of items\.dat is about an item"):
        read(tmp_path, "item,title\na,One\n", ["x"])


def test_open_gives_what_was_written(tmp_path):
    items, _ = read(tmp_path, "item,title,year,genres\na,One,1999,X|Y\n", ["a", "b"])
    assert Items.open(tmp_path) is None
    items.write(tmp_path)
    again = Items.open(tmp_path)
    assert again.titles([1, 0]) == ["b", "One"]
    assert again.genres.to_pylist() == [["X", "Y"], None]
    (tmp_path / "items.arrow").write_bytes(b"ARROW1 no")
    with pytest.raises(WorkbenchError, match="damaged"):
        Items.open(tmp_path)


@pytest.mark.parametrize(
    ("name", "ids", "titles"),
    [
        ("movielens-small/movies.csv", ["1", "2"], ["Toy Story", "Jumanji"]),
        ("ml-100k/u.item", ["1", "543"], ["Toy Story", "Misérables, Les"]),
        ("ml-1m/movies.dat", ["1", "73"], ["Toy Story", "Misérables, Les"]),
        ("lastfm/artists.dat", ["1"], ["MALICE MIZER"]),
        ("movietweetings/movies.dat", ["0000628"], ["The Adventures of Dollie"]),
    ],
)
def test_real_files(shared_data, name, ids, titles):
    items, report = read_items(shared_data(name), pa.array(ids))
    assert items.titles(range(len(ids))) == titles
    assert report["refused_count"] == 0
