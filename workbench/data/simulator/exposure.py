"""A log of what people were shown and clicked, under a policy that is known."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv
from pydantic import BaseModel, ConfigDict, Field

from workbench.control import Control
from workbench.data.simulator.truth import Floats, Ints, Truth

BATCH_VISITS = 1 << 17
SECONDS_BETWEEN = 30
START = 1_735_689_600  # 2025-01-01, when all interactions are over


class Exposure(BaseModel):
    """What is shown, and how readily people click.

    Attributes
    ----------
    impressions
        How many are drawn; a visit shows `places` of them.
    explored
        Share that is drawn from all items alike; the rest is drawn by popularity. Above 0, so that everything can be shown.
    click_rate
        About how often an item is clicked that was drawn from all alike and stands at the first place.
    examined
        How readily lower places are looked at: place p by p to the power of minus this.
    """

    model_config = ConfigDict(extra="forbid")

    impressions: int = Field(100_000, ge=1)
    places: int = Field(5, ge=1, le=100)
    explored: float = Field(0.2, gt=0, le=1)
    click_rate: float = Field(0.05, gt=0, lt=1)
    examined: float = Field(0.5, ge=0, le=5)


def shown_chances(truth: Truth, exposure: Exposure) -> npt.NDArray[np.float64]:
    """Probability of each item at any place, float64 (n_items,): the policy that shows."""
    weight = truth.popularity.astype(np.float64)
    return np.asarray((1 - exposure.explored) * weight / weight.sum() + exposure.explored / len(weight))


def click_chances(truth: Truth, exposure: Exposure, user: Ints, item: Ints, place: Ints) -> Floats:
    """Probability that a person clicks an item at a place (from 0), float64 (n,): the more, the likelier it is picked."""
    weight = truth.popularity.astype(np.float64)
    share = weight[item, None] * truth.genre[item] / (truth.genre * weight[:, None]).sum(axis=0)
    picked = (share * truth.later_taste[user]).sum(axis=1)
    wanted = 1 - np.exp(-exposure.click_rate * len(weight) * picked)
    return np.asarray(wanted * (place + 1.0) ** -exposure.examined)


def write_log(path: Path, truth: Truth, exposure: Exposure, seed: int, control: Control) -> None:
    """Write a log, in a stream."""
    rng = np.random.default_rng([seed, 3])
    chance = shown_chances(truth, exposure)
    rising = np.cumsum(chance) / chance.sum()
    active = np.cumsum(truth.length) / truth.length.sum()
    kinds = {"user": pa.int64(), "item": pa.int64(), "position": pa.int64()}
    kinds |= {"clicked": pa.int8(), "propensity": pa.float64(), "time": pa.int64()}
    schema = pa.schema(list(kinds.items()))
    options = csv.WriteOptions(quoting_style="none", include_header=False)
    with pa.OSFile(str(path), "wb") as file, csv.CSVWriter(file, schema, write_options=options) as sink:
        file.write(",".join(kinds).encode() + b"\n")
        for start in range(0, exposure.impressions, BATCH_VISITS * exposure.places):
            control.check()
            at = np.arange(start, min(start + BATCH_VISITS * exposure.places, exposure.impressions))
            visits = rng.random(-(-len(at) // exposure.places))
            user = np.minimum(np.searchsorted(active, visits), len(active) - 1)[(at - start) // exposure.places]
            item = np.minimum(np.searchsorted(rising, rng.random(len(at))), len(chance) - 1)
            place = at % exposure.places
            clicked = rng.random(len(at)) < click_chances(truth, exposure, user, item, place)
            time = START + SECONDS_BETWEEN * (at // exposure.places)
            columns = [user + 1, item + 1, place + 1, clicked.astype(np.int8), chance[item], time]
            sink.write_table(pa.table([pa.array(column) for column in columns], schema=schema))
            control.progress((at[-1] + 1) / exposure.impressions, f"{at[-1] + 1:,} impressions")
