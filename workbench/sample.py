"""The embedded sample: where it lies, and how its interactions are divided where nobody has chosen."""

from typing import Any

FOLDER = "samples/movielens-small"

# Most of its people entered all their ratings on one evening, every fifth at the very time of the one before: what is their
# last film is then the order of the file for 127 of 671 people, and a question about that evening for most. So what is
# asked of a first list is which other films they like, and a part of each person's ratings is held out by chance.
SPLIT: tuple[str, dict[str, Any]] = ("random", {"per_user": True})
