"""RecBole's side of the races of epochs: its own data, batches and trainer; only the clock is ours.

An epoch that takes longer than a limit is stopped, and its time is that of its batches up to there, extrapolated; the
model has then not learned as long as ours, and its scores are not written.
"""

import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch

warnings.simplefilter("ignore")


class LimitError(Exception):
    """The epoch takes too long."""


class Timed:
    """A loader of batches that stops after some seconds, and knows which share of the epoch it gave."""

    def __init__(self, loader, limit):
        self.loader, self.limit, self.done = loader, limit, 0.0
        self.shuffle = loader.shuffle

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        began = time.perf_counter()
        for number, batch in enumerate(self.loader):
            self.done = number / len(self.loader)
            if time.perf_counter() - began > self.limit:
                raise LimitError
            yield batch
        self.done = 1.0


def prepared(folder, data, model, settings):
    """Config, data and trainer, from a file of RecBole's own format; a place in the user's history is the time."""
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    (folder / "race").mkdir(parents=True, exist_ok=True)
    rows = zip(*(data[name].tolist() for name in ("user", "item", "place")), strict=True)
    lines = ["user_id:token\titem_id:token\ttimestamp:float", *("\t".join(map(str, row)) for row in rows)]
    (folder / "race" / "race.inter").write_text("\n".join(lines) + "\n")
    plain = {
        "data_path": str(folder),
        "checkpoint_dir": str(folder / "saved"),
        "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
        "eval_args": {"split": {"LS": "valid_and_test"}, "group_by": "user", "order": "TO", "mode": "full"},
        "use_gpu": False,
        "show_progress": False,
        "state": "ERROR",
        "metrics": ["NDCG"],
        "topk": [10],
        "valid_metric": "NDCG@10",
        "worker": 0,
        "seed": 1,
    }
    config = Config(model=model, dataset="race", config_dict=plain | settings)
    init_seed(config["seed"], config["reproducibility"])
    train, valid, _ = data_preparation(config, create_dataset(config))
    module = get_model(model)(config, train.dataset)
    return train, valid, get_trainer(config["MODEL_TYPE"], config["model"])(config, module)


def scores(trainer, valid, n_users, n_items):
    """Scores of everybody, by our numbers of users and items, and NDCG@10 as RecBole measures it."""
    own = trainer.evaluate(valid, load_best_model=False)["ndcg@10"]
    dataset = valid.dataset
    column = dataset.token2id("item_id", np.arange(n_items).astype(str))
    found = np.full((n_users, n_items), np.nan, np.float32)
    trainer.model.eval()
    with torch.no_grad():
        for batch in valid:
            inside, table, _, _ = trainer._full_sort_batch_eval(batch)
            users = dataset.id2token("user_id", inside["user_id"].numpy()).astype(int)
            found[users] = table.numpy()[:, column]
    return {"scores": found, "own": own}


def main():
    source, target, threads, model, settings, epochs, limit = sys.argv[1:8]
    sys.argv = sys.argv[:1]  # it would read them
    torch.set_num_threads(int(threads))
    logging.disable(logging.CRITICAL)
    data = dict(np.load(source))
    folder = Path(target).resolve().with_suffix("")
    folder.mkdir(exist_ok=True)
    os.chdir(folder)  # it writes logs where it stands
    train, valid, trainer = prepared(folder, data, model, json.loads(settings))
    took = {"seconds": [], "cpu": [], "done": 1.0}
    for epoch in range(int(epochs)):
        batches = Timed(train, float(limit))
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            trainer._train_epoch(batches, epoch)
        except LimitError:
            took["done"] = batches.done
        took["seconds"].append((time.perf_counter() - wall) / batches.done)
        took["cpu"].append((time.process_time() - cpu) / batches.done)
        if took["done"] < 1:
            break
    found = scores(trainer, valid, *data["sizes"].tolist()) if took["done"] == 1 else {}
    np.savez(Path(target) if Path(target).is_absolute() else folder.parent / Path(target).name, **found)
    sys.stdout.write("\n" + json.dumps(took) + "\n")


main()
