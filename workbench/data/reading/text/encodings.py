"""Which encoding bytes of text are in, judged by what they would mean in each."""

import re
from collections.abc import Callable

# From this share of plausible characters on, an encoding of East Asia is believed.
LIKELY_SHARE = 0.9
# A word with more accented letters than this is no word of Western Europe.
ODD_SHARE = 0.7
# Of Cyrillic, Greek, Hebrew and Arabic letters, in a byte each: as the library calls it, and as it is known.
OTHER_SCRIPTS = {"cp1251": "cp1251", "koi8_r": "koi8-r", "cp866": "cp866", "cp1253": "cp1253", "cp1255": "cp1255",
                 "cp1256": "cp1256"}  # fmt: skip


def encoding_of(data: bytes, *, cut: bool = False) -> str:
    """The encoding of text; `cut` where it may end within a character.

    UTF-8 where it can be, as its rules are so strict that nothing else fits them by chance. Then the encodings of Japan,
    Korea, China and Taiwan, if nearly all that they make of the bytes are characters that people there use; else one of
    Western Europe, unless its words look odd and another script's encoding makes better ones.
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
    usual = western(data)
    return (likely_encoding(data) or usual) if is_unlikely(data.decode(usual)) else usual


def is_unlikely(text: str) -> bool:
    """Whether words are made of accented letters alone, as in a text of another script that is read as Western Europe's."""
    foreign = [word for word in re.findall(r"[^\W\d_]{3,}", text) if any(letter > "\x7f" for letter in word)]
    odd = [word for word in foreign if sum("\x7f" < letter < "\u0100" for letter in word) > ODD_SHARE * len(word)]
    return len(odd) > len(foreign) / 2


def likely_encoding(data: bytes) -> str | None:
    """Which encoding of another script than the Latin one makes words of these bytes; None where none does."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=list(OTHER_SCRIPTS)).best()
    return None if best is None else OTHER_SCRIPTS.get(best.encoding)


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


def _korean(text: str) -> bool:
    """Syllables of Hangul, which are all in front of most ideographs of China's encoding."""
    letters = _foreign(text)
    hangul = _share(letters, "[\uac00-\ud7a3]")
    usual = _share(letters, "[\u3000-\u30ff\uac00-\ud7a3\uff01-\uff5e]")
    return hangul > 0.7 and usual >= LIKELY_SHARE  # noqa: PLR2004


def _traditional(text: str) -> bool:
    """Mostly ideographs, and mostly those of the 5,401 that nearly all text is made of there."""
    letters = _foreign(text)
    if _share(letters, "[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e\u2014\u2018-\u201d\u2026\u00b7]") < LIKELY_SHARE:
        return False
    common = [letter for letter in letters if b"\xa4\x40" <= letter.encode("big5", errors="ignore") <= b"\xc6\x7e"]
    return len(common) >= LIKELY_SHARE * len(letters)


# What is asked first is the stricter: hardly a text of China is made of Hangul alone.
EAST: dict[str, Callable[[str], bool]] = {
    "shift_jis": _japanese,
    "euc_kr": _korean,
    "gb18030": _chinese,
    "big5": _traditional,
}
