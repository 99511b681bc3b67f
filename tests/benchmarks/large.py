"""How time and memory grow with the interactions: training, and lists of everybody, each in a process of its own.

``python -m tests.benchmarks.large --rows 1250000 5000000 20000000 --algorithms ials item-knn gmf``; two sizes or more give
exponents. Interactions are drawn: 100 a person, people who like one of 20 genres, items that are popular by a power law.
Processor seconds are told beside those of the clock, for a machine that does other things, too.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Interactions

EACH, GENRES = 100, 20
ONE_EPOCH = {"ials": {"epochs": 1, "factors": 64}, "item-knn": {"shrinkage": 10.0}, "gmf": {"epochs": 1, "factors": 32}}
TRAIN = """
import json, resource, sys, time
from pathlib import Path
from workbench.training.run import Run
from workbench.training.train import train_run
began, before = time.perf_counter(), time.process_time()
run = Run.create(Path(sys.argv[2]), Path(sys.argv[1]), sys.argv[3], json.loads(sys.argv[4]), "last-n",
                 {"n": 1, "validation": 0}, threads=int(sys.argv[5]))
train_run(run.folder)
used = resource.getrusage(resource.RUSAGE_SELF)
model = (run.folder / "model.safetensors").stat().st_size
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - before,
                  "peak": used.ru_maxrss * 1024, "model": model}))
"""
LISTS = """
import json, resource, sys, time
from pathlib import Path
from workbench.control import Control
from workbench.evaluation.ranking import make_ready
from workbench.jobs.in_parts import export_part
make_ready()
export_part(sys.argv[1], sys.argv[2], [0, 1_000_000], Control(), k=10)  # nobody's: it loads the model
began, before = time.perf_counter(), time.process_time()
done = export_part(sys.argv[1], sys.argv[2], [0, int(sys.argv[3])], Control(), k=10)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - before,
                  "peak": used.ru_maxrss * 1024, "users": done["users"]}))
"""


def drawn(rows, folder):
    """Interactions of rows / 100 people; returns how many there are once nobody has an item twice."""
    rng = np.random.default_rng(0)
    users, items = rows // EACH, int(12.5 * rows**0.5) // GENRES * GENRES
    user = np.repeat(np.arange(users, dtype=np.int32), EACH)
    genre = np.repeat(rng.integers(GENRES, size=users, dtype=np.int32), EACH)
    other = rng.random(len(user), dtype=np.float32) > 0.7
    genre[other] = rng.integers(GENRES, size=int(other.sum()), dtype=np.int32)
    place = (items // GENRES * rng.random(len(user), dtype=np.float32) ** 2).astype(np.int32)
    item = genre + GENRES * np.minimum(place, items // GENRES - 1)
    pair = np.unique(user.astype(np.int64) * items + item)
    time = np.arange(len(pair), dtype=np.int64)
    ids = pa.array(map(str, range(users))), pa.array(map(str, range(items)))
    found = (pair // items).astype(np.int32), (pair % items).astype(np.int32)
    Interactions.build(*found, *ids, time=time).save(folder, {})
    return len(pair), users, items


def child(code, *words, threads=1):
    """What a process of its own prints."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        env={**os.environ, **dict.fromkeys(names, str(threads))},
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def tell(what, rows, found, more=""):
    """One line."""
    took = f"{found['processor']:7.1f} s of processor, {found['wall']:7.1f} s, {found['peak'] / 1e9:5.2f} GB{more}"
    sys.stdout.write(f"{what:<20} {rows:>12,}: {took}\n")
    sys.stdout.flush()


def main():
    """Measure each size, then say how it grows."""
    parser = argparse.ArgumentParser("python -m tests.benchmarks.large", description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_250_000, 5_000_000])
    parser.add_argument("--algorithms", nargs="+", default=list(ONE_EPOCH), choices=list(ONE_EPOCH))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--parts", type=int, default=1, help="lists are made of one of so many parts of the people")
    asked = parser.parse_args()
    measured = {}
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            number, users, items = drawn(rows, data)
            sys.stdout.write(f"{number:,} interactions, {users:,} people, {items:,} items\n")
            for name in asked.algorithms:
                run = Path(folder) / "runs" / name
                found = child(TRAIN, data, run, name, json.dumps(ONE_EPOCH[name]), asked.threads, threads=asked.threads)
                tell(f"train {name}", number, found, f", model {found['model'] / 1e6:.0f} MB")
                lists = child(LISTS, run, Path(folder) / "lists.parquet", asked.parts, threads=asked.threads)
                tell(f"lists {name}", number, lists, f", {lists['users']:,} people")
                measured.setdefault(f"train {name}", []).append((number, found))
                measured.setdefault(f"lists {name}", []).append((number, lists))
    for what, sizes in measured.items():
        (few, first), (many, last) = sizes[0], sizes[-1]
        if few < many:
            powers = (math.log(last[key] / first[key]) / math.log(many / few) for key in ("processor", "peak"))
            sys.stdout.write("{:<20} grows by the power {:.2f} in time, {:.2f} in memory\n".format(what, *powers))


if __name__ == "__main__":
    main()
