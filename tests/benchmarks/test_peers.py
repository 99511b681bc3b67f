"""Races against peers; ``PEER_TURNS``, ``PEER_THREADS`` and ``PEERS`` (see `peers`) change how they are run."""

import sys

import numpy as np
import pytest

from tests.benchmarks.peers import peer, race, turn

pytestmark = pytest.mark.benchmark


def numbered(*columns):
    """Numbers without gaps for the values of a column, the same in all of its files; and how many there are."""
    values, index = np.unique(np.concatenate(columns), return_inverse=True)
    return np.split(index, np.cumsum([len(one) for one in columns])[:-1]), len(values)


def by_order(train, other):
    """Numbers in which those met in training come first, as peers that refuse gaps need."""
    first, n = numbered(train)
    known = dict(zip(train.tolist(), first[0].tolist(), strict=True))
    for one in other.tolist():
        known.setdefault(one, len(known))
    return first[0], np.array([known[one] for one in other.tolist()]), max(n, len(known))


RATED = {
    "svd": ("biased SVD", "100 factors, 20 epochs", "≤ 0.1"),
    "svdpp": ("SVD++", "defaults of both", "≤ 0.05"),
    "items": ("item kNN with baselines", "Pearson-baseline, 40 neighbours", "≤ 0.05"),
    "users": ("user kNN with baselines", "Pearson-baseline, 40 neighbours", "≤ 0.05"),
    "slope": ("Slope One", "not weighted", "≤ 1"),
}


@pytest.mark.parametrize("job", RATED)
def test_ratings_and_surprise(say, tmp_path, shared_data, job):
    folder = shared_data("ml-100k")
    train, test = (np.loadtxt(folder / name, dtype=np.int64) for name in ("u1.base", "u1.test"))
    user, test_user, n_users = by_order(train[:, 0], test[:, 0])
    item, test_item, n_items = by_order(train[:, 1], test[:, 1])
    data = {"user": user, "item": item, "rating": train[:, 2], "test_user": test_user, "test_item": test_item}

    def judge(result):
        return f"RMSE {np.sqrt(np.mean((np.load(result)['predicted'] - test[:, 2]) ** 2)):.4f}"

    sides = {
        "ours": (sys.executable, "ours.py", job),
        "Surprise 1.1.5": (peer("scikit-surprise==1.1.5"), "surprise_ratings.py", job),
    }
    what, how, target = RATED[job]
    timed = "training" if job in {"svd", "svdpp"} else f"training and {len(test):,} predictions"
    data["sizes"] = np.array([n_users, n_items])
    race(say, what, tmp_path / job, data, sides, f"ML-100K u1, {how}, {timed}", judge, target)


@pytest.fixture
def gowalla(shared_data):
    """Users, items, and what is hidden of each user."""
    folder = shared_data("gowalla")

    def rows(name):
        for line in (folder / name).read_text(encoding="ascii").splitlines():
            user, *items = map(int, line.split())
            yield user, items

    pairs = np.array([(user, item) for user, items in rows("train.txt") for item in items])
    hidden = {user: set(items) for user, items in rows("test.txt") if items}
    n_items = 1 + max(int(pairs[:, 1].max()), *(max(items) for items in hidden.values()))
    sizes = np.array([1 + max(int(pairs[:, 0].max()), *hidden), n_items])
    return {"user": pairs[:, 0], "item": pairs[:, 1], "sizes": sizes}, hidden


@pytest.mark.parametrize(
    ("job", "script", "package"),
    [
        ("neighbours", "implicit_knn.py", "implicit"),
        ("neighbours", "irspack_knn.py", "irspack"),
        ("walks", "irspack_knn.py", "irspack"),
    ],
)
def test_neighbours(say, tmp_path, gowalla, job, script, package):
    data, _ = gowalla
    word = "fit" if package == "implicit" else job
    sides = {"ours": (sys.executable, "ours.py", job), package: (peer(package), script, word)}
    what, how = ("RP3beta", "α 0.7, β 0.5") if job == "walks" else ("item kNN", "cosine")
    protocol = f"Gowalla, {how}, 200 neighbours of each item, training"
    race(say, what, tmp_path / job, data, sides, protocol, lambda path: f"{np.load(path)['entries']:,} kept", "≤ 0.67")


@pytest.fixture
def trained(gowalla, tmp_path):
    """Factors that were learned: their lengths differ, as those of drawn ones do not."""
    folder = tmp_path / "trained"
    folder.mkdir()
    data = gowalla[0] | {"factors": np.array(64), "epochs": np.array(8)}
    np.savez(folder / "data.npz", **data)
    turn(sys.executable, "ours.py", folder / "data.npz", folder / "learned.npz", "ials")
    with np.load(folder / "learned.npz") as file:
        return {"user_factors": file["users"], "item_factors": file["items"]}


@pytest.mark.parametrize("kind", ["trained", "drawn"])
@pytest.mark.parametrize("other", ["implicit", "matmul and partial sort"])
def test_lists_of_factors(say, tmp_path, gowalla, trained, other, kind):
    data, _ = gowalla
    draw = np.random.default_rng(0).standard_normal
    drawn = {
        name: draw((n, 64), np.float32) for name, n in zip(("user_factors", "item_factors"), data["sizes"], strict=True)
    }
    data = data | (trained if kind == "trained" else drawn)
    first = {}

    def judge(result):
        lists = np.load(result)["lists"]
        first.setdefault("lists", lists)
        return f"{np.mean([len(set(a) & set(b)) / 20 for a, b in zip(lists, first['lists'], strict=True)]):.4f} as ours"

    theirs = (peer("implicit"), "implicit_lists.py") if other == "implicit" else (sys.executable, "ours.py", "sorting")
    sides = {"ours": (sys.executable, "ours.py", "factors"), other: theirs}
    protocol = f"Gowalla, 64 {kind} factors, 20 unseen items for each of {data['sizes'][0]:,} users"
    target = "≤ 0.5" if other == "implicit" else "≤ 1.3"
    race(say, "lists of factors", tmp_path / "factors", data, sides, protocol, judge, target)


@pytest.mark.parametrize("other", ["irspack", "implicit"])
def test_evaluation_of_factors(say, tmp_path, gowalla, trained, other):
    """Ours counts the intervals in; implicit has no recall, so its figures are precision and NDCG of another formula."""
    data, hidden = gowalla
    pairs = np.array([(user, item) for user, items in hidden.items() for item in items])
    data = data | trained | {"test_user": pairs[:, 0], "test_item": pairs[:, 1]}
    sides = {"ours": (sys.executable, "ours.py", "evaluation"), other: (peer(other), f"{other}_evaluation.py")}
    protocol = "Gowalla, 64 trained factors, recall and NDCG at 5, 10, 20 over all items"

    def judge(result):
        return "at 20: {:.4f}, {:.4f}".format(*np.load(result)["figures"])

    race(say, "evaluation", tmp_path / "evaluation", data, sides, protocol, judge, "≤ 0.2")


def test_lists_and_implicit(say, tmp_path, gowalla):
    data, hidden = gowalla

    def judge(result):
        lists = np.load(result)["lists"]
        hits = [len(hidden[user] & set(lists[user].tolist())) / len(hidden[user]) for user in hidden]
        return f"recall@20 {np.mean(hits):.4f}"

    sides = {"ours": (sys.executable, "ours.py", "lists"), "implicit": (peer("implicit"), "implicit_knn.py", "lists")}
    protocol = f"Gowalla, item kNN, 20 unseen items for each of {data['sizes'][0]:,} users"
    race(say, "lists of all users", tmp_path / "lists", data, sides, protocol, judge, "≤ 0.67")


@pytest.mark.parametrize("other", ["LAPACK", "irspack"])
def test_ease(say, tmp_path, shared_data, other):
    file = shared_data("ml-1m") / "interactions_chronological.csv"
    pairs = np.loadtxt(file, dtype=np.int64, delimiter=",", skiprows=1, usecols=(0, 1))
    (user,), n_users = numbered(pairs[:, 0])
    (item,), n_items = numbered(pairs[:, 1])
    data = {"user": user, "item": item, "sizes": np.array([n_users, n_items])}
    theirs = {
        "LAPACK": (sys.executable, "ours.py", "inverse"),
        "irspack": (sys.executable if other == "LAPACK" else peer("irspack"), "irspack_ease.py"),
    }
    corner = {}

    def judge(result):
        corner[result] = np.load(result)["corner"]
        off = np.abs(corner[result] - next(iter(corner.values()))).max()
        return f"weights at most {off:.1e} off ours" if len(corner) > 1 else ""

    what = "against the inverse of the Gram matrix alone, in single precision" if other == "LAPACK" else "of both"
    protocol = f"ML-1M, {n_items:,} items, L2 300, whole training {what}"
    sides = {"ours": (sys.executable, "ours.py", "ease"), other: theirs[other]}
    race(say, "EASE", tmp_path / "ease", data, sides, protocol, judge, "≤ 1.2" if other == "LAPACK" else "≤ 0.8")


def test_ease_of_ten_thousand_items(say, tmp_path, gowalla):
    """Of the items of Gowalla those that most people have been to."""
    data, _ = gowalla
    most = np.argsort(-np.bincount(data["item"]), kind="stable")[:10_000]
    place = np.full(data["sizes"][1], -1)
    place[most] = np.arange(len(most))
    kept = place[data["item"]] >= 0
    data = {
        "user": data["user"][kept],
        "item": place[data["item"][kept]],
        "sizes": np.array([data["sizes"][0], 10_000]),
    }
    first = []

    def judge(result):
        first.append(np.load(result)["corner"])
        return f"weights at most {np.abs(first[-1] - first[0]).max():.1e} off ours"

    sides = {"ours": (sys.executable, "ours.py", "ease"), "LAPACK": (sys.executable, "ours.py", "inverse")}
    protocol = (
        f"Gowalla, the 10,000 most visited items, {kept.sum():,} interactions, L2 300; LAPACK (single) inverts only"
    )
    race(say, "EASE", tmp_path / "ease", data, sides, protocol, judge, "≤ 1.2")
