"""Rows that were refused, where they are not a few."""

from workbench.data.columns.values import MISSING, follows, missing_share
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence, Json

# Fewer are told in the account of the rows alone.
WORTH_TELLING = 0.02
REASONS = 3
EMPTY = "an empty line"


class Refusals(DoubtKind):
    """How many rows are lost, why, and what would keep them."""

    name, order = "refused", 30

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        reasons = {reason: about for reason, about in seen.reasons.items() if reason != EMPTY}
        empty = seen.reasons.get(EMPTY, {}).get("count", 0)  # nothing is lost with them
        refused, rows = seen.refused - empty, seen.rows - empty
        if not refused or refused < WORTH_TELLING * rows:
            return None
        commonest = sorted(reasons.items(), key=lambda reason: -reason[1]["count"])[:REASONS]
        option, change, keeps = _remedy(seen, commonest[0][0])
        told = "; ".join(f"{about['count']:,} × {reason}" for reason, about in commonest)
        sentence = f"{refused:,} of {rows:,} rows ({refused / rows:.0%}) are refused: {told}. {keeps}"
        shown = [{"line": about["line"], "text": about["text"]} for _, about in commonest]
        return Doubt(cls.name, "rows", sentence, option, refused, shown, change)


def _remedy(seen: Evidence, reason: str) -> tuple[str, Json, str]:
    """The option, the change and the sentence that would keep rows refused for a reason."""
    role = next((role for role in ("user", "item", "rating", "time") if _is_about(seen, role, reason)), None)
    if role in ("user", "item"):
        codes = sorted({value for value in seen.values(role) if value} & set(MISSING))
        if codes:
            change = {"read": {"ids": "codes"}}
            return (
                "--read ids=codes",
                change,
                f"They would be kept if '{codes[0]}' is {'an' if role == 'item' else 'a'} {role} like any other.",
            )
        other = next((at for at in seen.free() if role == "item" and _stands_for(seen, at)), None)
        if other is not None:
            option, change = seen.columns_option({"item": other})
            return option, change, f"They would be kept with '{seen.shown.names[other]}' as the item."
        option, _ = seen.columns_option(asked=role)
        return option, {}, f"They would be kept with a column as the {role} that is filled."
    if role in ("rating", "time"):
        option, change = seen.columns_option({role: None})
        return option, change, f"They would be kept without the column '{seen.name(role)}'."
    if " is not in " in reason:
        return "--join KEY", {}, "They would be kept if another column is the key, or the second file has more rows."
    if "column" in reason:
        return "--read delimiter=…", {}, "They would be kept if another delimiter fits, or quotes that are letters."
    if "bytes" in reason:
        return "--read encoding=…", {}, "They would be kept in another encoding."
    return "--read quotes=no", {"read": {"quotes": False}}, "Look at them: they may be no rows at all."


def _stands_for(seen: Evidence, at: int) -> bool:
    """Whether a column that is filled tells the same items apart."""
    items, values = seen.values("item"), seen.columns[at]
    there = [row for row, item in enumerate(items) if item not in MISSING]
    known, others = [items[row] for row in there], [values[row] for row in there]
    return not missing_share(values) and follows(others, known) and follows(known, others)


def _is_about(seen: Evidence, role: str, reason: str) -> bool:
    if role not in seen.at:
        return False
    names = {role, seen.name(role)} if role in ("rating", "time") else {role}
    return any(reason == f"no {name}" or reason.startswith(f"{name} '") for name in names)
