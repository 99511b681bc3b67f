"""Users worth a look, what is to be known of one item, and a map of all items; as plain JSON values."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from workbench.control import Control
from workbench.data.data_file import read_about
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.overview.search import item_names, searchable, users_json
from workbench.data.overview.word_index import WordIndex
from workbench.data.side_files.items import Items
from workbench.errors import WorkbenchError
from workbench.evaluation.overlap import rank_biased_overlap
from workbench.files import whole_file
from workbench.insight import items
from workbench.insight.looking import item_json, items_json, load, rows_of, user_index, vectors
from workbench.training.results import damaged, read_lists, read_users
from workbench.training.run import Run

Json = dict[str, Any]
METRIC = "ndcg@10"
# Points on a map: of more items those that most people met.
POINTS = 100_000
# Of a text about an item.
MAX_TEXT_CHARS = 2000


def kinds_of_users(
    run: str, kind: str, control: Control, other: str | None = None, limit: int = 20, seed: int = 0
) -> list[Json]:
    """Users of one kind, the most so first.

    Kinds are ``heaviest``, ``worst``, ``best``, ``random`` and ``changed`` (between this run and another).

    Returns
    -------
    list of dict
        ``user``, ``interactions`` and, where the kind has a number, ``value``.
    """
    opened = Run.open(Path(run))
    lengths = opened.fold.train.by_user.lengths
    if kind in ("heaviest", "random"):
        met = np.flatnonzero(lengths)
        order = (
            np.argsort(-lengths[met], kind="stable")
            if kind == "heaviest"
            else np.random.default_rng(seed).permutation(len(met))
        )
        return [_user(opened, int(user), lengths) for user in met[order[:limit]].tolist()]
    if kind in ("worst", "best"):
        who, values = judged(opened)
        sign = 1 if kind == "worst" else -1
        # Of those served equally badly the ones of whom most is known come first: they were to be served better.
        order = np.lexsort((-lengths[who], sign * values))[:limit]
        return [_user(opened, int(who[at]), lengths) | {"value": float(values[at])} for at in order.tolist()]
    if kind == "changed" and other is not None:
        who, overlap = changes(opened, Run.open(Path(other)))
        order = np.lexsort((-lengths[who], overlap))[:limit]
        return [_user(opened, int(who[at]), lengths) | {"value": float(1 - overlap[at])} for at in order.tolist()]
    message = f"'{kind}' is not a kind of user. Choose heaviest, worst, best, random, or changed with another run."
    raise WorkbenchError(message)


def similar_users(run: str, user: str, control: Control, limit: int = 20) -> list[Json]:
    """Those whose items are most like a user's (cosine of what both have), with ``value`` and the number ``shared``."""
    opened, _, _ = load(Path(run))
    index = user_index(opened, user)
    x = opened.fold.seen_by("train+validation").by_user.matrix(opened.data.n_items)
    x.data[:] = 1
    lengths = np.diff(x.indptr)
    shared = np.asarray((x @ x[index].T).todense()).ravel()
    cosine = shared / np.sqrt(np.maximum(lengths.astype(np.float64) * lengths[index], 1))
    cosine[index] = 0
    order = np.lexsort((-lengths, -cosine))[:limit]
    return [
        _user(opened, item, lengths) | {"value": float(cosine[item]), "shared": int(shared[item])}
        for item in order.tolist()
        if cosine[item] > 0
    ]


def find_items(run: str, query: str, control: Control, limit: int = 50) -> list[Json]:
    """Items by title or id, the best fit first, then by number of interactions."""
    opened, _, features = load(Path(run))
    return items_json(opened.data, features, _names(opened).find(query, limit))


@lru_cache(maxsize=1)
def _names(run: Run) -> WordIndex:
    return item_names(run.data, run.data.item_features)


def find_anything(data: str, query: str, control: Control, limit: int = 8) -> Json:
    """Users and items of a data folder that fit what was typed, with `exact` for those that are called so.

    A word that says what is meant ("user 4", "item heat") leaves the others out.
    """
    folder = Path(data)
    opened, users, titles = searchable(folder, str(read_about(folder).get("hash")))
    kind, _, rest = query.strip().partition(" ")
    meant = {"user": "users", "item": "items"}.get(kind.lower()) if rest.strip() else None
    typed = rest.strip() if meant else query.strip()
    found: Json = {"users": [], "items": []}
    if typed and meant != "items":
        found["users"] = users_json(opened, users.find(typed, limit, slips=False))
    if typed and meant != "users":
        places = titles.find(typed, limit, slips=opened.item_features is not None)
        found["items"] = items_json(opened, opened.item_features, places)
    for entry in (*found["users"], *found["items"]):
        entry["exact"] = typed.casefold() in {str(entry.get(key)).casefold() for key in ("user", "item", "title")}
    return found


def judged(run: Run) -> tuple[Array, Array]:
    """Indices of the users of a run's test, and how well each was served (NDCG@10, else the negative error)."""
    path = run.folder / "users.parquet"
    if not path.exists():
        message = f"The run {run.name} has not been tested. Test it first, on the page Compare."
        raise WorkbenchError(message)
    table = read_users(run.folder)
    where = pc.index_in(table["user"].combine_chunks(), run.data.user_ids)
    name = METRIC if METRIC in table.column_names else "rmse"
    if where.null_count or name not in table.column_names:
        raise damaged(run.folder, path.name)
    values = table[name].to_numpy()
    return where.to_numpy(zero_copy_only=False).astype(np.int64), values if name == METRIC else -values


def changes(one: Run, other: Run) -> tuple[Array, Array]:
    """Indices (in `one`) of users whom both tests listed, and the rank-biased overlap of their two lists."""
    if one.data_identity != other.data_identity:
        message = "The two runs were made with different data, so their lists cannot be compared."
        raise WorkbenchError(message)
    first, second = judged(one)[0], judged(other)[0]
    a, b = read_lists(one, len(first)), read_lists(other, len(second))
    _, at, there = np.intersect1d(first, second, return_indices=True)
    k = min(a.shape[1], b.shape[1])
    return first[at], rank_biased_overlap(a[at, :k], b[there, :k])


def item_story(run: str, item: str, control: Control, k: int = 10, people: int = 20) -> Json:
    """What is to be known of one item: who had it, what is like it, and how often it is recommended."""
    opened, algorithm, features = load(Path(run))
    data, index = opened.data, opened.data.item_index(item)
    rows = np.flatnonzero(data.item == index)
    who = data.user[rows]
    newest = np.argsort(-data.time[rows], kind="stable") if data.time is not None else np.arange(len(rows))[::-1]
    near = items.similar(algorithm, index, k)
    kinds = [] if features is None else list(features.vectors)
    alike = {kind: items.alike(rows_of(Path(run), kind), index, k) for kind in kinds}
    text = None if features is None or features.text is None else features.text[index].as_py()
    story: Json = {
        **item_json(data, features, index),
        "mean": None if data.rating is None or not len(rows) else float(data.rating[rows].mean()),
        "users": [
            {
                "user": data.user_ids[int(who[at])].as_py(),
                "rating": None if data.rating is None else float(data.rating[rows[at]]),
                "time": None if data.time is None else int(data.time[rows[at]]),
            }
            for at in newest[:people].tolist()
        ],
        "how": near.how,
        "similar": _neighbours(data, features, near),
        "alike": {kind: _neighbours(data, features, found) for kind, found in alike.items()},
        "text": text and text[:MAX_TEXT_CHARS],
        "listed": None,
    }
    if (opened.folder / "lists.npy").exists() and (opened.folder / "users.parquet").exists():
        lists = read_lists(opened, len(read_users(opened.folder, [])))
        here = np.asarray(lists == index)
        ranks = np.bincount(np.nonzero(here)[1], minlength=lists.shape[1])
        story["listed"] = {"users": int(here.any(axis=1).sum()), "of": len(lists), "ranks": ranks.tolist()}
    return story


def _neighbours(data: Interactions, features: Items | None, near: items.Similar) -> list[Json]:
    return [
        {**shown, "score": score}
        for shown, score in zip(items_json(data, features, near.items), near.scores.tolist(), strict=True)
    ]


def item_map(run: str, control: Control) -> Json:
    """A map of a run's items and of the people who had them, written beside the model.

    A person stands where an item would that is like all of theirs at once (`items.people_of`).

    Returns
    -------
    dict
        ``points``, the path of float32 (n, 4): x, y, index and interactions of each item, then of each user; ``items``
        and ``users``, how many of the rows are the ones and the others; ``genres``, the commonest ones, most common first;
        ``colours``, a path to int8 (n,): the place in that list of an item's first genre, or of the genre of which a user
        has most beyond what is usual; -1 for others.
    """
    folder = Path(run)
    opened, _, _ = load(folder)
    counts, histories = opened.data.item_counts, opened.fold.shown_at_test.by_user
    shown, people = (_most(counts) for counts in (counts, histories.lengths))
    people = people[histories.lengths[people] > 0]
    of_items = vectors(folder)
    plane = items.Plane.of(of_items[shown])
    control.check()
    chosen = histories.rows(people)
    xy = np.concatenate([plane.points(of_items[shown]), plane.points(items.people_of(of_items, chosen))])
    control.check()
    genres, of_all = _first_genres(opened)
    tables = {
        "map.npy": np.column_stack(
            [xy, np.concatenate([shown, people]), np.concatenate([counts[shown], chosen.lengths])]
        ).astype(np.float32),
        "map-colours.npy": np.concatenate([of_all[shown], _favourites(chosen, of_all, len(genres))]),
    }
    for name, table in tables.items():
        _save(folder / name, table)
    places = {key: str(folder / name) for key, name in zip(("points", "colours"), tables, strict=True)}
    return {**places, "genres": genres, "items": len(shown), "users": len(people)}


def _most(counts: Array) -> Array:
    """Indices of the `POINTS` with most, in their own order."""
    return np.sort(np.argsort(-counts, kind="stable")[:POINTS])


def _first_genres(run: Run, most: int = 6) -> tuple[list[str], Array]:
    """The commonest first genres, and the place there of each item's, int8 (n_items,); -1 for others."""
    features, colours = run.data.item_features, np.full(run.data.n_items, -1, np.int8)
    if features is None:
        return [], colours
    first = [(genres or [None])[0] for genres in features.genres.to_pylist()]
    names, number = np.unique([genre for genre in first if genre], return_counts=True)
    genres: list[str] = names[np.argsort(-number, kind="stable")][:most].tolist()
    place = {name: at for at, name in enumerate(genres)}
    return genres, np.array([place.get(genre, -1) for genre in first], np.int8)


def _favourites(histories: UserItems, of_items: Array, n: int) -> Array:
    """Of which of `n` genres each history has most beyond what is usual, int8 (n_users,); -1 where it has none of them."""
    if not n or not len(histories):
        return np.full(len(histories), -1, np.int8)
    flags = (of_items[:, None] == np.arange(n)).astype(np.float32)
    has = np.asarray(histories.matrix(len(of_items)) @ flags)
    usual = has.sum(axis=0) / max(float(histories.lengths.sum()), 1.0)
    beyond = has / np.maximum(histories.lengths, 1)[:, None] - usual
    beyond[has == 0] = -np.inf
    return np.where(has.any(axis=1), beyond.argmax(axis=1), -1).astype(np.int8)


def _save(path: Path, array: Array) -> None:
    with whole_file(path) as part, part.open("wb") as file:
        np.save(file, array)


def _user(run: Run, index: int, lengths: Array) -> Json:
    return {"user": run.data.user_ids[index].as_py(), "interactions": int(lengths[index])}
