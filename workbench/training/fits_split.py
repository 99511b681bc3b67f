"""Whether what a split tests can be asked of an algorithm at all."""

from workbench.algorithms import Algorithm, all_algorithms
from workbench.data.splitting import Split


def untestable(split: Split | None) -> dict[str, str]:
    """Why some algorithms cannot be tested by a split, by name; none where there is no split yet."""
    known = all_algorithms() if split is not None else {}
    return {name: why for name, kind in known.items() if split is not None and (why := why_not(kind, split))}


def why_not(kind: type[Algorithm], split: Split | type[Split]) -> str:
    """Why an algorithm cannot be tested by a split, in a sentence; "" where it can."""
    if split.holds_out is True and kind.fold_in == "none":
        return (
            f"{kind.title} cannot score users who were not in training, and the split '{split.title}' tests "
            "only such users. Choose another split, or another algorithm."
        )
    if split.hides_items and kind.personal and not kind.places_items:
        able = ", ".join(sorted(kind.title for kind in all_algorithms().values() if kind.places_items))
        return (
            f"{kind.title} knows nothing of items that training has not met, and the split '{split.title}' tests "
            f"only such items. Choose another split, or one of {able}."
        )
    return ""
