"""What ``data.json`` of a data folder holds: what was read, how, and figures about it."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from workbench.data.side_files.vector_files import further_name
from workbench.stored import Count, Place, Shape, StoredFile, Text, read_values

FILE = "data.json"
MAX_LIST, MAX_KINDS = 100_000, 1000
Bars = Annotated[list[Count], Field(max_length=MAX_LIST)]
Numbers = Annotated[list[float], Field(max_length=MAX_LIST)]


class _Ratings(Shape):
    min: float
    max: float
    mean: float = 0.0
    levels: Numbers | None = None
    edges: Numbers | None = None
    counts: Bars = Field([])


class _Times(Shape):
    min: Text
    max: Text
    unit: Text = ""
    periods: Annotated[list[Text], Field(max_length=MAX_LIST)] = Field([])
    counts: Bars = Field([])


class _Spread(Shape):
    min: Count = 0
    max: Count = 0
    edges: Bars = Field([])
    counts: Bars = Field([])


class _Extreme(Shape):
    id: Text
    index: Count
    count: Count


class _Order(Shape):
    repeated: float = 0.0
    by_chance: float = 0.0
    known: float = 0.0


def _pairs(points: list[list[float]]) -> list[list[float]]:
    if any(len(point) != 2 for point in points):  # noqa: PLR2004 - x and y
        raise ValueError("has a point that is no pair")
    return points


Tail = Annotated[list[list[float]], Field(max_length=MAX_LIST), AfterValidator(_pairs)]


class Summary(Shape):
    """Figures about the interactions."""

    interactions: Count = 0
    users: Count = 0
    items: Count = 0
    density: float = 0.0
    median_per_user: float = 0.0
    median_per_item: float = 0.0
    rating: _Ratings | None = None
    time: _Times | None = None
    order: _Order | None = None
    long_tail: Tail = Field([])
    user_tail: Tail = Field([])
    per_user: _Spread | None = None
    per_item: _Spread | None = None
    extreme_users: list[_Extreme] = Field([])
    extreme_items: list[_Extreme] = Field([])


class _Refused(Shape):
    line: int = Field(ge=0)
    reason: Text
    text: Text = ""
    file: Text = ""


class _Doubt(Shape):
    sentence: Text
    change: dict[str, Any] = Field({})


class _Report(Shape):
    rows: Count = 0
    kept: Count = 0
    refused_count: Count = 0
    refused: list[_Refused] = Field([])
    duplicates: Count = 0
    merged: Count = 0
    warnings: list[Text] = Field([], description="Told by earlier versions; now there are doubts.")
    doubts: list[_Doubt] = Field([])


class _Joined(Shape):
    """What became of a further file."""

    source: Place = ""
    rows: Count = 0
    matched: Count = 0
    without: Count = 0
    without_examples: list[Text] = Field([])
    unused: Count = 0
    unused_examples: list[Text] = Field([])
    refused_count: Count = 0
    refused: list[_Refused] = Field([])
    broken: Count = 0
    others: Count = 0


class _Source(Shape):
    path: Place
    size: int = Field(ge=0)
    sha256: Text = ""


class DataFile(StoredFile):
    """The content of ``data.json``."""

    way_out: ClassVar[str] = "Restore it from a copy, or import the file again."

    hash: Text | None = Field(None, description="Of all that is in the folder; not there in data of before hashes.")
    interactions: Count
    source: dict[str, _Source] = Field({})
    recipe: dict[str, Any] | None = None
    report: _Report | None = None
    summary: Summary | None = None
    items: _Joined | None = None
    users: _Joined | None = None
    vectors: _Joined | None = Field(None, description="Those without a name.")
    named_vectors: Annotated[dict[Text, _Joined], Field(max_length=MAX_KINDS)] = Field({})
    pictures: _Joined | None = None


def as_stored(reports: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What `joined_reports` gives, in the shape in which it is kept."""
    named = {kind: reports[name] for name in reports if (kind := name.partition(":")[2])}
    plain = {name: report for name, report in reports.items() if ":" not in name}
    return {**plain, "named_vectors": named} if named else plain


def joined_reports(about: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What became of each further file, by what it is for; those of named vectors as ``vectors:NAME``."""
    found = {name: about.get(name) for name in ("items", "users", "vectors")}
    found |= {further_name(name): report for name, report in (about.get("named_vectors") or {}).items()}
    return {name: report for name, report in (found | {"pictures": about.get("pictures")}).items() if report}


def read_about(folder: Path) -> dict[str, Any]:
    """What ``data.json`` of a data folder says, checked; raises WorkbenchError as `workbench.stored.read_stored`."""
    return read_values(DataFile, folder / FILE)
