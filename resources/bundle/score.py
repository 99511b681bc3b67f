"""Lists by the model in this folder; needs numpy, and onnxruntime where there is a model.onnx.

python score.py 318 527 --k 5       a list for somebody who chose these items
python score.py 318 --user 42       the same for one of users.txt, where the model knows people
python score.py --check             whether all is whole, and known lists come out
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
TYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8"}


class Model:
    def __init__(self, folder=HERE):
        raw = memoryview((folder / "model.safetensors").read_bytes())
        start = 8 + int.from_bytes(raw[:8], "little")
        head = json.loads(bytes(raw[8:start]))
        self.folder, self.facts = folder, {n: json.loads(v) for n, v in head.pop("__metadata__").items()}
        cut = {n: raw[start:][slice(*about["data_offsets"])] for n, about in head.items()}
        self.arrays = {n: np.frombuffer(cut[n], TYPES[a["dtype"]]).reshape(a["shape"]) for n, a in head.items()}
        lines = {p.stem: p.read_text("utf-8").split("\n")[:-1] for p in folder.glob("*s.txt")}
        self.items, self.place = lines["items"], {item: at for at, item in enumerate(lines["items"])}
        self.users = {user: at for at, user in enumerate(lines.get("users", ()))}

    def rank(self, scores_of, history, k, user=-1, counts=None, seen=()):  # by index: items, scores, and what popular
        counts = np.ones(len(history), np.float32) if counts is None else np.asarray(counts, np.float32)
        free, popular = np.ones(len(self.items), bool), self.arrays["popular"]
        free[np.asarray(seen, np.int64)] = False
        scores = scores_of(self, np.asarray(history, np.int64), user, counts)
        nothing = (user < 0 and not len(history)) or (free.sum() > 1 and np.ptp(scores[free]) == 0)  # is known of them
        level = bool(self.facts["personal"] and nothing)
        fills = bool(self.facts["fills"]) and not level  # popular items come first of those that score 0
        scores = popular.astype(np.float32) if level else scores
        best = np.lexsort((self.arrays["ties"], -popular * (fills & (scores == 0)), -scores))
        best = best[free[best]][:k]
        return best, scores[best], level | (fills & (scores[best] == 0))

    def recommend(self, history, k=10, user=None, counts=None, seen=None):  # by id: item, score, what it is listed for
        from model import scores  # how this model scores, in the file beside this one

        unknown = ", ".join(item for item in [*history, *(seen or ())] if item not in self.place)
        if unknown or k < 1:
            raise ValueError(f"The model does not know {unknown}." if unknown else "A list has 1 item or more.")
        rows, left_out = [self.place[i] for i in history], [self.place[i] for i in (history if seen is None else seen)]
        best, found, popular = self.rank(scores, rows, k, self.users.get(user, -1), counts, left_out)
        listed = zip(best, found.tolist(), popular, strict=True)
        return [(self.items[at], score, "popularity" if known else "model") for at, score, known in listed]


def check(model):
    for wanted, name in (line.split("  ", 1) for line in (HERE / "sha256.txt").read_text("utf-8").splitlines()):
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != wanted:
            sys.exit(f"{name} is not as it was made: its SHA-256 differs. Take the model along again.")
    people = json.loads((HERE / "check.json").read_text("utf-8"))
    for number, one in enumerate(people, 1):
        found = model.recommend(one["history"], len(one["items"]), one["user"], one["counts"], one["seen"])
        scores, room = np.array([score for _, score, _ in found]), 1e-5 * np.abs([1e-9, *one["scores"]]).max()
        # Two places may be swapped whose scores are as near as rounding.
        same = len(found) == len(one["items"]) and np.allclose(scores, one["scores"], 0, room)
        if not same or sum(item != wanted for (item, _, _), wanted in zip(found, one["items"], strict=True)) > 2:
            sys.exit(f"Person {number} of {len(people)} has another list than where the model was made.")
    return [f"All files are whole, and {len(people)} of {len(people)} lists are as where the model was made."]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", nargs="*", help="ids of items, the newest last")
    for name, how in {"--user": {}, "--k": {"type": int, "default": 10}, "--check": {"action": "store_true"}}.items():
        parser.add_argument(name, **how)
    args = parser.parse_args()
    sys.excepthook = lambda kind, error, trace: print(error, file=sys.stderr)
    for row in [check(Model())] if args.check else Model().recommend(args.history, args.k, args.user):
        print(*row, sep="\t")
