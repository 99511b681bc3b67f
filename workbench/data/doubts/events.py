"""Events of several types, of which each counts the same."""

from collections import Counter

from workbench.data.columns.names import plain
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

# What each is worth, as a beginning.
WORTH = {
    "view": 1, "pv": 1, "click": 1, "impression": 0, "detail": 1, "visit": 1, "play": 1, "search": 0, "fav": 2,
    "favorite": 2, "favourite": 2, "like": 2, "wishlist": 2, "share": 2, "collect": 2, "save": 2, "cart": 3,
    "addtocart": 3, "removefromcart": 0, "buy": 5, "purchase": 5, "transaction": 5, "order": 5, "install": 5, "remove": 0,
    "dislike": 0,
}  # fmt: skip
MOST_TYPES = 12
KNOWN = 0.5


class Events(DoubtKind):
    """A column of a few words such as view, cart and buy."""

    name, order = "events", 46

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.is_wide:
            return None
        at = next((at for at in seen.free() if not seen.is_said(at) and is_event(seen.columns[at])), None)
        if at is None:
            return None
        types = Counter(value for value in seen.columns[at] if value)
        words = sorted(types, key=lambda word: (WORTH.get(plain(word), 1), word))
        guess = seen.guess_of(at)
        taken = f"which are taken to be worth what is usual ({guess})" if guess else "but each row counts the same"
        sentence = (
            f"'{seen.shown.names[at]}' tells events apart ({', '.join(words[:6])}), {taken}. Say what each is worth."
        )
        rules = ",".join(f"{word}:{WORTH.get(plain(word), 1)}" for word in words)
        option, change = seen.feedback_of(at, rules)
        return Doubt(cls.name, "feedback", sentence, option, seen.kept, seen.examples(seen.columns[at]), change)


def is_event(values: list[str]) -> bool:
    """Whether these are a few types of events."""
    types = {value for value in values if value}
    known = sum(plain(word) in WORTH for word in types)
    return 1 < len(types) <= MOST_TYPES and known > KNOWN * len(types)
