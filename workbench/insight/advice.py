"""What to take of some runs that were tested alike: the best, whether it is worth more than popularity, what is quicker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.metrics import metric_title

# A run is called quicker where it trains in a third of the time, and a second or more is saved.
QUICKER, SAVED_SECONDS = 3.0, 1.0


@dataclass(frozen=True)
class Advice:
    """Which run to look at, and why, in a sentence or two."""

    run: str
    sentence: str


def advise(
    answer: Mapping[str, Any],
    titles: Mapping[str, str],
    seconds: Mapping[str, float],
    yardstick: str,
    *,
    tr: Callable[[str], str] = str,
) -> Advice:
    """Say which run to take.

    Parameters
    ----------
    answer
        Of `workbench.training.comparing.compare_runs`, for a metric of which more is better.
    titles, seconds
        What each run is called, and how long its training took, by its name in `answer`.
    yardstick
        The run that knows nobody's taste.
    tr
        Translates a sentence.
    """
    means = answer["runs"]
    order = sorted(means, key=lambda name: -means[name])
    best = next(name for name in order if name != yardstick) if len(order) > 1 else order[0]
    pairs = {frozenset((pair["a"], pair["b"])): pair for pair in answer["pairs"]}
    against = pairs.get(frozenset((best, yardstick)))
    by = means[best] - means[yardstick] if against is not None else 0.0
    words = {
        "best": titles[best],
        "yardstick": titles.get(yardstick),
        "metric": metric_title(answer["metric"]),
        "by": by,
    }
    if against is None:
        return Advice(best, tr("{best} has the highest {metric}.").format(**words))
    if not against["more_than_chance"] or by <= 0:
        sentence = tr(
            "No run is better than {yardstick} in {metric} by more than chance; the nearest is {best} "
            "({a:.4f} and {b:.4f}). Try other values, more data, or a split that leaves more to learn from."
        )
        return Advice(best if by > 0 else yardstick, sentence.format(**words, a=means[best], b=means[yardstick]))
    sentence = {
        "small": tr(
            "{best} is better than {yardstick} by {by:.4f} in {metric}: more than chance, but hardly noticeable."
        ),
        "noticeable": tr(
            "{best} is better than {yardstick} by {by:.4f} in {metric}: more than chance, and noticeable."
        ),
        "large": tr("{best} is better than {yardstick} by {by:.4f} in {metric}: more than chance, and large."),
    }[against["size"]]
    level = [
        name for name in order
        if name not in (best, yardstick) and not pairs[frozenset((best, name))]["more_than_chance"]
    ]  # fmt: skip
    return Advice(best, sentence.format(**words) + _told_of_level(best, level, titles, seconds, tr))


def _told_of_level(
    best: str, level: list[str], titles: Mapping[str, str], seconds: Mapping[str, float], tr: Callable[[str], str]
) -> str:
    """What to add of runs that are level with the best: the quickest where that saves time; nothing where there is none."""
    if not level:
        return ""
    quick = min(level, key=lambda name: seconds.get(name, float("inf")))
    saved = seconds.get(best, 0.0) - seconds.get(quick, float("inf"))
    if saved < SAVED_SECONDS or seconds[best] < QUICKER * seconds[quick]:
        return " " + tr("{other} is level with it.").format(other=titles[level[0]])
    times = seconds[best] / max(seconds[quick], 0.1)
    more = tr("{other} is level with it, and trains {times:.0f} times as fast.")
    return " " + more.format(other=titles[quick], times=times)
