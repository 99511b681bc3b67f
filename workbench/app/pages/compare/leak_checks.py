"""What the leak checks of a run found, by name: as lights, in words, and for a file."""

from collections.abc import Sequence

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import MAX_TITLE_CHARS, NONE
from workbench.app.widgets.translate import translate
from workbench.evaluation.leaks import CAUTIONS, LIGHTS

MOST_LETTERS = 600  # of a sentence that a file says


def leaks_of(info: RunInfo) -> dict[str, str] | None:
    """Leaks that the test of a run found: name to what it is and what to do. None where nobody looked."""
    given = info.evaluation.get("leaks") if isinstance(info.evaluation, dict) else None
    if not isinstance(given, list):
        return None
    found = [leak for leak in given if isinstance(leak, dict)]
    return {str(leak.get("name"))[:MAX_TITLE_CHARS]: str(leak.get("sentence") or "")[:MOST_LETTERS] for leak in found}


def lights(info: RunInfo) -> list[str] | None:
    """For each check the colour of what it found, "" for nothing; None where nobody looked. Unknown leaks come last."""
    found = leaks_of(info)
    if found is None:
        return None
    return [ink_of(name) if name in found else "" for name in LIGHTS] + [
        "error" for name in found if name not in LIGHTS
    ]


def ink_of(name: str) -> str:
    """Red for what makes a number wrong, amber for what to know about it."""
    return "warn" if name in CAUTIONS else "error"


def lights_words(info: RunInfo) -> str:
    """How many found something, in a word or two."""
    found = leaks_of(info)
    if found is None:
        return NONE
    return translate("Lights", "{n} found").format(n=len(found)) if found else translate("Lights", "passed")


def lights_in_full(info: RunInfo) -> str:
    """Every check by name, a line each: those that found something first, with what it is and what to do."""
    found = leaks_of(info)
    if found is None:
        return (
            translate("Lights", "Leaks are checked when the test is run")
            if info.evaluation is None
            else translate("Lights", "Not checked")
        )
    said = [f"■ {title(name)}: {sentence}" for name, sentence in found.items()]
    clear = [f"● {title(name)}" for name in LIGHTS if name not in found]
    head = translate("Lights", "Leaks found") if found else translate("Lights", "No leak found")
    return "\n".join([head, *said, *([translate("Lights", "Passed:")] if found and clear else []), *clear])


def together(runs: Sequence[RunInfo]) -> str:
    """What the checks of several runs found, in a sentence; "" where nobody looked."""
    looked = [found for info in runs if (found := leaks_of(info)) is not None]
    if not looked:
        return ""
    names = dict.fromkeys(name for found in looked for name in found)
    if not names:
        return translate("Lights", "none found by {n} checks").format(n=len(LIGHTS))
    return translate("Lights", "found: {names}").format(names=", ".join(map(title, names)))


def title(name: str) -> str:
    """What a leak is called."""
    titles = {
        "truth-in-history": translate("Lights", "Test items in the history"),
        "future-in-training": translate("Lights", "Future in training"),
        "duplicates-across-the-split": translate("Lights", "Duplicates across the split"),
        "test-used-for-early-stopping": translate("Lights", "Test used for early stopping"),
        "validation-in-test": translate("Lights", "Validation in the test"),
        "item-features-from-the-truth": translate("Lights", "Item features from the test"),
        "last-by-file-order": translate("Lights", "Last by file order"),
        "normalised-over-all-data": translate("Lights", "Normalised over all data"),
        "same-user-twice": translate("Lights", "The same user twice"),
        "popularity-over-test": translate("Lights", "Popularity includes the test"),
    }
    return titles.get(name) or name.replace("-", " ")
