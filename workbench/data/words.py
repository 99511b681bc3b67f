"""Words of a text, also of languages that write no spaces between them."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux.parser import Parser

WORD = re.compile(r"[^\W_]+")
# Words that say nothing of what a title is about, in the languages that titles are mostly in.
EMPTY_WORDS = {
    *("a", "an", "and", "at", "by", "for", "from", "in", "into", "is", "it", "of", "on", "or", "the", "to", "with"),
    *("das", "der", "die", "ein", "eine", "und", "de", "des", "du", "el", "en", "et", "la", "las", "le", "les", "los"),
    *("il", "un", "una", "une", "y"),
}
KANA, HAN, THAI = "\u3041-\u30ff\uff66-\uff9f", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", "\u0e01-\u0e4e"
# Runs of what is written without spaces, with the combining marks that no word of another script has.
UNSPACED = re.compile(f"[{KANA}{HAN}\u3005]+|[{THAI}]+")
# Within a phrase, where another script begins, another word does: particles stand in hiragana behind their noun.
ONE_SCRIPT = re.compile(f"[{HAN}\u3005]+|[\u30a1-\u30ff\uff66-\uff9f]+|[\u3041-\u309f]+|[{THAI}]+")
MAX_RUN_CHARS = 2000


def words(text: str) -> list[str]:
    """Words of a text in lower case, without those that say nothing and single letters; numbers stay.

    Chinese, Japanese and Thai are segmented by budoux, and Japanese further where the script changes.
    """
    text = text.casefold()
    found = WORD.findall(UNSPACED.sub(" ", text) if UNSPACED.search(text) else text)
    spaced = [word for word in found if word not in EMPTY_WORDS and (len(word) > 1 or word.isdigit())]
    return spaced + [word for run in UNSPACED.findall(text) for word in _segmented(run)]


def _segmented(run: str) -> list[str]:
    parser = _parser("th" if re.match(f"[{THAI}]", run) else "ja" if re.search(f"[{KANA}]", run) else "zh-hans")
    pieces = (run[at : at + MAX_RUN_CHARS] for at in range(0, len(run), MAX_RUN_CHARS))
    return [word for piece in pieces for phrase in parser.parse(piece) for word in ONE_SCRIPT.findall(phrase)]


@cache
def _parser(language: str) -> "Parser":
    import budoux

    load = {
        "th": budoux.load_default_thai_parser,
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }
    return load[language]()
