"""An encoding that leaves unlikely letters."""

from typing import ClassVar

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.reading.text.encodings import is_unlikely, likely_encoding


class Letters(DoubtKind):
    """Words of accented letters alone, as no language of Western Europe has them."""

    name, order = "letters", 54
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        encoding = seen.shown.format.encoding
        if encoding not in ("latin-1", "cp1252"):
            return None
        odd = [value for row in seen.shown.rows for value in row if is_unlikely(value)]
        if not odd:
            return None
        other = likely_encoding("\n".join(odd).encode(encoding, errors="replace")) or "cp1251"
        sentence = f"Texts such as '{odd[0][:40]}' look misread: the encoding may be another than {encoding}."
        return Doubt(
            cls.name, "encoding", sentence, f"--read encoding={other}", len(odd), change={"read": {"encoding": other}}
        )
