"""The text CNN on items that nobody has rated: MovieLens 1M, true ratings, plots of the films."""

import json
import resource
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.algorithms.movielens import interactions
from workbench.algorithms.hybrid.text_cnn import TextCNN
from workbench.data.side_files.items import Items
from workbench.resources import resource as shipped

pytestmark = pytest.mark.benchmark
PLOT = 9  # the field of a line of plots.dat that is the plot; behind it is where a picture lies


def films(folder, data, movies):
    """Titles, years, genres and plots of the films, in the order of `movies`."""
    about = pd.read_csv(
        folder / "movies.dat", sep="::", engine="python", encoding="latin-1", names=["id", "title", "genres"]
    )
    lines = (folder / "plots.dat").read_text(encoding="utf-8", errors="replace").splitlines()
    fields = [line.split("::") for line in lines if line[:1].isdigit()]
    plots = {int(one[0]): one[PLOT] for one in fields if len(one) > PLOT}
    about = about.set_index("id").reindex(movies)
    split = about["title"].str.extract(r"^(?P<title>.*) \((?P<year>\d{4})\)$")
    genres = [one.split("|") if isinstance(one, str) else None for one in about["genres"]]
    text = [plots.get(int(movie)) for movie in movies]
    columns = (
        pa.array(split["title"], pa.string(), from_pandas=True),
        pa.array(split["year"].astype("Int16"), pa.int16()),
    )
    return Items(data.item_ids, *columns, pa.array(genres, pa.list_(pa.string())), pa.array(text, pa.string()))


def divided(folder, *, final):
    """What to learn from and what to rate: all ratings of a tenth of the films, drawn at random.

    Until all is chosen, another tenth is rated, and this one is in neither; finally it is rated, the other learned from.
    """
    frame = pd.read_csv(folder / "ratings_true_1208_complete_users.csv")
    user, users = pd.factorize(frame["user_id"])
    item, movies = pd.factorize(frame["movie_id"])
    coded = pd.DataFrame({"user": user, "item": item, "rating": frame["rating"].astype(np.float32)})
    data = interactions(coded, len(users), len(movies))
    data = replace(data, item_features=films(folder, data, movies))
    tenth = np.random.default_rng(0).integers(10, size=len(movies))
    hidden = tenth == (0 if final else 1)
    learned = data.take(~hidden[data.item] & (True if final else tenth[data.item] != 0))
    return learned, data.take(hidden[data.item])


def blind(learned, hidden):
    """RMSE of who knows people and no items: the better of the mean of each person and the mean of all."""
    counts = np.maximum(learned.by_user.lengths, 1)
    sums = np.bincount(learned.user, learned.rating, learned.n_users)
    mean = float(learned.rating.mean())
    of_user = np.where(learned.by_user.lengths > 0, sums / counts, mean)
    return min(float(np.sqrt(np.mean((guess - hidden.rating) ** 2))) for guess in (of_user[hidden.user], mean))


def errors(algorithm, learned, hidden, *, seed=0):
    """RMSE after each epoch, with the seconds of processor time of the epoch."""
    found, before = [], resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for record in algorithm.train(learned, seed):
        if record.ends_epoch:
            seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
            predicted = algorithm.predict(hidden.user, hidden.item)
            found.append((float(np.sqrt(np.mean((predicted - hidden.rating) ** 2))), seconds))
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    return found


def test_films_that_nobody_has_rated(say, shared_data):
    import torch

    torch.set_num_threads(1)
    presets = json.loads((shipped("presets") / "text-cnn.json").read_text(encoding="utf-8"))["presets"]
    learned, hidden = divided(shared_data("ml-1m"), final=True)
    for preset in presets:
        found = errors(TextCNN.make(preset["hyperparameters"]), learned, hidden)
        seconds = np.mean([one[1] for one in found])
        kept, yardstick = preset["measured"], blind(learned, hidden)
        how = f"{len(hidden):,} ratings of unrated films; {seconds:.1f} processor seconds an epoch; {kept['protocol']}"
        say(
            f"RMSE of {preset['name']}",
            f"{found[-1][0]:.4f} (was {kept['rmse']})",
            f"by people alone {yardstick:.4f}",
            how,
        )
        assert abs(found[-1][0] - kept["rmse"]) < 0.01
