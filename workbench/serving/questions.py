"""What is asked of the server, as JSON; bounded, and anything else is refused."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_K, MAX_ITEMS, MAX_PEOPLE, MAX_EVENTS = 1000, 10_000, 256, 1000


def _text(value: str) -> str:
    """Half of a surrogate pair, which JSON can write, is no text and can be in no id."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("has characters that are no text") from None
    return value


Id = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_text)]
Ids = Annotated[list[Id], Field(max_length=MAX_ITEMS)]


class Question(BaseModel):
    """Base of all: unknown keys are refused, so that a misspelt one is not overlooked."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Whose(Question):
    """A person of the data (or of earlier events) by id, or anybody by the items they chose, the oldest first."""

    user: Id | None = None
    history: Ids | None = None

    @model_validator(mode="after")
    def _one(self) -> "Whose":
        if (self.user is None) == (self.history is None):
            raise ValueError("name either a user or a history")
        return self


class ListQuestion(Whose):
    """A list: how long, without which items, of which items alone, and whether what they have may stand in it."""

    k: int = Field(10, ge=1, le=MAX_K)
    exclude: Ids = []
    include: Ids | None = None
    include_seen: bool = False


class Batch(Question):
    """Several lists at once."""

    people: Annotated[list[ListQuestion], Field(min_length=1, max_length=MAX_PEOPLE)]


class ItemQuestion(Question):
    """Items like one."""

    item: Id
    k: int = Field(10, ge=1, le=MAX_K)


class WhyQuestion(Whose):
    """Why an item has its place in somebody's list."""

    item: Id


class ScoreQuestion(Whose):
    """What the algorithm gives somebody for some items."""

    items: Annotated[Ids, Field(min_length=1)]


class Event(Question):
    """Somebody chose an item."""

    user: Id
    item: Id


class Events(Question):
    """Several of them, the oldest first."""

    events: Annotated[list[Event], Field(min_length=1, max_length=MAX_EVENTS)]


Answer = dict[str, Any]
