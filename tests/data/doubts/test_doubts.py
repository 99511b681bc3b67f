"""Each kind of file that people bring: it is read rightly, or what was guessed wrongly is told; else nothing is."""

import re
import shlex
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from tests.data.doubts.sets import LARGE, SETS, doubted
from workbench.control import Control
from workbench.data.importing.importer import inspect, make_recipe, read_interactions
from workbench.data.importing.preview import doubts
from workbench.data.reading.text.cells import harmless_table
from workbench.errors import WorkbenchError

CASES = Path(__file__).parent / "cases"
# By file: user, item, rating and time as they are right, what is doubted, and figures of the reading.
READ = {
    "01-sessions-no-header.csv": ((0, 2, None, 1), [], {"users": 24, "items": 18}),
    "02-item-blocks.txt": (("user", "item", "rating", "date"), [], {"users": 24, "items": 18, "rows": 168}),
    "13-wide-no-corner-name.csv": (("user", "item", "rating", None), [], {"users": 24, "items": 18, "kept": 168}),
    "15-case-vote-lines.data": (("user", "item", None, None), ["no-time"], {"users": 24, "items": 18, "kept": 168}),
    "03-behaviour-no-header.csv": ((0, 1, None, 4), ["events"], {"users": 24, "items": 18}),
    "04-clicks-0-1.csv": (("user_id", "item_id", "click", "timestamp"), ["two-values"], {"items": 24}),
    "05-ids-with-minus.csv": (("user_id", "business_id", "stars", "date"), [], {"items": 18}),
    "06-comment-before-id.csv": (("user", "ID", "rating", None), ["no-time"], {"items": 18, "duplicates": 0}),
    "07-month-names.csv": (("user", "item", "rating", "date"), [], {"time_min": "2020-09-13T00:00:00Z"}),
    "08-no-time-shuffled.csv": (("user", "item", None, None), ["no-time"], {}),
    "09-recommended-true-false.csv": (
        ("user_id", "app_id", "is_recommended", "date"), ["two-values"], {"rating_min": 0, "rating_max": 1}
    ),
    "10-date-and-time-ms.csv": (("user_id", "video_id", None, "time_ms"), [], {}),
    "11-cyrillic-cp1251.csv": (("user", "item", "rating", None), ["no-time"], {"encoding": "cp1251"}),
    "12-german-header.csv": (
        ("Benutzer", "Artikel", "Bewertung", "Datum"), [], {"decimal": ",", "time_min": "2020-09-13T12:26:00Z"}
    ),
    "14-float-ids.csv": (("user_id", "item_id", "rating", None), ["no-time", "point-ids"], {"items": 18}),
    "16-zero-is-not-rated.csv": (("user_id", "book_id", "rating", None), ["zeros", "no-time"], {}),
    "17-list-of-books.csv": (None, ["things"], {}),
    "18-count-column-cnt.csv": (("user", "item", "cnt", None), ["counts"], {"duplicates_as": "sum"}),
    "19-user-mostly-NA.csv": (("userId", "itemId", None, "eventdate"), ["sessions"], {"kept": 28}),
    "20-slash-am-pm.tsv": (("user", "item", None, "time"), [], {"time_min": "2020-09-13T12:26:40Z"}),
    "21-one-rating-users.csv": (("user", "item", "rating", "date"), [], {"users": 130}),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in SETS if not any(large in name for large in LARGE)])
def test_real_files_raise_no_false_alarm(shared_data, name):
    assert doubted(inspect(shared_data(name))) == SETS[name]


@pytest.mark.parametrize(
    "name", ["gowalla/train.txt", "ml-1m/interactions_chronological.csv", "lastfm/user_artists.dat"]
)
def test_the_beginning_of_a_file_raises_the_same_doubts(shared_data, name):
    path = shared_data(name)
    found = doubts(str(path), make_recipe(path).model_dump(), Control())["doubts"]
    assert [doubt["name"] for doubt in found] == SETS[name]


def test_the_sample_raises_no_doubt(sample):
    assert doubted(inspect(sample / "ratings.csv")) == []


@pytest.mark.parametrize("name", READ)
def test_each_kind_of_file_is_read_rightly_or_doubted(name):
    columns, wanted, facts = READ[name]
    found = inspect(CASES / name)
    assert columns is None or tuple(found["columns"].values()) == columns
    assert doubted(found) == wanted
    assert {key: found[key] for key in facts} == facts


@pytest.mark.parametrize(
    ("name", "asked", "wanted", "facts"),
    [
        ("14-float-ids.csv", {"ids": "whole"}, ["no-time"], {"items": 18}),
        ("19-user-mostly-NA.csv", {"ids": "codes"}, ["repeats"], {"kept": 168, "users": 5}),
        ("18-count-column-cnt.csv", {"rating_as": "log"}, [], {}),
    ],
)
def test_what_a_doubt_offers_settles_it(name, asked, wanted, facts):
    found = inspect(CASES / name, recipe=make_recipe(CASES / name, read=asked))
    assert doubted(found) == wanted
    assert {key: found[key] for key in facts} == facts


def test_letters_of_another_script_behind_the_first_rows_are_doubted(tmp_path):
    path = tmp_path / "r.csv"
    rows = [f"{i},film {i % 50},{i % 5}\n" for i in range(8000)] + [f"{i},Фильм {i % 50},{i % 5}\n" for i in range(800)]
    path.write_bytes(("user,item,rating\n" + "".join(rows)).encode("cp1251"))
    found = inspect(path)
    (doubt,) = [doubt for doubt in found["doubts"] if doubt["about"] == "encoding"]
    assert (found["encoding"], doubt["try"]) == ("latin-1", "--read encoding=cp1251")
    assert inspect(path, recipe=make_recipe(path, read=doubt["change"]["read"]))["items"] == found["items"]


def test_ids_with_a_point_find_their_titles_once_it_is_gone():
    ratings, items = CASES / "14-float-ids.csv", CASES / "14-items.csv"
    with pytest.raises(WorkbenchError, match="--read ids=whole"):
        inspect(ratings, further={"items": items})
    found = inspect(ratings, recipe=make_recipe(ratings, read={"ids": "whole"}), further={"items": items})
    assert found["joined"]["items"]["matched"] == found["items"] == 18


@pytest.mark.parametrize(
    "name", ["04-clicks-0-1.csv", "16-zero-is-not-rated.csv", "03-behaviour-no-header.csv", "18-count-column-cnt.csv"]
)
def test_what_values_are_worth_leaves_positives_and_no_doubt(name):
    (doubt,) = [doubt for doubt in inspect(CASES / name)["doubts"] if doubt["about"] == "feedback"]
    (option, said) = shlex.split(doubt["try"])
    column, _, rules = said.partition("=")
    recipe = make_recipe(CASES / name, feedback=[(column, rules)])
    data, report, _ = read_interactions(CASES / name, recipe)
    assert option == "--feedback"
    assert data.weight is None or (data.weight > 0).sum() > 0
    assert not [doubt for doubt in report.doubts if doubt["about"] == "feedback"]


def test_taking_the_session_as_the_user_keeps_all_rows():
    (doubt,) = inspect(CASES / "19-user-mostly-NA.csv")["doubts"]
    assert doubt["rows"] == 140
    assert doubt["examples"][0]["text"].split(";")[1] == "NA"
    found = inspect(CASES / "19-user-mostly-NA.csv", doubt["try"].removeprefix("--columns "))
    assert (found["kept"], found["doubts"]) == (168, [])


def test_refused_rows_are_told_by_reason_with_an_example(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("user,item,rating,time\n" + "1,2,3,1600000000\n,2,3,1600000000\n1,3,bad,1600000000\n" * 20)
    (doubt,) = [doubt for doubt in inspect(path)["doubts"] if doubt["name"] == "refused"]
    assert doubt["sentence"].startswith(
        "40 of 60 rows (67%) are refused: 20 × no user; 20 × rating '…' is not a number."
    )
    assert doubt["examples"] == [{"line": 3, "text": ",2,3,1600000000"}, {"line": 4, "text": "1,3,bad,1600000000"}]


def test_words_of_ratings_become_numbers(tmp_path):
    path = tmp_path / "r.csv"
    for words, low, high in (
        (("5 out of 5 stars", "4.5 out of 5 stars"), 4.5, 5),
        (("4/5", "1/5"), 1, 4),
        (("推荐", "不推荐"), 0, 1),
        (("力荐", "推荐"), 4, 5),
        (("★★★☆☆", "★☆☆☆☆"), 1, 3),
    ):
        path.write_text("user,item,rating\n" + "".join(f"{i},{i % 3},{words[i % 2]}\n" for i in range(30)))
        found = inspect(path)
        assert (found["kept"], found["rating_min"], found["rating_max"]) == (30, low, high)


HEADERS = """
Benutzer;Artikel;Bewertung;Datum
utilisateur;produit;évaluation;horodatage
usuario;película;calificación;fecha
utente;prodotto;voto;data
usuário;filme;avaliação;data
пользователь;фильм;оценка;дата
ユーザーID;商品ID;評価;日時
사용자;영화;평점;날짜
用户;电影;评分;时间
review_profilename;beer_beerid;review_overall;review_time
"""


@pytest.mark.parametrize("header", HEADERS.split())
def test_headers_in_ten_languages(tmp_path, header):
    path = tmp_path / "r.csv"
    path.write_text(
        header + "\n" + "".join(f"a{i % 7};b{i % 5};{i % 5 + 1};2020-09-{i % 28 + 1:02}\n" for i in range(60))
    )
    assert list(inspect(path)["columns"].values()) == header.split(";")


def test_a_slip_of_the_hand_among_stars_makes_no_counts_of_them(tmp_path):
    path = tmp_path / "r.csv"
    for slips, wanted in ((0, []), (1, ["far-ratings"]), (2, ["far-ratings"]), (40, ["counts"])):
        ratings = [1 + i % 5 for i in range(200 - slips)] + [1100 + i for i in range(slips)]
        rows = [f"u{i % 20},i{i // 20},{rating},{1_600_000_000 + i}\n" for i, rating in enumerate(ratings)]
        path.write_text("user,item,rating,time\n" + "".join(rows))
        found = inspect(path)
        assert (doubted(found), found["duplicates_as"]) == (wanted, "sum" if "counts" in wanted else "last")
    path.write_text("user,item,rating,time\n" + "".join(rows[:100]) + "u1,i99,1100,1600000000\n")
    (doubt,) = inspect(path)["doubts"]
    assert (doubt["try"], doubt["examples"]) == (
        "--filter max-rating=5",
        [{"line": 102, "text": "u1,i99,1100,1600000000"}],
    )


def test_zeros_are_doubted_from_their_gap_or_their_number_on(tmp_path):
    """Both sides of both: a gap of over one and a half steps, over three times as many as of the commonest rating."""
    path = tmp_path / "r.csv"
    for others, zeros, wanted in (
        ([1, 2, 3, 4, 5], 20, []),
        ([1.5, 2.5, 3.5, 4.5], 20, []),
        ([1.6, 2.6, 3.6, 4.6], 20, ["zeros"]),
        ([1, 2, 3, 4, 5], 60, []),
        ([1, 2, 3, 4, 5], 61, ["zeros"]),
        ([1, 2], 61, []),
    ):
        ratings = [rating for rating in others for _ in range(20)] + [0] * zeros
        rows = [f"u{i % 20},i{i // 20},{rating},{1_600_000_000 + i}\n" for i, rating in enumerate(ratings)]
        path.write_text("user,item,rating,time\n" + "".join(rows))
        assert doubted(inspect(path)) == wanted, (others, zeros)


@pytest.mark.parametrize(
    ("said", "told", "settled"),
    [
        ("rating=like>=4,dislike<=2", None, ""),
        ("rating=dislike<=1,seen<=3,like<=5", None, ""),  # exceptions first
        ("rating=like>=4,ignore=9", "The rule ignore=9 of 'rating' does nothing: the column goes from", "like>=4"),
        ("rating=like>=3,dislike<=4", "overlap: 20 of the 40 rows that dislike<=4 names", "like>=3,dislike<3"),
        ("rating=dislike<3,like>=2", "overlap: 10 of the 40 rows that like>=2", "dislike<3,like>=3"),
        ("rating=like=3..5,dislike=1..3", "overlap: 10 of the 30 rows", "like=3..5,dislike<3"),
        ("rating=like>=3,dislike=5", "overlap: 10 of the 10 rows that dislike=5", "dislike=5,like>=3"),
        ("event=buy:5,view:1", None, ""),
        ("event=buy:5,veiw:1,cat:2", "The rules veiw:1 and cat:2 of 'event' do nothing: the column has view,", "buy:5"),
        ("event=buy:5,buy:1", "overlap: 16 of the 16 rows that buy:1", "buy:5"),
    ],
)  # fmt: skip
def test_rules_that_name_nothing_or_overlap_are_doubted(tmp_path, said, told, settled):
    path = of_events(tmp_path / "r.csv")
    column, _, rules = said.partition("=")
    found = [doubt for doubt in asked(path, column, rules)["doubts"] if doubt["name"] == "rules"]
    assert len(found) == (told is not None)
    for doubt in found:
        assert told in doubt["sentence"]
        assert doubt["change"] == {"feedback": {column: settled}}
        assert not [again for again in asked(path, column, settled)["doubts"] if again["name"] == "rules"]


def of_events(path):
    rows = [
        f"u{i % 10},i{i // 10},{1 + i * 7 % 5},{('view', 'cart', 'buy')[i % 3]},{1_600_000_000 + i}\n"
        for i in range(50)
    ]
    path.write_text("user,item,rating,event,time\n" + "".join(rows))
    return path


def asked(path, column, rules):
    return inspect(path, recipe=make_recipe(path, feedback=[(column, rules)]))


def test_without_a_like_the_rule_is_named_and_not_the_split(tmp_path):
    path = of_events(tmp_path / "r.csv")
    for column, rules, values, way in (
        ("rating", "like>=6", "goes from 1 to 5", "like>=3"),
        ("event", "veiw:1", "has view, cart, buy", "view:1"),
    ):
        (doubt,) = asked(path, column, rules)["doubts"]
        assert (doubt["name"], doubt["change"]) == ("no-likes", {"feedback": {column: way}})
        told = f"None of the 50 rows is a like by what is said of '{column}' ({rules}): '{column}' {values}."
        assert told in doubt["sentence"]
        with pytest.raises(WorkbenchError, match=re.escape(f"r.csv: {told}")):
            read_interactions(path, make_recipe(path, feedback=[(column, rules)]))
        assert read_interactions(path, make_recipe(path, feedback=[(column, way)]))[1].kept == 50


def test_lists_of_items_or_users_are_offered_as_such(shared_data):
    for name, option in (
        (CASES / "14-items.csv", "--items FILE"),
        (shared_data("ml-100k/u.item"), "--items FILE"),
        (shared_data("ml-1m/movies.dat"), "--items FILE"),
        (shared_data("ml-100k/u.user"), "--users FILE"),
    ):
        (doubt,) = inspect(name)["doubts"]
        assert (doubt["about"], doubt["try"]) == ("rows", option)
        assert doubt["sentence"].endswith(
            "Give it beside a file of interactions, for what it tells of users or items; or choose the columns for both."
        )


def test_days_without_a_year_and_days_that_may_be_months_are_told(tmp_path):
    path = tmp_path / "r.csv"

    def read(written):
        rows = [f"u{i % 20},i{i % 9},{written(1 + i % 12, 1 + i % 28)}\n" for i in range(200)]
        path.write_text("user_id,item_id,time_stamp\n" + "".join(rows))
        return inspect(path)

    tmall = read(lambda month, day: f"{month:02}{day:02}")
    assert (doubted(tmall), tmall["time_min"], tmall["time_written"]) == (["no-year"], "2000-01-01T00:00:00Z", "md")
    assert tmall["doubts"][0]["change"] == {"columns": {"time": None}}
    short = read(lambda month, day: f"{day}/{month:02}/21")
    assert (doubted(short), short["time_min"]) == ([], "2021-01-01T00:00:00Z")
    either = read(lambda month, day: f"{min(day, 12)}/{month:02}/21")
    (doubt,) = either["doubts"]
    assert (doubt["name"], doubt["change"]) == ("day-or-month", {"read": {"time": "mdy"}})
    option = shlex.split(doubt["try"])[1]
    assert inspect(path, option)["doubts"] == []
    assert inspect(path, option)["time_written"] == "mdy"
    with pytest.raises(WorkbenchError, match="day first"):
        read_interactions(path)


def test_counts_of_rows_raise_no_doubt_about_a_column_that_is_not_there(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("user,item,date\n" + "".join(f"u{i % 7},i{i % 5},2023-01-{i % 28 + 1}\n" for i in range(300)))
    (doubt,) = inspect(path)["doubts"]
    assert doubt["change"] == {"read": {"duplicates": "count"}}
    found = inspect(path, recipe=make_recipe(path, read=doubt["change"]["read"]))
    assert (found["doubts"], found["rating_min"] > 1) == ([], True)


def test_the_apostrophe_of_a_file_for_a_spreadsheet_is_told_and_taken_away(tmp_path):
    ids = [f"={n}+1" for n in range(3)] + ["@me", "-aB3", "'=x", "plain", "'quoted", "-5"]
    path = tmp_path / "lists.csv"
    table = pa.table({"user": ids * 5, "item": [f"i{n % 7}" for n in range(45)]})
    pacsv.write_csv(harmless_table(table), path)
    (doubt,) = [doubt for doubt in inspect(path)["doubts"] if "apostrophe" in doubt["sentence"]]
    assert (doubt["try"], doubt["rows"]) == ("--read ids=bare", 6)
    data, _, _ = read_interactions(path, make_recipe(path, read=doubt["change"]["read"]))
    assert set(data.user_ids.to_pylist()) == set(ids)
    assert not [
        one
        for one in inspect(path, recipe=make_recipe(path, read={"ids": "bare"}))["doubts"]
        if "apostrophe" in one["sentence"]
    ]
