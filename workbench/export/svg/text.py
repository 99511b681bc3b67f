"""Texts and numbers in a drawing."""

import unicodedata
from html import escape as html_escape


def escape(text: str) -> str:
    """A text for XML."""
    return html_escape(writable(text))


def writable(text: str) -> str:
    """A text without what XML has no place for: control characters, and halves of characters; line ends may stay."""
    return "".join(
        "\ufffd" if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" else letter for letter in text
    )


def short(text: str, most: int) -> str:
    """A name on the drawing: the whole of it on hover, where it is cut."""
    shown = cut(text, most)
    return escape(shown) if shown == text else f"<title>{escape(text)}</title>{escape(shown)}"


def cut(text: str, most: int) -> str:
    """A text that is no wider than so many letters; those of Chinese, Japanese and Korean are two wide."""
    width = 0
    for at, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > most:
            return text[: max(0, at - 1)] + "…"
    return text


def figure(value: float) -> str:
    """A number beside an axis."""
    if abs(value) >= 1000:  # noqa: PLR2004 - digits in groups
        return f"{value:,.0f}"
    return f"{value:.6g}"
