"""An encoding that leaves unlikely letters."""

from typing import ClassVar

import pyarrow.compute as pc

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.reading.text.encodings import is_unlikely, likely_encoding

SAMPLED_IDS = 1000


class Letters(DoubtKind):
    """Words of accented letters alone, as no language of Western Europe has them."""

    name, order = "letters", 54
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        encoding = seen.shown.format.encoding
        if encoding not in ("latin-1", "cp1252"):
            return None
        texts = [value for row in seen.shown.rows for value in row] + _foreign_ids(seen)
        odd = [text for text in texts if is_unlikely(text)]
        if not odd:
            return None
        other = likely_encoding("\n".join(odd).encode(encoding, errors="replace")) or "cp1251"
        sentence = f"Texts such as '{odd[0][:40]}' look misread: the encoding may be another than {encoding}."
        change = {"read": {"encoding": other}}
        return Doubt(cls.name, "encoding", sentence, f"--read encoding={other}", len(odd), change=change)


def _foreign_ids(seen: Evidence) -> list[str]:
    """Some ids beyond ASCII: the first rows may have none."""
    found = []
    for ids in (seen.data.user_ids, seen.data.item_ids):
        foreign = ids.filter(pc.match_substring_regex(ids, r"[^\x00-\x7f]"))
        found += foreign.slice(0, SAMPLED_IDS).to_pylist()
    return found
