"""Data that nobody tuned for: sub-samples of real sets beside the checkout, and simulated ones, all of them small.

They differ in what a default may depend on: how many people, how long their histories, how many of the pairs are filled,
and whether people take things again.
"""

from dataclasses import dataclass
from pathlib import Path

from workbench.data.filtering import written_as
from workbench.data.importing.importer import import_file
from workbench.data.simulator import Size, simulate
from workbench.resources import resource

REAL = Path(__file__).parents[4] / "shared" / "data"
LAST = ("last-n", {})
SHARE = ("random", {"validation": 0.1, "test": 0.1})


@dataclass(frozen=True)
class DataSet:
    """One set: where it comes from, how it is divided, and of how many people.

    Attributes
    ----------
    source : str or Size
        The file below the folder of real data, or what is simulated.
    items : str or None
        The file of their titles.
    users : int or None
        How many people are drawn of it; None: all.
    small, large : bool
        Whether all algorithms are measured on it before the other sets, or none before all else is known.
    """

    source: str | Size
    split: tuple[str, dict[str, float]]
    users: int | None = None
    items: str | None = None
    small: bool = False
    large: bool = False

    def filters(self) -> list[dict[str, object]]:
        """The filters of a run on it."""
        return [written_as("users", str(self.users)).recipe()] if self.users else []

    def prepare(self, folder: Path) -> Path:
        """Its data folder, made where it is not there yet."""
        data = folder / "data" / "all"
        if (data / "data.json").exists():
            return data
        if isinstance(self.source, Size):
            simulate(folder / "simulated", self.source)
            import_file(folder / "simulated" / "interactions.csv", data, items=folder / "simulated" / "items.csv")
            return data
        here = resource("samples") if self.source.startswith("movielens-small") else REAL
        import_file(here / self.source, data, items=here / self.items if self.items else None)
        return data

    def there(self) -> bool:
        """Whether its source is on this machine."""
        if isinstance(self.source, Size) or self.source.startswith("movielens-small"):
            return True
        return (REAL / self.source).exists()


FILMS = {"source": "movielens-small/ratings.csv", "items": "movielens-small/movies.csv"}
SETS = {
    "ml-100k, 60 people": DataSet("ml-100k/u.data", SHARE, 60, "ml-100k/u.item", small=True),
    "simulated, few people": DataSet(Size(rows=6_000, users=150, items=400, seed=4), SHARE, small=True),
    "simulated, few and short": DataSet(Size(rows=5_000, users=600, items=300, seed=5), LAST, small=True),
    "simulated, dense": DataSet(Size(rows=24_000, users=400, items=200, seed=1), SHARE),
    "simulated, short": DataSet(Size(rows=20_000, users=2500, items=1500, seed=2), LAST),
    "films, 100 people": DataSet(**FILMS, split=SHARE, users=100),
    "jester, 1,000 people": DataSet("jester/jester-data-1.zip", SHARE, 1000),
    "lastfm, 800 people": DataSet("lastfm/user_artists.dat", SHARE, 800, "lastfm/artists.dat"),
    "purchases, 1,500": DataSet("online-retail/online_retail.parquet", LAST, 1500),
    "ml-100k, a tenth": DataSet("ml-100k/u.data", SHARE, items="ml-100k/u.item"),
    "simulated, long": DataSet(Size(rows=60_000, users=250, items=3000, seed=3), SHARE),
    "movietweetings, 3,000": DataSet("movietweetings/ratings.dat", LAST, 3000, "movietweetings/movies.dat"),
    "gowalla, 1,500 people": DataSet("gowalla/train.txt", SHARE, 1500),
    "ml-1m, 800 people": DataSet("ml-1m/interactions_chronological.csv", LAST, 800, large=True),
    "beauty, 4,000 people": DataSet("beauty/Beauty.txt", LAST, 4000, large=True),
    "films, last one": DataSet(**FILMS, split=LAST, large=True),
}
