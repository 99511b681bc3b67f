"""Which encoding bytes of text are in, judged by what they would mean in each."""

import re
from collections.abc import Callable

# From this share of plausible characters on, an encoding of East Asia is believed.
LIKELY_SHARE = 0.9


def encoding_of(data: bytes, *, cut: bool = False) -> str:
    """The encoding of text; `cut` where it may end within a character.

    UTF-8 where it can be, as its rules are so strict that nothing else fits them by chance. Then the encodings of Japan and
    China, if nearly all that they make of the bytes are characters that people there use; else one of Western Europe.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = _half_of_utf16(data)
    if half:
        return half
    if _decoded(data, "utf-8", cut=cut) is not None:
        return "utf-8"
    for name, plausible in EAST.items():
        text = _decoded(data, name, cut=cut)
        if text is not None and plausible(text):
            return name
    return western(data)


def western(data: bytes) -> str:
    """Which of the encodings of Western Europe bytes are in that are not UTF-8."""
    windows = re.search(rb"[\x80-\x9f]", data) and not re.search(rb"[\x81\x8d\x8f\x90\x9d]", data)
    return "cp1252" if windows else "latin-1"


def _half_of_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: in text that is mostly ASCII, every other byte is zero."""
    even, odd = data[0::2], data[1::2]
    if len(data) < 8 or b"\0" not in data:  # noqa: PLR2004 - too little to tell
        return None
    for name, zeros, letters in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > 0.4 * len(zeros) and letters.count(0) < 0.01 * len(letters):
            return name
    return None


def _decoded(data: bytes, name: str, *, cut: bool) -> str | None:
    for end in range(len(data), max(len(data) - 4 if cut else len(data) - 1, -1), -1):
        try:
            return data[:end].decode(name)
        except UnicodeDecodeError as error:
            if error.start < len(data) - 8:
                return None
    return None


def _share(letters: list[str], pattern: str) -> float:
    return len(re.findall(pattern, "".join(letters))) / max(len(letters), 1)


def _foreign(text: str) -> list[str]:
    return [letter for letter in text if ord(letter) > 127]  # noqa: PLR2004 - beyond ASCII


def _japanese(text: str) -> bool:
    """Kana among the characters, as there are in every Japanese text; half-width ones are Western letters misread."""
    letters = _foreign(text)
    kana = _share(letters, "[\u3040-\u30ff]")
    return kana > 0.1 and _share(letters, "[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]") >= LIKELY_SHARE  # noqa: PLR2004


def _chinese(text: str) -> bool:
    """Mostly ideographs, and mostly those of the 3,755 that nearly all text is made of."""
    letters = _foreign(text)
    if _share(letters, "[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e\u2014\u2018-\u201d\u2026\u00b7]") < LIKELY_SHARE:
        return False
    common = [letter for letter in letters if b"\xb0\xa1" <= letter.encode("gb18030") <= b"\xd7\xf9"]
    return len(common) >= 0.6 * len(letters)


EAST: dict[str, Callable[[str], bool]] = {"shift_jis": _japanese, "gb18030": _chinese}
