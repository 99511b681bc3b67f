"""What the values of a column look worth: one function for each kind of feedback that people have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.columns.graded import is_graded, number_of, scale_of
from workbench.data.columns.names import COUNTS, likeness, plain
from workbench.data.feedback.rules import Rule, as_number

# Names of columns that say whether somebody liked or chose something; compared as `columns.names.plain` leaves them.
LIKES = (
    "like", "liked", "likes", "isliked", "islike", "click", "clicked", "clicks", "isclick", "isclicked", "thumb", "thumbs",
    "vote", "votes", "recommended", "isrecommended", "recommend", "reaction", "positive", "label", "purchased", "bought",
    "converted", "conversion", "favorite", "favourite", "isfavorite", "feedback", "swipe", "accepted", "response", "target",
    "voteup", "votedup", "upvote", "rating", "interested", "点击", "点赞", "喜欢", "收藏", "标签", "是否点击", "推荐",
)  # fmt: skip
# Of these, a 0 says that somebody disliked it, and not that they were shown it and did not choose it.
VERDICTS = (
    "recommended",
    "recommend",
    "vote",
    "votes",
    "votedup",
    "voteup",
    "thumb",
    "thumbs",
    "reaction",
    "positive",
    "推荐",
)
TYPES = ("event", "eventtype", "eventname", "action", "actiontype", "behavior", "behaviour", "behaviortype",
         "behaviourtype", "type", "interaction",
         "interactiontype", "activity", "feedback", "operation",
         "行为", "行为类型", "事件", "操作")  # fmt: skip
SECONDS = (
    "seconds", "secondswatched", "watchedseconds", "watchseconds", "watchtime", "watchingtime", "watched", "playtime",
    "playseconds", "playduration", "secondsplayed", "dwelltime", "dwell", "dwellseconds", "timespent",
    "listeningtime", "viewtime", "viewduration", "viewingtime", "readtime", "readingtime", "watchduration", "sec", "secs",
    "观看时长", "播放时长", "停留时间", "时长",
)  # fmt: skip
MILLISECONDS = ("msplayed", "watchms", "dwellms", "playms")
MINUTES = ("minutes", "minuteswatched", "watchminutes", "mins", "playminutes", "minutesplayed")
SPANS = ("hours", "hoursplayed", "playtimeforever", "playhours")
MORE_COUNTS = (
    "cnt",
    "times",
    "numplays",
    "nplays",
    "nclicks",
    "numclicks",
    "timesplayed",
    "play",
    "visits",
    "checkins",
)

# What kinds of event are worth beside each other; the least telling is 1, and what is known not to be a choice 0.
VIEWS = ("view", "views", "pv", "pageview", "page_view", "click", "clk", "viewed", "detail", "open", "visit",
         "product_view", "view_item", "浏览", "点击")  # fmt: skip
EVENTS: dict[str, float] = {
    **dict.fromkeys(VIEWS, 1.0),
    **dict.fromkeys(("play", "listen", "read", "watch", "download", "search_click"), 1.0),
    **dict.fromkeys(("fav", "favorite", "favourite", "wishlist", "collect", "bookmark", "save", "like", "liked", "share",
                     "follow", "add_to_wishlist", "thumbs_up", "upvote", "收藏", "点赞"), 2.0),
    **dict.fromkeys(("cart", "addtocart", "add_to_cart", "add-to-cart", "basket", "add", "加购", "加购物车"), 3.0),
    **dict.fromkeys(("buy", "purchase", "order", "transaction", "bought", "purchased", "checkout", "sale", "conversion",
                     "购买", "下单"), 5.0),
    **dict.fromkeys(("impression", "impressions", "show", "shown", "exposure", "skip", "skipped", "remove_from_cart",
                     "removefromcart", "曝光"), 0.0),
    **dict.fromkeys(("dislike", "disliked", "thumbs_down", "downvote", "hide", "block", "report", "not_interested",
                     "return", "refund"), -1.0),
}  # fmt: skip
MAX_EVENT_TYPES = 30
# From this share of stronger events on, a mere view is no choice; below, views are what there is to learn from.
STRONGER_SHARE = 0.1
# Seconds from which something counts as watched or heard where nothing in the data says it better.
USUAL_SECONDS = 30.0
# Two heaps are two where what lies between their means is this share of all variance; one heap of any usual shape has less.
TWO_HEAPS = 0.85


@dataclass(frozen=True)
class Worth:
    """A guess of what the values of a column are worth.

    Attributes
    ----------
    rules : list of Rule
    duplicates : str
        What becomes of several events of one user and item.
    why : str
        In a sentence.
    is_events : bool
        Whether the values are kinds of event, and so no ratings.
    """

    rules: list[Rule]
    duplicates: str
    why: str
    is_events: bool = False


def is_telling(name: str) -> bool:
    """Whether the name of a column says that its values tell what a row is worth."""
    return _is_named(name, (*LIKES, *TYPES, *SECONDS, *MILLISECONDS, *MINUTES, *SPANS, *COUNTS, *MORE_COUNTS))


def guess_worth(name: str, values: Sequence[str]) -> Worth | None:
    """What the values of a column are worth; None where they are ratings as they stand, or tell nothing."""
    values = as_read(values)
    kinds = (_thumbs, _zero_one, _seconds, _counts, _events)
    return next((found for found in (kind(name, values) for kind in kinds) if found is not None), None)


def as_read(values: Sequence[str]) -> Sequence[str]:
    """Ratings in words as the numbers that they are read as; others as they are."""
    if not is_graded(list(values)):
        return values
    scale = scale_of(list(values))
    found = [number_of(value, scale) for value in values]
    return [value if number is None else f"{number:g}" for value, number in zip(values, found, strict=True)]


def _thumbs(name: str, values: Sequence[str]) -> Worth | None:
    """Thumbs up and down: 1 and -1, with or without 0."""
    if _levels(values) not in ({-1.0, 1.0}, {-1.0, 0.0, 1.0}, {-1.0}):
        return None
    rules = [Rule(effect="like", value="1"), Rule(effect="dislike", value="-1"), Rule(effect="seen", value="0")]
    return Worth(rules, "last", f"'{name}' is 1 or -1: a like or a dislike.")


def _zero_one(name: str, values: Sequence[str]) -> Worth | None:
    """Clicks among what was shown: 1 and 0."""
    levels = _levels(values)
    if levels != {0.0, 1.0} and not (levels in ({0.0}, {1.0}) and _is_named(name, LIKES) and plain(name) != "rating"):
        return None
    other = "dislike" if _is_named(name, VERDICTS) else "seen"
    rules = [Rule(effect="like", value="1"), Rule(effect=other, value="0")]
    words = "liked, or disliked" if other == "dislike" else "chosen, or shown and not chosen"
    return Worth(rules, "last" if other == "dislike" else "max", f"'{name}' is 1 or 0: {words}.")


def _seconds(name: str, values: Sequence[str]) -> Worth | None:
    """How long something was watched or heard."""
    units = ((SECONDS, 1.0), (MILLISECONDS, 1000.0), (MINUTES, 1 / 60))
    unit = next((unit for names, unit in units if plain(name) in names), None)
    numbers = _numbers(values)
    if unit is None or numbers is None or numbers.min(initial=0) < 0:
        return None
    least = _between_heaps(numbers) or USUAL_SECONDS * unit
    why = f"'{name}' says how long: {least:g} and more is a like, the more the stronger; less was merely seen."
    return Worth([Rule(effect="log", low=least)], "sum", why)


def _counts(name: str, values: Sequence[str]) -> Worth | None:
    """How often: plays, visits, purchases. Their logarithm says how much, or a few would outweigh all others."""
    numbers = _numbers(values)
    named = likeness(name, COUNTS) > 0.5 or plain(name) in (*MORE_COUNTS, *SPANS)  # noqa: PLR2004 - the whole name
    if numbers is None or not len(numbers) or not named:
        return None
    if plain(name) not in SPANS and (numbers != numbers.round()).any():
        return None
    return counted(f"The name '{name}' says that these are counts.")


def counted(why: str) -> Worth:
    """Counts, for a reason: the more, the stronger, by their logarithm; what was given back (below 0) is no positive."""
    return Worth([Rule(effect="log", low=0, strict=True)], "sum", f"{why} The more, the stronger, by their logarithm.")


def _events(name: str, values: Sequence[str]) -> Worth | None:
    """Kinds of event: view, cart, buy."""
    texts = {text.strip().lower() for text in values if text.strip()}
    known = [text for text in EVENTS if text in texts]
    least = len(texts) if plain(name) not in TYPES else 1
    if not known or len(texts) > MAX_EVENT_TYPES or len(known) < least:
        return None
    stronger = sum(EVENTS.get(text.strip().lower(), 0) > 1 for text in values)
    weights = {text: EVENTS[text] for text in known}
    if stronger >= STRONGER_SHARE * len(values):
        weights |= dict.fromkeys(set(VIEWS) & set(known), 0.0)
    rules = [_event_rule(text, weights[text]) for text in sorted(known, key=lambda text: (weights[text], text))]
    return Worth(rules, "sum", f"'{name}' names kinds of event: {', '.join(known)}.", is_events=True)


def _event_rule(event: str, weight: float) -> Rule:
    if weight > 0:
        return Rule(effect="weight", value=event, weight=weight)
    return Rule(effect="dislike" if weight < 0 else "seen", value=event)


def _is_named(name: str, names: tuple[str, ...]) -> bool:
    bare = plain(name)
    return bare in names or bare.removeprefix("is") in names or bare.removeprefix("was") in names


def _levels(values: Sequence[str]) -> set[float]:
    """The different numbers; none where a value is no number."""
    numbers = _numbers(values)
    return set() if numbers is None else set(np.unique(numbers).tolist())


def _numbers(values: Sequence[str]) -> np.ndarray | None:
    """The values as numbers, without what is empty; None where one is no number."""
    found = [as_number(text.replace(",", ".")) for text in values if text.strip()]
    return None if None in found else np.array(found, np.float64)


def _between_heaps(numbers: np.ndarray) -> float | None:
    """Where two heaps of lengths of time part, by Otsu's rule on their logarithms; None where there is but one.

    Source: Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9(1), 1979.
    """
    values = np.sort(np.log1p(numbers))
    if len(values) < 20 or values[0] == values[-1]:  # noqa: PLR2004 - too few to have a shape
        return None
    n = np.arange(1, len(values))
    sums = np.cumsum(values)[:-1]
    apart = (sums / n - (values.sum() - sums) / (len(values) - n)) ** 2 * n * (len(values) - n) / len(values) ** 2
    at = int(np.argmax(apart))
    if apart[at] < TWO_HEAPS * values.var():
        return None
    least = float(np.expm1((values[at] + values[at + 1]) / 2))
    return float(f"{least:.2g}")
