"""What a number depends on, in words that stand beside it, and which numbers may be held against each other."""

from typing import Any

# What must be the same for two numbers to be comparable, and how it is called.
SAME = {
    "data_hash": "the data",
    "filters": "the filters",
    "split": "the split",
    "history": "what is shown of a person",
    "candidates": "the candidates",
    "masked": "what is left out of the lists",
    "relevance": "what counts as relevant",
    "sampled": "whether candidates are sampled",
}


def unlike(protocols: dict[str, dict[str, Any]], metric: str) -> str | None:
    """Why numbers of these protocols must not be ranked together, in a sentence; None where they may.

    Parameters
    ----------
    protocols
        By the name of the run.
    metric
        Such as ``ndcg@10``: only its formula has to be the same.
    """
    names = list(protocols)
    reasons = []
    for key, what in SAME.items():
        values = {name: _told(protocol.get(key)) for name, protocol in protocols.items()}
        other = next((name for name in names if values[name] != values[names[0]]), None)
        if other is not None:
            shown = "" if key == "data_hash" else f" ({values[names[0]]} in {names[0]}, {values[other]} in {other})"
            reasons.append(f"{what}{shown}")
    name = metric.partition("@")[0]
    formulas = {(protocol.get("formulas") or {}).get(name) for protocol in protocols.values()}
    if len(formulas) > 1:
        reasons.append(f"the formula of {name}")
    if not reasons:
        return None
    verb = "differs" if len(reasons) == 1 else "differ"
    sentence = f"{', '.join(reasons[:-1])} and {reasons[-1]}" if len(reasons) > 1 else reasons[0]
    return f"{sentence[:1].upper()}{sentence[1:]} {verb}, so these numbers are not comparable."


def _told(value: Any) -> str:
    """A setting in words, such as ``last-n, n 1, validation 1``."""
    if isinstance(value, dict):
        rest = (f"{key} {_told(one)}" for key, one in value.items() if key != "name")
        return ", ".join([*([str(value["name"])] if "name" in value else []), *rest])
    if isinstance(value, list):
        return "; ".join(map(_told, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
