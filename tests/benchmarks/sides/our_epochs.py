"""Our side of the races of epochs: a neural algorithm is trained, each epoch is timed, then it scores everybody."""

import json
import sys
import time

import numpy as np
import pyarrow as pa

from workbench.algorithms import find
from workbench.data.interactions import Interactions


def main():
    source, target, threads, name, settings = sys.argv[1:6]
    import torch

    torch.set_num_threads(int(threads))
    with np.load(source) as file:
        data = {name: file[name] for name in file.files}
    learned = data["part"] == 0
    ids = [pa.array([str(one) for one in range(n)]) for n in data["sizes"].tolist()]
    columns = [data[one][learned] for one in ("user", "item", "place")]
    train = Interactions.build(*columns[:2], *ids, time=columns[2])
    algorithm = find(name).make(json.loads(settings))
    took = {"seconds": [], "cpu": []}
    wall, cpu = time.perf_counter(), time.process_time()
    for record in algorithm.train(train, 1):
        if record.ends_epoch:
            now = time.perf_counter(), time.process_time()
            took["seconds"].append(now[0] - wall)
            took["cpu"].append(now[1] - cpu)
            wall, cpu = now
    users = np.arange(train.n_users, dtype=np.int32)
    np.savez(target, scores=algorithm.score(users, train.by_user))
    sys.stdout.write(json.dumps(took | {"done": 1.0}) + "\n")


if __name__ == "__main__":
    main()
