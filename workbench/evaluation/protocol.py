"""Everything that a number depends on, to stand beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting import Part, Split
from workbench.evaluation.comparable import MASKED, relevance_words
from workbench.evaluation.intervals import WORDS
from workbench.evaluation.lists import Negatives, co_matrix
from workbench.metrics import Metric
from workbench.metrics.fairness import gap_formula

FALLBACK = "the most popular items, for people of whom nothing is known and in places that nothing else can fill"


def describe_protocol(
    split: Split, measuring: Mapping[str, Any], users: int, data_hash: str, seed: int
) -> dict[str, Any]:
    """Everything that a number depends on, to stand beside it."""
    shown = "training and validation" if split.show_validation else "training"
    about = {
        "split": {"name": split.name, **split.model_dump()},
        "split_in_words": split.describe(),
        "history": f"{shown} interactions of the person",
        "seed": seed,
        "data_hash": data_hash,
        "users": users,
    }
    return about | dict(measuring)


def describe_measuring(  # noqa: PLR0913 - what a number depends on
    chosen: list[Metric],
    cutoffs: Sequence[int],
    n_items: int,
    part: Part,
    *,
    relevant_from: float | None,
    variants: Mapping[str, str],
    undefined: Mapping[str, str],
    negatives: Negatives | None = None,
    groups: str | None = None,
    train: Interactions | None = None,
) -> dict[str, Any]:
    """What the numbers depend on, whichever split and run they are of; `undefined` where something has no number."""
    formulas = {metric.name: metric.formula_of(variants) for metric in chosen}
    if groups is not None and "user_gap" in formulas:
        formulas["user_gap"] = gap_formula(
            variants.get("user_gap") or "ndcg", f"groups of users by {groups.casefold()}"
        )
    described: dict[str, Any] = {
        "candidates": _candidates(part, n_items, negatives),
        "sampled": negatives is not None,
        "masked": MASKED["train+validation"],
        "relevance": relevance_words(relevant_from),
        "relevant_from": relevant_from,
        "cutoffs": sorted(set(cutoffs)),
        "formulas": formulas,
        "definitions": {metric.name: variants[metric.name] for metric in chosen if metric.name in variants},
        "interval": WORDS,
    }
    if train is not None and any("co" in metric.needs for metric in chosen):
        kept, people = co_matrix(train).shape[0], train.n_users
        described["audiences"] = (
            "everybody in training" if kept == people else f"a fixed sample of {kept} of {people} people"
        )
    described |= _few_candidates(part, max(cutoffs, default=0))
    return described | ({"undefined": dict(undefined)} if undefined else {})


def _few_candidates(part: Part, longest: int) -> dict[str, str]:
    """That lists are as long as there are items to be listed, where they are."""
    n = longest + 1 if part.among is None else int(part.among.sum())
    if n > longest:
        return {}
    told = f"a list of {n} holds all of them, so that recall is 1 for any algorithm: keep more items out of training"
    return {"few_candidates": told}


def _candidates(part: Part, n_items: int, negatives: Negatives | None) -> str:
    if part.among is not None:
        return f"the {int(part.among.sum())} items that were kept out of training, of {n_items}"
    return negatives.describe() if negatives else f"all {n_items} items of the data set"


def describe_fallback(unknown: Array | None, filled: int, train: Interactions | None) -> dict[str, Any]:
    """For the protocol: what is listed for want of evidence, for how many of the judged, and in how many other places."""
    if train is None:
        return {}
    counts = {} if unknown is None else {"without_evidence": int(unknown.sum())}
    return {"fallback": FALLBACK, **counts} | ({"filled_places": filled} if filled else {})
