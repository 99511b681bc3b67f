"""An algorithm of scikit-surprise: its defaults, but for 100 factors and 20 epochs of SVD."""

import json
import sys

import numpy as np
from spent import spent
from surprise import SVD, KNNBaseline, SlopeOne, SVDpp
from surprise.trainset import Trainset


def main():
    data = np.load(sys.argv[1])
    ur, ir = {}, {}
    for user, item, rating in zip(data["user"].tolist(), data["item"].tolist(), data["rating"].tolist(), strict=True):
        ur.setdefault(user, []).append((item, rating))
        ir.setdefault(item, []).append((user, rating))
    same_users, same_items = {u: u for u in ur}, {i: i for i in ir}
    train = Trainset(ur, ir, len(ur), len(ir), len(data["user"]), (1, 5), same_users, same_items)
    # Surprise takes indices without gaps; both sides get such.
    like = {"name": "pearson_baseline"}
    algorithm = {
        "svd": lambda: SVD(n_factors=100, n_epochs=20, random_state=0),
        "svdpp": lambda: SVDpp(random_state=0),
        "items": lambda: KNNBaseline(verbose=False, sim_options={**like, "user_based": False}),
        "users": lambda: KNNBaseline(verbose=False, sim_options={**like, "user_based": True}),
        "slope": SlopeOne,
    }[sys.argv[4]]()
    pairs = list(zip(data["test_user"].tolist(), data["test_item"].tolist(), strict=True))
    with spent() as took:
        algorithm.fit(train)
        if sys.argv[4] not in {"svd", "svdpp"}:  # of these the training is compared
            predicted = [algorithm.predict(user, item).est for user, item in pairs]
    if sys.argv[4] in {"svd", "svdpp"}:
        predicted = [algorithm.predict(user, item).est for user, item in pairs]
    np.savez(sys.argv[2], predicted=np.array(predicted))
    sys.stdout.write(json.dumps(took) + "\n")


main()
