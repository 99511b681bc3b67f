"""Amounts in words."""


def counted(n: int, one: str, verb: str = "", many: str = "") -> str:
    """A number with its noun, and the verb where one follows: "1 user is", "1,200 users are".

    Parameters
    ----------
    one
        The noun for one thing; for several it takes an s.
    verb
        For several; for one it is "is" or "was", or loses nothing.
    many
        The noun for several, where it takes no s.
    """
    singular = {"are": "is", "were": "was", "have": "has"}
    noun = one if n == 1 else many or f"{one}s"
    return " ".join(filter(None, [f"{n:,} {noun}", singular.get(verb, verb) if n == 1 else verb]))


def percent(share: float) -> str:
    """A share of any size: "0.123 %", "12.3 %", "1,960 %"."""
    if abs(share) >= 1:
        return f"{100 * share:,.0f} %"
    text = f"{100 * share:.3g}"
    if "e" in text:  # as nobody writes it
        text = f"{float(text):.15f}".rstrip("0").rstrip(".")
    return f"{text} %"
