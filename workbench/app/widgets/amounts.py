"""Amounts in words: times, sizes, and how many there are."""


def span(seconds: float | None) -> str:
    """A time in words: "8 s", "2 min 10 s", "3 h 5 min"."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest} s" if minutes < 10 else f"{minutes} min"  # noqa: PLR2004 - seconds matter below
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def several(n: int, one: str, many: str) -> str:
    """`one` where there is one; else `many`, in whose place ``{n}`` the number comes."""
    return one if n == 1 else many.format(n=n)


def size(count: float) -> str:
    """Bytes in words: "34 kB", "340 MB", "1.2 GB"."""
    if count < 1e6:  # noqa: PLR2004 - a megabyte
        return f"{count / 1e3:,.0f} kB"
    if count < 1e9:  # noqa: PLR2004 - a gigabyte
        return f"{count / 1e6:,.0f} MB"
    return f"{count / 1e9:,.1f} GB"
