"""A small random search, the same for every algorithm: settings drawn of the declared ranges, chosen by validation."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.defaults.measure import Row, measure
from tests.benchmarks.defaults.sets import DataSet
from workbench.algorithms import find
from workbench.declaring import applies, schema_of

SETTINGS = 6
QUICK_SECONDS = 3.0  # of a training as it comes, up to which a search is worth measuring


def drawn(algorithm: str, number: int) -> dict[str, Any]:
    """A setting: what a search looks at, where it matters; the epochs are found by validation anyway."""
    kind = find(algorithm)
    rng, defaults = np.random.default_rng([zlib.crc32(algorithm.encode()), number]), kind.make({}).model_dump()
    entries = schema_of(kind).get("properties", {})
    looked_at = [name for name in entries if entries[name].get("search") and name != "epochs"]
    return {name: _value(entries[name], rng) for name in looked_at if applies(entries[name], defaults)}


def _value(schema: dict[str, Any], rng: np.random.Generator) -> float | int:
    low, high = schema["search"]
    value = np.exp(rng.uniform(np.log(low), np.log(high))) if schema.get("log") and low > 0 else rng.uniform(low, high)
    return round(value) if schema.get("type") == "integer" else float(f"{value:.4g}")


def search(folder: Path, source: DataSet, algorithm: str, as_it_comes: Row) -> Row:
    """The best on validation of some settings and of what comes; the test is opened for that alone."""
    seconds, best, chosen = 0.0, as_it_comes["validation"], {}
    for number in range(SETTINGS):
        values = drawn(algorithm, number)
        row = measure(folder, source, algorithm, values, test=False)
        seconds += row.get("seconds", 0.0)
        if (row.get("validation") or 0.0) > best:
            best, chosen = row["validation"], values
    found = measure(folder, source, algorithm, chosen) if chosen else as_it_comes
    return found | {"seconds": round(seconds, 2), "chosen": chosen}
