"""Epochs of neural models beside RecBole's: the same data, sizes, learning rate, batch and threads.

A batch of 2,048 holds as many things to learn in both: next items of sequential models, of which RecBole reads each with a
history of its own in front, and we all those of a sequence at once; pairs of a user and an item with a drawn item in
the others. People make up the batch of Mult-VAE, 128 of them, for there are no more than 943.

``RECBOLE_EPOCHS`` shortens the trainings of the sequential models, ``RECBOLE_LIMIT`` stops an epoch of RecBole's after so
many seconds: its time is then extrapolated, and nothing is said of quality. ``PEER_THREADS`` and ``PEERS``: see `peers`.
"""

import json
import os
import sys

import numpy as np
import pandas as pd
import pytest

from tests.algorithms.movielens import interactions
from tests.benchmarks.peers import THREADS, peer, turn
from workbench.data.splitting.last_n import LastN

pytestmark = pytest.mark.benchmark

RECBOLE = (
    *("recbole==1.2.1", "torch==2.13.0", "numpy==1.26.4", "scipy==1.11.4", "pandas==2.2.3", "setuptools<80"),
)  # fmt: skip
EPOCHS = int(os.environ.get("RECBOLE_EPOCHS", "3"))
LIMIT = os.environ.get("RECBOLE_LIMIT", "1200")

OUR_SEQUENCE = {"learning_rate": 1e-3, "batch_size": 2048, "max_length": 50, "factors": 64, "objective": "softmax"}
THEIR_SEQUENCE = {
    "learning_rate": 1e-3,
    "train_batch_size": 2048,
    "MAX_ITEM_LIST_LENGTH": 50,
    "embedding_size": 64,
    "loss_type": "CE",
    "train_neg_sample_args": None,
    "reg_weight": 0.0,
}
OUR_LAYERS = {"blocks": 2, "heads": 2, "expansion": 4, "dropout": 0.2}
# Ours has no dropout on the weights of attention.
THEIR_LAYERS = {
    "n_layers": 2,
    "n_heads": 2,
    "hidden_size": 64,
    "inner_size": 256,
    "hidden_dropout_prob": 0.2,
    "attn_dropout_prob": 0.0,
}
# Our name: RecBole's name, our settings, RecBole's settings, epochs.
MODELS = {
    "sasrec": ("SASRec", OUR_SEQUENCE | OUR_LAYERS, THEIR_SEQUENCE | THEIR_LAYERS | {"hidden_act": "relu"}, EPOCHS),
    "bert4rec": (
        "BERT4Rec",
        OUR_SEQUENCE | OUR_LAYERS | {"hidden_share": 0.2},
        THEIR_SEQUENCE | THEIR_LAYERS | {"mask_ratio": 0.2, "ft_ratio": 0.1},
        EPOCHS,
    ),
    "gru4rec": (
        "GRU4Rec",
        OUR_SEQUENCE | {"hidden": 128, "layers": 1, "dropout": 0.2},
        THEIR_SEQUENCE | {"hidden_size": 128, "num_layers": 1, "dropout_prob": 0.2},
        EPOCHS,
    ),
    "narm": (
        "NARM",
        OUR_SEQUENCE | {"hidden": 128, "layers": 1, "dropout": 0.25},
        THEIR_SEQUENCE | {"hidden_size": 128, "n_layers": 1, "dropout_probs": [0.25, 0.25]},
        EPOCHS,
    ),
    # RecBole's Caser sees all of a sequence and is documented for lengths of 10: ours looks at the last 10.
    "caser": (
        "Caser",
        OUR_SEQUENCE | {"window": 10, "horizontal": 8, "vertical": 4, "targets": 1, "dropout": 0.4},
        THEIR_SEQUENCE | {"MAX_ITEM_LIST_LENGTH": 10, "nh": 8, "nv": 4, "dropout_prob": 0.4},
        EPOCHS,
    ),
    "nextitnet": (
        "NextItNet",
        OUR_SEQUENCE | {"kernel": 3, "blocks": 10, "dropout": 0.0},
        THEIR_SEQUENCE | {"kernel_size": 3, "block_num": 5, "dilations": [1, 4]},
        EPOCHS,
    ),
    # A chosen and a drawn item are two of RecBole's 2,048.
    "neumf": (
        "NeuMF",
        {"learning_rate": 1e-3, "batch_size": 1024, "factors": 64, "width": 64, "layers": 2, "negatives": 1},
        {
            "learning_rate": 1e-3,
            "train_batch_size": 2048,
            "mf_embedding_size": 64,
            "mlp_embedding_size": 64,
            "mlp_hidden_size": [64, 32],
            "dropout_prob": 0.0,
        },
        10,
    ),
    # RecBole's half of 128 numbers of a code are means; both hardly ask for the KL divergence in so few steps.
    "mult-vae": (
        "MultiVAE",
        {"learning_rate": 1e-3, "batch_size": 128, "hidden": 600, "factors": 64, "dropout": 0.5, "annealing": 5000},
        {
            "learning_rate": 1e-3,
            "train_batch_size": 128,
            "train_neg_sample_args": None,
            "mlp_hidden_size": [600],
            "latent_dimension": 128,
            "dropout_prob": 0.5,
            "anneal_cap": 0.2,
        },
        20,
    ),
    "lightgcn": (
        "LightGCN",
        {
            "learning_rate": 1e-3,
            "batch_size": 2048,
            "factors": 64,
            "layers": 3,
            "objective": "bpr",
            "regularization": 0.0,
        },
        {
            "learning_rate": 1e-3,
            "train_batch_size": 2048,
            "embedding_size": 64,
            "n_layers": 3,
            "reg_weight": 0.0,
        },
        10,
    ),
}


@pytest.fixture
def movielens(shared_data):
    """MovieLens 100K, the last of everybody test, the one before validation."""
    columns = ["user", "item", "rating", "time"]
    frame = pd.read_csv(shared_data("ml-100k") / "u.data", sep="\t", names=columns)
    (user, users), (item, items) = pd.factorize(frame["user"]), pd.factorize(frame["item"])
    coded = pd.DataFrame({"user": user, "item": item, "time": frame["time"]})
    return LastN(n=1, validation=1).split(interactions(coded, len(users), len(items)))


def gains(result, part):
    """NDCG@10 of each person among all items not seen, from the scores of everybody; a tie counts against."""
    scores = np.load(result)["scores"]
    people = np.arange(len(part))
    scores[np.repeat(people, part.seen.lengths), part.seen.item] = -np.inf
    place = (scores >= scores[people, part.truth.item][:, None]).sum(1)
    return np.where(place <= 10, 1 / np.log2(place + 1.0), 0.0)


@pytest.mark.parametrize("name", list(MODELS))
def test_epochs(name, say, tmp_path, movielens):
    theirs, settings, their_settings, epochs = MODELS[name]
    data, part = movielens.data, movielens.validation
    assert len(part) == data.n_users, "everybody is judged"
    place = np.arange(len(data)) - np.repeat(data.by_user.indptr[:-1], data.by_user.lengths)
    sizes = np.array([data.n_users, data.n_items])
    columns = {"user": data.user, "item": data.item, "place": place, "part": movielens.places, "sizes": sizes}
    np.savez(tmp_path / "data.npz", **columns)
    ours = ("our_epochs.py", name, json.dumps(settings | {"epochs": epochs}))
    sides = {
        "ours": (sys.executable, *ours),
        "RecBole": (peer(*RECBOLE), "recbole_epochs.py", theirs, json.dumps(their_settings), str(epochs), LIMIT),
        "ours again": (sys.executable, *ours),  # before and after, lest the hour decides
    }
    results = {side: tmp_path / f"{side.replace(' ', '-')}.npz" for side in sides}
    took = {
        side: turn(python, script, tmp_path / "data.npz", results[side], *words)
        for side, (python, script, *words) in sides.items()
    }
    middle = {
        clock: (np.median(took["ours"][clock] + took["ours again"][clock]), np.median(took["RecBole"][clock]))
        for clock in ("seconds", "cpu")
    }
    mine, other = middle["seconds"]
    ratio = f"{mine:.2f} s / {other:.2f} s = {mine / other:.3f}, processor {np.divide(*middle['cpu']):.3f}"
    batch = their_settings["train_batch_size"]
    protocol = f"ML-100K, batch {batch:,}, {THREADS} thread(s), median of {epochs} epochs"
    if took["RecBole"]["done"] < 1:
        protocol += f", RecBole's extrapolated from {took['RecBole']['done']:.0%} of one"
    say(f"An epoch of {theirs}, ours / RecBole", ratio, "≤ 0.5", protocol)
    if took["RecBole"]["done"] == 1:
        first, second = gains(results["ours"], part), gains(results["RecBole"], part)
        error = np.std(first - second, ddof=1) / len(part) ** 0.5
        quality = f"{first.mean():.4f} / {second.mean():.4f}, difference ± {error:.4f}"
        own = float(np.load(results["RecBole"])["own"])
        how = f"all unseen items ranked, after {epochs} epochs; RecBole itself says {own:.4f}"
        say(f"NDCG@10 of {theirs}, ours / RecBole", quality, "≥ RecBole", how)
