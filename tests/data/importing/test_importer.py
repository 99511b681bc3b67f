"""A file becomes a data folder, and every row is accounted for."""

import csv
import gzip
import io
import json
import re
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.control import Control
from workbench.data.importing.importer import Recipe, import_file, inspect, make_recipe, read_interactions
from workbench.data.importing.roles import Columns
from workbench.data.interactions import Interactions
from workbench.data.reading.text import blocks as table
from workbench.data.reading.text import rows, source_file, text_source
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import blocks
from workbench.errors import Cancelled, WorkbenchError
from workbench.files import read_json
from workbench.training.run import Run

HEADER = "user,item,rating,time\n"
GOOD = HEADER + "u1,a,3.5,1260759108\nu2,b,4,1260759113\nu1,c,1,1260759148\n"


@pytest.fixture
def write(tmp_path):
    def give(text, name="r.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return give


@pytest.fixture
def small_blocks(monkeypatch):
    """Files of a few rows are read in several blocks."""
    chunks = text_source.TextSource.chunks
    monkeypatch.setattr(
        text_source.TextSource, "chunks", lambda self, size=40: chunks(self, 40 if size > 1 << 20 else size)
    )


def reasons(report):
    return [(row["line"], row["reason"], row["text"]) for row in report.refused]


def pairs(data):
    ids = zip(data.user_ids.take(data.user).to_pylist(), data.item_ids.take(data.item).to_pylist(), strict=True)
    return list(ids)


def test_a_good_file(write):
    data, report, recipe = read_interactions(write(GOOD))
    assert pairs(data) == [("u1", "a"), ("u1", "c"), ("u2", "b")]
    assert data.rating.tolist() == [3.5, 1, 4]
    assert data.time.tolist() == [1260759108000, 1260759148000, 1260759113000]
    assert (report.rows, report.kept, report.refused_count) == (3, 3, 0)
    assert recipe.time == "s"


@pytest.mark.parametrize("blocks_of", ["few rows", "all rows"])
def test_every_reason_with_its_line(write, request, blocks_of):
    if blocks_of == "few rows":
        request.getfixturevalue("small_blocks")
    bad = (
        HEADER + "u1,a,3,100\n"
        "u1,b,n/a,101\n"
        "NA,b,3,101\n"
        "u1,,3,101\n"
        "u1,b,3\n"
        '"u\n1","b\n\n",x,101\n'
        "u1,b,NaN,101\n"
        "u1,b,inf,101\n"
        "\n"
        "u1,b,1e99,101\n"
        "u1,b,,101\n"
        "u1,b,4,soon\n"
        "u1,b,4,\n"
        "u1,b\0,4,1\n"
        "u1,b,4,5,6\n"
        "u2,b,4,105\n\n\n"
    )
    recipe = Recipe(format=Layout(), columns=Columns(user="user", item="item", rating="rating", time="time"), time="s")
    data, report, _ = read_interactions(write(bad), recipe)
    assert reasons(report) == [
        (3, "rating 'n/a' is not a number", "u1,b,n/a,101"),
        (4, "no user", "NA,b,3,101"),
        (5, "no item", "u1,,3,101"),
        (6, "3 columns where 4 were expected", "u1,b,3"),
        (7, "rating 'x' is not a number", '"u\n1","b\n\n",x,101'),
        (11, "rating 'NaN' is not a number", "u1,b,NaN,101"),
        (12, "rating 'inf' is not a number", "u1,b,inf,101"),
        (13, "an empty line", ""),
        (14, "rating '1e99' is too large", "u1,b,1e99,101"),
        (15, "no rating", "u1,b,,101"),
        (16, "time 'soon' is not a number of seconds since 1970", "u1,b,4,soon"),
        (17, "no time", "u1,b,4,"),
        (18, "a NUL byte, which no text has", "u1,b\0,4,1"),
        (19, "5 columns where 4 were expected", "u1,b,4,5,6"),
    ]
    assert pairs(data) == [("u1", "a"), ("u2", "b")]
    assert data.user_ids.to_pylist() == ["u1", "u2"], "ids of refused rows alone are not there"
    assert (report.rows, report.kept, report.refused_count) == (16, 2, 14)


@pytest.mark.parametrize("rating", ["nan", "inf", "-inf", "1e39"])
def test_a_rating_that_converts_and_is_no_number_is_refused(write, rating):
    recipe = Recipe(format=Layout(), columns=Columns(user=0, item=1, rating=2))
    _, report, _ = read_interactions(write(HEADER + f"u,a,1,1\nu,b,{rating},1\n"), recipe)
    assert [line for line, _, _ in reasons(report)] == [3]


def test_header_rows_may_lie_in_several_blocks(write, small_blocks):
    path = write("user\titem\trelevance\ncontinuous\tcontinuous\tcontinuous\nrow=1\tcol=1\tclass\n1\t0\t1\n2\t0\t1\n")
    data, report, _ = read_interactions(path)
    assert (report.rows, report.kept, pairs(data)) == (2, 2, [("1", "0"), ("2", "0")])


@pytest.mark.parametrize(
    ("chunks", "texts"),
    [
        ([b"a,b\n", b"\n"], ["a,b"]),
        ([b"a,b\n", b"\n", b"c,d"], ["a,b", "", "c,d"]),
        ([b"a,b\n\n", b"\n  \n"], ["a,b"]),
        ([b'a,b\n"c,d\n', b"e,f\n"], ["a,b", '"c,d', "e,f"]),
        ([b'a,"b\n', b'c"\n'], ['a,"b\nc"']),
        ([b"a,b\t\n"], ["a,b\t"]),
    ],
)
def test_rows_of_chunks(chunks, texts):
    found = blocks(iter(chunks), ",", quotes=True)
    assert [block.text(row) for block in found for row in range(block.n_rows)] == texts


def test_dates(write):
    text = "user,item,date\nu,a,2020-05-09\nu,b,2020-31-31\nu,c,2020-05-08\n" * 1
    _, report, recipe = read_interactions(write(text + "u,d,2020-05-07\n" * 12))
    assert recipe.time == "iso"
    assert reasons(report) == [(3, "date '2020-31-31' is not a date", "u,b,2020-31-31")]


def test_ids_stay_what_they_are(write):
    ids = ["007", "7", "1E5", "100000", "0003E98E85347", "12345678901234567890123", " x", "x", "X", "日本", "-0"]
    data, _, _ = read_interactions(write("user,item\n" + "".join(f"{text},i\n" for text in ids)))
    assert data.user_ids.to_pylist() == ids


def test_quotes_that_are_never_closed_cost_one_row(write, small_blocks, monkeypatch):
    monkeypatch.setattr(rows, "MAX_FIELD_BYTES", 60)
    text = HEADER + "u1,a,3,1\n" + 'u1,"b,3,2\n' + "".join(f"u2,c{i},3,3\n" for i in range(20))
    recipe = Recipe(format=Layout(), columns=Columns(user=0, item=1, rating=2, time=3), time="s")
    data, report, _ = read_interactions(write(text), recipe)
    assert reasons(report) == [(3, "a quote is opened and never closed", 'u1,"b,3,2')]
    assert len(data) == 21


def test_two_quotes_that_are_never_closed_do_not_take_the_rows_between(write):
    text = HEADER + 'u1,"a,3,1\n' + "u2,b,3,2\n" + 'u3,"c" d,3,3\n' + 'u4,"e\nf",3,4\n'
    data, report, _ = read_interactions(write(text), Recipe(format=Layout(), columns=COLUMNS, time="s"))
    assert reasons(report) == [(2, "a quote is opened and never closed", 'u1,"a,3,1')]
    assert pairs(data) == [("u2", "b"), ("u3", "c d"), ("u4", "e\nf")]


def test_bytes_that_are_no_utf8_cost_their_rows(write):
    text = HEADER.encode() + "é,ü,1,1\n".encode() * 3 + b"u,\xff,1,1\n" + b"v,w,1,1\n"
    recipe = Recipe(format=Layout(), columns=Columns(user=0, item=1, rating=2, time=3), time="s")
    _, report, _ = read_interactions(write(text), recipe)
    assert [(line, why) for line, why, _ in reasons(report)] == [
        (5, "bytes that are not UTF-8; choose another encoding")
    ]


def test_accents_that_come_late_are_latin_1(write):
    text = HEADER + "".join(f"u{i},a,3,1260759108\n" for i in range(5000)) + "é,a,3,1260759108\n"
    data, report, recipe = read_interactions(write(text.encode("latin-1")))
    assert recipe.format.encoding == "latin-1"
    assert report.refused_count == 0
    assert data.user_ids[-1].as_py() == "é"


def test_decimal_commas(write):
    text = "user;item;rating\nu;a;3,5\nu;b;x\nu;c;1\n" + "u;d;2,5\n" * 3
    recipe = Recipe(format=Layout(delimiter=";", decimal=","), columns=Columns(user=0, item=1, rating=2))
    data, report, _ = read_interactions(write(text), recipe)
    assert data.rating.tolist() == [3.5, 1, 2.5]
    assert (report.rows, report.kept, report.duplicates, report.merged) == (6, 5, 2, 2)


def test_two_letter_delimiter_keeps_quotes_and_colons(write):
    data, report, _ = read_interactions(write('1::"a::3::978300760\n1::b:c::4::978300761\n' * 2 + "1::x::4\n"))
    assert pairs(data) == [("1", '"a'), ("1", "b:c")]
    assert reasons(report) == [(5, "3 columns where 4 were expected", "1::x::4")]


def test_duplicates_are_kept_in_the_account_and_merged(write):
    path = write(HEADER + "u,a,1,100\nu,a,5,200\nu,b,3,100\n")
    recipe = make_recipe(path)
    data, report, _ = read_interactions(path, recipe.model_copy(update={"duplicates": "first"}))
    assert (report.rows, report.kept, report.duplicates, report.merged, len(data)) == (3, 3, 1, 1, 2)
    assert data.rating.tolist() == [1, 3]


def test_own_split_shares_ids(write):
    train, test = (
        write("1\t10\t3\t881250949\n2\t20\t4\t881250950\n", "a"),
        write("2\t10\t5\t881250951\n3\t30\t1\t881250952\n", "b"),
    )
    recipe = Recipe(
        format=Layout(delimiter="\t", header=False), columns=Columns(user=0, item=1, rating=2, time=3), time="s"
    )
    data, report, _ = read_interactions({"train": train, "test": test}, recipe)
    assert pairs(data) == [("1", "10"), ("2", "20"), ("2", "10"), ("3", "30")]
    assert data.part.tolist() == [0, 0, 2, 2]
    assert report.kept == 4
    with pytest.raises(WorkbenchError, match="Files are for train, validation, test, not tset"):
        read_interactions({"tset": test}, recipe)


def test_a_header_alone_is_no_data(write):
    with pytest.raises(WorkbenchError, match="has a header and no rows"):
        read_interactions(write(HEADER))


def test_nothing_kept_says_why(write):
    path = write(HEADER + "u,a,x,1\n" * 3)
    recipe = Recipe(format=Layout(), columns=Columns(user=0, item=1, rating=2))
    with pytest.raises(WorkbenchError, match=r"None of the 3 rows .* line 2: rating 'x' is not a number"):
        read_interactions(path, recipe)


def test_a_file_that_changes_is_refused_and_nothing_is_written(write, tmp_path):
    path = write(GOOD)

    class Meddler(Control):
        def progress(self, fraction, text=""):
            with path.open("a") as file:
                file.write("u9,z,1,1260759148\n")

    with pytest.raises(WorkbenchError, match="changed while it was read"):
        import_file(path, tmp_path / "data", control=Meddler())
    assert not [other for other in tmp_path.iterdir() if other != path]


def test_a_file_rewritten_at_the_same_size_is_refused(write, tmp_path):
    path = write(GOOD)

    class Meddler(Control):
        def progress(self, fraction, text=""):
            path.write_text(GOOD.replace("u1", "u9"))

    with pytest.raises(WorkbenchError, match="changed while it was read"):
        import_file(path, tmp_path / "data", control=Meddler())
    assert not (tmp_path / "data").exists()


def test_cancel_leaves_what_was_there(write, tmp_path, small_blocks):
    path = write(GOOD)
    before = import_file(path, tmp_path / "data")

    class Stop(Control):
        left = 3

        def check(self):
            self.left -= 1
            if self.left < 0:
                raise Cancelled

    for left in range(7):
        stop = Stop()
        stop.left = left
        with pytest.raises(Cancelled):
            import_file(path, tmp_path / "data", control=stop)
    assert json.loads((tmp_path / "data" / "data.json").read_text()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "r.csv"]


def test_progress_only_grows(write, tmp_path, small_blocks):
    seen = []

    class Listen(Control):
        def progress(self, fraction, text=""):
            seen.append(fraction)

    import_file(write(HEADER + "u1,a,3,1260759108\n" * 50), tmp_path / "data", control=Listen())
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_import_writes_a_folder_that_opens(write, tmp_path):
    path = write(GOOD + "NA,b,1,1\n")
    items = write("item,title\na,Alpha\nc,Gamma\n", "items.csv")
    about = import_file(path, tmp_path / "data", items=items)
    folder = tmp_path / "data"
    assert read_json(folder / "data.json") == about
    assert about["source"]["all"]["size"] == path.stat().st_size
    assert about["items"]["matched"] == 2
    assert about["summary"]["users"] == 2
    with (folder / "refused.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"file": "", "line": "5", "reason": "no user", "text": "NA,b,1,1"}]
    again, report, _ = read_interactions(path, Recipe(**about["recipe"]))
    assert again.content_hash == Interactions.open(folder).content_hash
    assert report.refused == about["report"]["refused"]


def test_the_hash_of_the_data_covers_what_is_known_of_items_and_users(write, tmp_path):
    path = write(GOOD)
    sheet, people = "item,title\na,Alpha\nc,Gamma\n", "user,age\nu1,30\nu2,40\n"

    def found(**files):
        given = {name: write(text, f"{name}.csv") for name, text in files.items()}
        return import_file(path, tmp_path / "data", **given)["hash"]

    alone = found()
    assert alone == Interactions.open(tmp_path / "data").content_hash, "as it was before facts counted"
    with_items = found(items=sheet)
    assert with_items == found(items=sheet), "the same facts, the same hash"
    others = [
        with_items,
        found(items=sheet.replace("Gamma", "Delta")),
        found(users=people),
        found(items=sheet, users=people),
    ]
    assert len({alone, *others}) == 5
    vectors = [found(vectors=f"item,x,y\na,1,{y}\nc,2,3\n") for y in (4, 5)]
    assert len({alone, *vectors}) == 3
    run = Run.create(tmp_path / "run", tmp_path / "data", "popularity")
    assert run.spec.data_hash == vectors[1]
    found(vectors="item,x,y\na,1,6\nc,2,3\n")
    with pytest.raises(WorkbenchError, match="data"):
        Run.open(run.folder).data  # noqa: B018 - it is opened when it is asked for


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_file, "BOMB_BYTES", 1 << 20)
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(HEADER.encode() + b"u1,a,3,1260759108\n" * 5000)
    packed += b"".join(packer.compress(b"0" * (1 << 20)) for _ in range(16)) + packer.flush()
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(packed)
    recipe = Recipe(format=Layout(compression="gz"), columns=Columns(user=0, item=1))
    with pytest.raises(WorkbenchError, match="unpacks to more than 300 times"):
        read_interactions(path, recipe)


@pytest.mark.parametrize("long", ["x", '"x"', 'x,"x'])
def test_a_line_that_is_far_too_long_is_refused_and_those_below_it_are_read(write, monkeypatch, long):
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 1000)
    recipe = Recipe(format=Layout(), columns=Columns(user=0, item=1))
    path = write("user,item\nu,a\n" + long.replace("x", "x" * (17 << 20)) + "\nv,b\nw\n")
    data, report, _ = read_interactions(path, recipe)
    assert data.item_ids.to_pylist() == ["a", "b"]
    assert [(row["line"], row["reason"]) for row in report.refused] == [
        (3, "a line of more than 16 MB"), (5, "1 column where 2 were expected"),
    ]  # fmt: skip
    assert len(report.refused[0]["text"]) <= 200


def test_cut_short_gzip(tmp_path):
    path = tmp_path / "r.gz"
    rng = np.random.default_rng(0)
    text = HEADER + "".join(f"u{u},{i},3,1260759108\n" for u, i in rng.integers(0, 10**6, (20_000, 2)))
    path.write_bytes(gzip.compress(text.encode())[:-5000])
    with pytest.raises(WorkbenchError, match="damaged"):
        read_interactions(path)


# --- properties ------------------------------------------------------------------------------------------------------

cell = st.one_of(
    st.sampled_from(["u1", "7", "007", "3.5", "1260759108", "", "NA", "nan", "2020-01-01", '"',
                     '"a', 'b"', '"a,b"', '"a\nb"', '"a\rb"', '"\r\n"',
                     '""', '"x""y"', "a b", "é", "\r", "\0", "\x1f"]),
    st.text(max_size=6),
)  # fmt: skip
lines = st.lists(st.lists(cell, min_size=1, max_size=5).map(",".join), max_size=30)
COLUMNS = Columns(user=0, item=1, rating=2, time=3)
LINE_END = re.compile("\r\n|\n|\r")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=lines, noise=st.binary(max_size=5), at=st.integers(0, 400), chunk=st.integers(1, 60))
@example(lines=['u1,"a,3,1', 'u2,b",3,2'], noise=b"", at=0, chunk=7)
def test_the_account_holds_on_mutated_files(tmp_path, monkeypatch, lines, noise, at, chunk):
    chunks = text_source.TextSource.chunks
    data = (HEADER + "u1,a,3,1\n" + "\n".join(lines)).encode("utf-8", "replace")
    at = min(at, len(data))
    path = tmp_path / "r.csv"
    path.write_bytes(data[:at] + noise + data[at:])
    recipe = Recipe(format=Layout(), columns=COLUMNS, time="s")
    with monkeypatch.context() as patch:
        patch.setattr(
            text_source.TextSource, "chunks", lambda self, size=0: chunks(self, chunk if size != 64 << 10 else size)
        )
        try:
            _, report, _ = read_interactions(path, recipe)
        except WorkbenchError:
            return
    assert report.rows == report.kept + report.refused_count
    assert report.refused_count == len(report.refused)
    numbers = [row["line"] for row in report.refused]
    assert numbers == sorted(numbers)
    text = LINE_END.split(path.read_bytes().decode(errors="replace").removeprefix("\ufeff"))
    for row in report.refused:
        assert text[row["line"] - 1] == LINE_END.split(row["text"])[0], "the line said is the line meant"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path, data):
    path = tmp_path / "r.csv"
    path.write_bytes(data)
    try:
        found = inspect(path)
    except WorkbenchError:
        return
    assert found["rows"] == found["kept"] + found["refused_count"]


field = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).map(lambda s: "i" + s)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(field, field), min_size=1, max_size=20, unique=True),
    chunk=st.integers(1, 50),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_python_writes_comes_back(tmp_path, monkeypatch, rows, chunk, end):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("user", "item"), *rows])
    path = tmp_path / "r.csv"
    path.write_bytes(text.getvalue().encode())
    chunks = text_source.TextSource.chunks
    with monkeypatch.context() as patch:
        patch.setattr(
            text_source.TextSource, "chunks", lambda self, size=0: chunks(self, chunk if size != 64 << 10 else size)
        )
        data, report, _ = read_interactions(path, Recipe(format=Layout(), columns=Columns(user="user", item="item")))
    assert sorted(pairs(data)) == sorted(rows)
    assert report.refused_count == 0


@settings(max_examples=500, deadline=None)
@given(
    text=st.text(st.sampled_from('a,"\n\r'), max_size=40).map(str.encode),
    cuts=st.lists(st.integers(0, 40), max_size=4).map(sorted),
)
def test_rows_do_not_depend_on_where_chunks_end(text, cuts):
    cuts = [at for at in cuts if text[at - 1 : at + 1] != b"\r\n"]  # as a source never cuts
    whole = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    def cut(chunks):
        found = [(block, row) for block in blocks(iter(chunks), ",", quotes=True) for row in range(block.n_rows)]
        return [(block.lines(np.array([row]))[0], block.text(row), row in block.broken) for block, row in found]

    assert cut([piece for piece in whole if piece]) == cut([text] if text else [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r", "\r\r\n\n"])
@pytest.mark.parametrize("patience", [0, 9])
def test_line_ends_inside_quotes_are_a_part_of_the_id(write, monkeypatch, small_blocks, end, inside, patience):
    monkeypatch.setattr(table, "MAX_FAILED_BLOCKS", patience)
    rows = ["user,item,rating,time", f'"u{inside}1","{inside}a",3,1', "u2,b,much,1", f'u3,"c{inside}",4,1', "u4,d,,1"]
    data, report, _ = read_interactions(write(end.join(rows) + end), Recipe(format=Layout(), columns=COLUMNS, time="s"))
    assert sorted(pairs(data)) == sorted([(f"u{inside}1", f"{inside}a"), ("u3", f"c{inside}")])
    more = len(LINE_END.findall(inside))
    assert [(line, text) for line, _, text in reasons(report)] == [
        (3 + 2 * more, "u2,b,much,1"),
        (5 + 3 * more, "u4,d,,1"),
    ]


def test_blocks_read_at_once_equal_blocks_read_row_by_row(write, monkeypatch):
    rng = np.random.default_rng(1)
    text = HEADER + "".join(f'"{u}",{i},{r / 2},{t}\n' for u, i, r, t in rng.integers(1, 99, (500, 4)))
    recipe = Recipe(format=Layout(), columns=COLUMNS, time="s")
    fast, _, _ = read_interactions(write(text), recipe)
    monkeypatch.setattr(table, "MAX_FAILED_BLOCKS", 0)
    slow, _, _ = read_interactions(write(text), recipe)
    monkeypatch.setattr(
        table.Converter, "strings", lambda self, block, refused: self._split(block, np.arange(block.n_rows), refused)
    )
    slowest, _, _ = read_interactions(write(text), recipe)
    assert fast.content_hash == slow.content_hash == slowest.content_hash


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept", "users", "items", "refused"),
    [
        ("movielens-small/ratings.csv", 100_004, 671, 9_066, 0),
        ("ml-100k/u.data", 100_000, 943, 1_682, 0),
        ("ml-100k/u1.base", 80_000, 943, 1_650, 0),
        ("ml-1m/interactions_chronological.csv", 999_601, 6_040, 3_416, 0),
        ("ml-1m/ratings_sample_100k.dat", 100_000, 5_958, 3_312, 0),
        ("movietweetings/ratings.dat", 141_695, 21_081, 12_611, 0),
        ("lastfm/user_artists.dat", 92_834, 1_892, 17_632, 2),
        ("messy/semicolon-na-iso-dates.csv", 4_710, 1_270, 3_154, 7_681),
        ("messy/numeric-looking-ids.csv", 11_838, 2_343, 101, 0),
        ("messy/orange-three-header-rows.tab", 23_590, 4_718, 8_121, 0),
        ("messy/excel-multi-sheet.xlsx", 4_012, 42, 139, 0),
        ("jester/jester-data-1.zip", 1_810_455, 24_983, 100, 0),
        ("beauty/Beauty.txt", 198_502, 22_363, 12_101, 0),
        ("ml-1m/ratings_true_1208_complete_users.csv", 202_305, 1_208, 3_439, 0),
        ("ml-100k", 100_000, 943, 1_682, 0),
        ("movielens-small", 100_004, 671, 9_066, 0),
        ("movietweetings", 141_695, 21_081, 12_611, 0),
        ("online-retail/online_retail.parquet", 406_829, 4_372, 3_896, 135_080),
    ],
)
def test_real_files_are_counted_right(shared_data, name, kept, users, items, refused):
    found = inspect(shared_data(name))
    assert (found["kept"], found["users"], found["items"], found["refused_count"]) == (kept, users, items, refused)
    assert found["rows"] == kept + refused
    json.dumps(found, allow_nan=False)


def test_gowalla_is_one_user_a_line_in_three_files(shared_data):
    files = {"train": "train", "validation": "valid", "test": "test"}
    data, report, _ = read_interactions({part: shared_data(f"gowalla/{name}.txt") for part, name in files.items()})
    assert report.rows == report.kept + report.refused_count
    assert (report.kept, data.n_users, data.n_items) == (1_027_370, 29_858, 40_981)


@pytest.mark.parametrize("name", ["open-bandit/random/all.csv", "open-bandit/bts/all.csv"])
def test_open_bandit_has_features_of_users_only_and_says_so(shared_data, name):
    found = inspect(shared_data(name))
    wanted = {"user": "user_feature_0", "item": "item_id", "rating": "click", "time": "timestamp"}
    assert found["columns"] == wanted
    assert (found["rows"], found["kept"], found["items"]) == (10_000, 10_000, 80)
    assert "a feature of users and not their id" in found["doubts"][0]["sentence"]


def test_inspect_has_the_keys_that_scripts_rely_on(sample):
    found = inspect(sample / "ratings.csv", "user=userId,item=movieId,rating=rating,time=timestamp")
    assert found["time_min"] == "1995-01-09T11:46:49Z"
    assert (found["rating_min"], found["rating_max"], found["density"]) == (
        0.5,
        5.0,
        pytest.approx(100004 / 671 / 9066),
    )
    keys = (
        "rows kept refused_count refused duplicates users items density rating_min rating_max time_min time_max columns"
    )
    assert set(keys.split()) | {"delimiter", "encoding", "header"} <= set(found)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("movielens-small/movies.csv", "list of items"),
        ("ml-100k/u.user", "list of users or items"),
        ("ml-1m/movies.dat", "list of items"),
        ("messy/latin1-items.csv", "list of items"),
        ("messy/embedded-newlines-html.csv", "list of items"),
    ],
)
def test_other_real_files_get_a_sentence(shared_data, name, sentence):
    path = shared_data(name)
    with pytest.raises(WorkbenchError, match=sentence):
        read_interactions(path)
    (doubt,) = inspect(path)["doubts"]
    assert re.search(sentence, doubt["sentence"])


def test_only_the_first_hundred_refused_rows_are_held(write):
    _, report, _ = read_interactions(
        write(HEADER + "u1,a,3,1\nNA,b,2,2\n" * 50_000), Recipe(format=Layout(), columns=COLUMNS, time="s")
    )
    assert report.refused_count == 50_000
    assert len(report.refused) == 100
