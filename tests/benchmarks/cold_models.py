"""Who is recommended items that nobody has met: each model of features against genres alone, and against chance.

MovieLens 1M, all interactions of 300 films kept out of training (``cold-items``), lists of these films alone, people who
have one of them at least. Vectors: latent topics of plots (TF-IDF, 64 dimensions), colours of posters (a histogram and a
thumbnail), and genres as a vector. ``python -m tests.benchmarks.cold_models DATA FILE [NAME ...]`` measures those of
`MODELS` that are named, or all, adds a line of JSON for each to FILE, and prints the table of all that are in it.
"""

import argparse
import functools
import json
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.algorithms.movielens import interactions
from tests.benchmarks.test_cold_items import films
from workbench.algorithms import find
from workbench.algorithms.base.item_features import feature_counts
from workbench.data.interactions import Array
from workbench.data.splitting import Fold
from workbench.data.splitting.cold_items import ColdItems
from workbench.data.words import WORD
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.intervals import bootstrap

HIDDEN, FIGURE, TOPICS, PLOT = 300, "ndcg@10", 64, 9
GENRES = {"title_weight": 0.0}
NONE = {"vector_kinds": "none"}
SMALL = {"epochs": 3, "factors": 16}
BASE = "Genres and decades (Content)"
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "Chance": ("random", {}),
    BASE: ("content", GENRES | NONE),
    "Titles, genres and decades (Content)": ("content", NONE),
    "Genres, decades and plots (Content)": ("content", GENRES | {"vector_kinds": "plots"}),
    "Genres, decades and posters (Content)": ("content", GENRES | {"vector_kinds": "posters"}),
    "Genres, decades, plots and posters (Content)": ("content", GENRES | {"vector_kinds": "plots,posters"}),
    "Posters (Vector kNN)": ("vector-knn", {"vector_kinds": "posters"}),
    "Plots (Vector kNN)": ("vector-knn", {"vector_kinds": "plots"}),
    "Genres (Vector kNN)": ("vector-knn", {"vector_kinds": "genres"}),
    "Plots, posters and genres (Vector kNN)": ("vector-knn", {}),
    "Titles, genres and decades (Feature MF)": ("feature-mf", SMALL | NONE),
    "The same and plots (Feature MF)": ("feature-mf", SMALL | {"vector_kinds": "plots"}),
    "All vectors (VBPR)": ("vbpr", {"epochs": 2, "factors": 16, "vector_factors": 32, "batch_size": 4096}),
    "Titles, genres and decades (Two towers)": ("two-tower", {"epochs": 3} | NONE),
    "The same and all vectors (Two towers)": ("two-tower", {"epochs": 3}),
    "Titles, genres and decades (DeepFM)": ("deepfm", {"epochs": 2, "batch_size": 4096} | NONE),
    "The same and all vectors (DeepFM)": ("deepfm", {"epochs": 2, "batch_size": 4096}),
}


@functools.cache
def fold_of(folder: Path) -> Fold:
    """MovieLens 1M with what is known of its films, 300 of them hidden."""
    frame = pd.read_csv(folder / "interactions_chronological.csv")
    user, users = pd.factorize(frame["user_id"])
    item, movies = pd.factorize(frame["movie_id"])
    coded = pd.DataFrame({"user": user, "item": item, "time": frame["position"].astype(np.int64)})
    data = interactions(coded, len(users), len(movies))
    items = films(folder, data, movies)
    counts, _ = feature_counts(items, titles=False, decades=False)
    vectors = {
        "genres": _or_none(counts.toarray()),
        "plots": _plots(folder / "plots.dat", movies),
        "posters": _posters(folder / "posters", movies),
    }
    data = replace(data, item_features=replace(items, text=None, vectors=vectors))
    return ColdItems(test=HIDDEN / data.n_items, validation=0, seed=0).split(data)


def _or_none(rows: Array) -> Array:
    rows = np.array(rows, np.float32)
    rows[~rows.any(axis=1)] = np.nan
    return rows


def _plots(path: Path, movies: Array) -> Array:
    """Latent topics of what happens in each film: the tenth field of a line."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    lines = [line.split("::") for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    told = {fields[0]: fields[PLOT] for fields in lines if len(fields) > PLOT}
    read = TfidfVectorizer(tokenizer=WORD.findall, token_pattern=None, min_df=3, max_df=0.3, sublinear_tf=True)
    counts = read.fit_transform([told.get(str(movie), "") for movie in movies])
    return _or_none(TruncatedSVD(TOPICS, random_state=0).fit_transform(counts))


def _posters(folder: Path, movies: Array) -> Array:
    """A histogram of 64 colours and a thumbnail of 6 x 4 for each film that has a poster."""
    from PIL import Image

    rows = np.full((len(movies), 64 + 72), np.nan, np.float32)
    for at, movie in enumerate(movies):
        path = folder / f"{movie}.jpg"
        if path.exists():
            with Image.open(path) as picture:
                small = picture.convert("RGB")
                colours = np.asarray(small).reshape(-1, 3) // 64 @ [16, 4, 1]
                thumbnail = np.asarray(small.resize((4, 6), Image.Resampling.BOX)).ravel() / 255
            rows[at] = [*np.sqrt(np.bincount(colours, minlength=64) / len(colours)), *(thumbnail - 0.5)]
    return rows


def measure(fold: Fold, name: str, hyperparameters: dict[str, Any]) -> dict[str, Any]:
    """The figure of each tester, and what training took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    algorithm = find(name).make(hyperparameters)
    for _ in algorithm.train(fold.train, 0):
        pass
    seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    found = evaluate(algorithm, fold.test, fold.data.n_items, metrics=["ndcg"], cutoffs=[10], train=fold.train)
    return {"seconds": round(seconds, 1), "values": np.round(found.per_user[FIGURE], 6).tolist()}


def table(found: dict[str, dict[str, Any]]) -> str:
    """Means, and differences from genres alone, with 95 % intervals over people."""
    base = np.array(found[BASE]["values"])
    head = ("Model", FIGURE.upper(), "95 %", "Above genres alone", "95 %", "Processor seconds")
    lines = [f"| {' | '.join(head)} |", "|---|--:|---|--:|---|--:|"]
    for name in (name for name in MODELS if name in found):
        values = np.array(found[name]["values"])
        low, high = bootstrap(np.column_stack([values, values - base]))
        cells = [f"{values.mean():.4f}", f"{low[0]:.4f} to {high[0]:.4f}"]
        cells += [f"{(values - base).mean():+.4f}", f"{low[1]:+.4f} to {high[1]:+.4f}"] if name != BASE else ["", ""]
        lines.append(f"| {name} | {' | '.join(cells)} | {found[name]['seconds']:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    lines = args.file.read_text().splitlines() if args.file.exists() else []
    found = {line["name"]: line for line in map(json.loads, lines)}
    for name in args.names or MODELS:
        if name not in found:
            found[name] = {"name": name, **measure(fold_of(args.data), *MODELS[name])}
            with args.file.open("a") as file:
                file.write(json.dumps(found[name]) + "\n")
    print(table(found))  # noqa: T201 - what was asked for


if __name__ == "__main__":
    main()
