"""A list of items rather than of interactions: each stands in one row."""

from workbench.data.columns.names import NAMES, TITLE, YEAR, likeness, plain
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.doubts.problems import is_once

# Names that tell of a thing, and of no meeting of somebody with it.
TELLING = ("title", "author", "year", "genre", "category", "description", "price", "publisher", "count", "average")


class Things(DoubtKind):
    """Each item is there once, and the other columns tell of it."""

    name, order = "things", 5

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        n_items = seen.data.n_items
        if seen.is_wide or not seen.is_whole or not seen.has_header or not is_once(n_items, seen) or "time" in seen.at:
            return None
        others = [seen.shown.names[at] for at in range(len(seen.shown.names)) if at != seen.at["item"]]
        about = [
            name
            for name in others
            if plain(name) in TITLE or plain(name) in YEAR or any(word in plain(name) for word in TELLING)
        ]
        user = seen.name("user")
        sure_user = likeness(user, NAMES["user"]) > 0.5 and plain(user) not in AUTHORS  # noqa: PLR2004
        if len(about) < 2 or sure_user:  # noqa: PLR2004 - one may stand in any file
            return None
        sentence = (
            f"This looks like a list of items and not of interactions: each '{seen.name('item')}' is there once, beside "
            f"{', '.join(repr(name) for name in about[:3])}. Give it as the file of items of another file."
        )
        shown = seen.examples(seen.values("item"))
        return Doubt(cls.name, "rows", sentence, "--items FILE", seen.rows, shown, {"items": True}, settles=True)


# Who made a thing met it, but not as a user.
AUTHORS = ("author", "authors", "authorid")
