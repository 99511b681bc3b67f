"""Parts of a widget that are made when they are first needed, or ahead, one at a time."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Deferred(Generic[T]):
    """Marks a method that makes a part: the part is made when the attribute is first read, and kept.

    ::

        @Deferred
        def map(self) -> ItemMap:
            return ItemMap()

    ``page.map`` is the map; ``InspectPage.map.made(page)`` is it or None, and does not make it.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, owner: None, kind: type) -> "Deferred[T]": ...

    @overload
    def __get__(self, owner: object, kind: type) -> T: ...

    def __get__(self, owner: object | None, kind: type) -> "Deferred[T] | T":
        return self if owner is None else self.make(owner)

    def make(self, owner: object) -> T:
        """The part, made now where it is not there yet."""
        if self.name not in vars(owner):
            # From here on the attribute is found before this descriptor is asked.
            vars(owner)[self.name] = self._make(owner)
        return vars(owner)[self.name]

    def made(self, owner: object) -> T | None:
        """The part where it is there; else None."""
        return vars(owner).get(self.name)


def next_deferred(owner: object) -> Callable[[], object] | None:
    """What makes the next part of `owner`, or of its parts, in the order of their definition; None where all are there."""
    for part in _parts(type(owner)):
        made = part.made(owner)
        step = partial(part.make, owner) if made is None else next_deferred(made)
        if step is not None:
            return step
    return None


@cache
def _parts(kind: type) -> list[Deferred[Any]]:
    """Those that a class and its bases define."""
    named = {name: attribute for base in reversed(kind.__mro__) for name, attribute in vars(base).items()}
    return [part for part in named.values() if isinstance(part, Deferred)]
