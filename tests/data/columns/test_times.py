"""Times against Python's own calendar."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.columns.times import guess_kind, is_ambiguous, to_milliseconds


def expected(moment):
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)).map(  # noqa: DTZ001 - the zone comes next
    lambda m: m.replace(tzinfo=UTC, microsecond=m.microsecond // 1000 * 1000)
)


@given(st.lists(moments, min_size=1, max_size=5))
def test_iso_as_python_writes_it(times):
    got, good = to_milliseconds(pa.array([moment.isoformat() for moment in times]), "iso")
    assert good.all()
    assert got.tolist() == [expected(moment) for moment in times]


@pytest.mark.parametrize(
    ("text", "kind", "milliseconds"),
    [
        ("1970-01-02", "iso", 86_400_000),
        ("1970-01-01 00:00:01.5", "iso", 1500),
        ("1970-01-01T02:00:00+02:00", "iso", 0),
        ("1970-01-01T00:00:00-0130", "iso", 5_400_000),
        ("1970/1/1 0:00Z", "iso", 0),
        ("02.01.1970", "dmy", 86_400_000),
        ("01/02/1970 00:01", "mdy", 86_460_000),
        ("01/02/1970 12:01:00 AM", "mdy", 86_460_000),
        ("01/02/1970 1:00 pm", "mdy", 133_200_000),
        ("01 2, 1970", "mdy", 86_400_000),
        ("Jan 2, 1970", "words", 86_400_000),
        ("Fri Jan 02 01:00:00 +0100 1970", "words", 86_400_000),
        ("Fri, 2 Jan 1970 00:00:00 GMT", "words", 86_400_000),
        ("January 2nd, 1970, 0:01", "words", 86_460_000),
        ("2. Januar 1970", "words", 86_400_000),
        ("2 de enero de 1970", "words", 86_400_000),
        ("2 января 1970", "words", 86_400_000),
        ("19700102", "ymd", 86_400_000),
        ("02.01.70", "dmy", 86_400_000),
        ("1/2/70 00:01", "mdy", 86_460_000),
        ("69-12-31", "yy", 3_155_673_600_000),
        ("0229", "md", 951_782_400_000),
        ("229", "md", 951_782_400_000),
        (" 12 ", "s", 12_000),
        ("1.5", "s", 1500),
        ("12", "ms", 12),
        ("12000", "us", 12),
        ("-1", "s", -1000),
        ("2000-02-29", "iso", 951_782_400_000),
    ],
)
def test_ways_to_write(text, kind, milliseconds):
    time, good = to_milliseconds(pa.array([text]), kind)
    assert good.tolist() == [True]
    assert time.tolist() == [milliseconds]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2001-02-29", "iso"),
        ("2001-13-01", "iso"),
        ("2001-00-01", "iso"),
        ("31/31/2020", "dmy"),
        ("1/2/123", "dmy"),
        ("1 2 20", "dmy"),
        ("0230", "md"),
        ("2001-01-01 24:00", "iso"),
        ("yesterday", "iso"),
        ("", "iso"),
        ("nan", "s"),
        ("inf", "s"),
        ("1e300", "s"),
        ("0000-01-01", "iso"),
    ],
)
def test_what_is_no_time(text, kind):
    assert to_milliseconds(pa.array([text]), kind)[1].tolist() == [False]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["13/05/21", "14/06/21", "15/06/20"], "dmy"),
        (["05/13/21", "06/14/21", "06/15/20"], "mdy"),
        (["21-05-13", "21-06-14", "20-06-15"], "yy"),
        (["21/05/31", "21/06/40"], "dmy"),
        (["05/06/21", "07/08/21", "09/10/20"], "mdy?"),
        (["13/13/2020", "14/14/2020"], None),
        ([f"{month:02}{day:02}" for month in (5, 11, 12) for day in range(1, 12)], "md"),
        ([f"{month}{day:02}" for month in (5, 11, 12) for day in range(1, 12)], "md"),
        ([str(at) for at in range(101, 140)], "s"),
        (["1.2.10-beta"] * 20, None),
    ],
)
def test_how_a_column_is_written(values, kind):
    if kind == "mdy?":
        assert (guess_kind(values)[0], is_ambiguous(values)) == (None, True)
    else:
        assert (guess_kind(values)[0], is_ambiguous(values)) == (kind, False)
