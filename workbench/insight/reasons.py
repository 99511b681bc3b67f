"""Why an item has its place in a list that was asked for; as plain JSON values."""

from typing import Any

import numpy as np

from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.evaluation.ranking import rank_of, scores_for_lists
from workbench.insight import explaining
from workbench.insight.asked_list import AskedList
from workbench.insight.listing import is_filler
from workbench.insight.looking import item_json, items_json
from workbench.insight.person import Person, find_person

Json = dict[str, Any]


def explain(
    run: str, user: str | None, item: str, control: Control, changes: Json | None = None, history: str | None = None
) -> Json:
    """Why an item has its place in a user's list: what each interaction of the history does for it.

    `left_out` says that lists leave the item out, for the user has it: `rank` is then the place that it would have.
    `rank_learned` is the place in the user's own list. It differs from `rank`, the place by the history alone that the
    reasons are about, where an algorithm has learned more of a user than a history tells it of a new person. `chosen_by`:
    how many people of the training have the item. `spoken`: what words, people and each kind of vectors add to the score
    where it is such a sum. `changes` and `history` are those of `asked_list.AskedList`.
    """
    asked = AskedList.from_json({"run": run, "user": user, "changes": changes or {}, "history": history})
    person = find_person(run, user, asked.changes, asked.history)
    algorithm, data = person.algorithm, person.data
    seen, index = person.left_out.item, data.item_index(item)
    told = _unknown(person, index)
    explanation = told or explaining.explain(algorithm, person.history, index, seen, control)
    learned = explanation.rank
    if told is None and algorithm.fold_in != "exact" and person.index is not None and not changes:
        learned = rank_of(algorithm.score(person.who, person.history)[0], index, seen[seen != index])
    return {
        "user": user,
        "algorithm": person.run.spec.algorithm,
        **_explained(data, explanation),
        "rank_learned": learned,
        "left_out": bool(np.isin(index, seen)),
        "chosen_by": int(person.popularity[index]),
        "spoken": {} if told else _spoken(person, index),
    }


def _spoken(person: Person, item: int) -> dict[str, float]:
    """What each kind of knowledge adds to the score (`Algorithm.spoken`); empty where that cannot be told apart."""
    return person.algorithm.spoken(person.history, item, person.data.item_features) or {}


def _unknown(person: Person, item: int) -> explaining.Explanation | None:
    """What is to be said of an item that is listed for being popular, whoever asks; None where reasons are to be found."""
    popular, algorithm = person.popularity, person.algorithm
    scores, unknown = scores_for_lists(algorithm, person.who, person.history, person.left_out, popular)
    own = np.isin(item, person.left_out.item)
    filler = not own and is_filler(person, algorithm.score(person.who, person.history)[0, [item]], popular=False)[0]
    if not (unknown[0] or filler):
        return None
    chosen = float(popular[item])
    if unknown[0]:
        scores[0, item] = chosen  # also of what is in no list, because it was seen
    how: explaining.How = "popularity" if unknown[0] else "filler"
    score = chosen if unknown[0] else 0.0  # as it stands in the list
    return explaining.Explanation(item, rank_of(scores[0], item, np.empty(0, np.int64)), score, 0.0, how, [])


def _explained(data: Interactions, explanation: explaining.Explanation) -> Json:
    features = data.item_features
    return {
        **item_json(data, features, explanation.item),
        "rank": explanation.rank,
        "score": explanation.score,
        "base": explanation.base,
        "how": explanation.how,
        "reasons": [
            {
                **shown,
                "contribution": reason.contribution,
                "score_without": None if np.isnan(reason.score_without) else reason.score_without,
                "rank_without": reason.rank_without,
                "attention": reason.attention,
            }
            for shown, reason in zip(
                items_json(data, features, [reason.item for reason in explanation.reasons]),
                explanation.reasons,
                strict=True,
            )
        ],
    }
