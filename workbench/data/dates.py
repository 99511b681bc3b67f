"""Points in time as a person writes them: a day or a day with a time, in UTC unless it says otherwise."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema


def milliseconds(text: str) -> int:
    """Milliseconds since 1970, UTC, of an ISO 8601 date; raises ValueError where it is none."""
    moment = datetime.fromisoformat(text.strip())
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def written(time: int) -> str:
    """A point in time as ISO 8601, without what is zero."""
    moment = datetime.fromtimestamp(time / 1000, UTC).replace(tzinfo=None)
    text = moment.isoformat(sep=" ", timespec="milliseconds")
    return text.removesuffix(".000").removesuffix(" 00:00:00")


def _checked(text: str) -> str:
    try:
        milliseconds(text)
    except (ValueError, OverflowError) as error:
        message = f"must be a date such as 2020-12-31, not '{text}'"
        raise ValueError(message) from error
    return text.strip()


Moment = Annotated[str, AfterValidator(_checked), WithJsonSchema({"type": "string", "format": "date"})]
