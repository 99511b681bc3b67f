"""Every metric of lists once more, slowly and plainly: loops over Python's own lists, one user after the other.

Written from the formulas in words, for `test_plain.py`. None is what a metric is not defined for.
"""

from dataclasses import dataclass, field
from math import log, log2, sqrt


@dataclass
class Case:
    """Lists beside the truth: item numbers, "?" for an item that is not in the data; ranks and places count from 1."""

    lists: list[list]
    truth: list[dict]  # relevant items with their ratings
    history: list[list]
    seen: list[list]
    train: list[set]  # of everybody in training
    genres: list[set]  # of each item
    threshold: float = 0.0
    variants: dict = field(default_factory=dict)
    scores: list[list] | None = None  # of all items, best last; None where lists are all there is
    order: list[int] | None = None  # place of each item among equal scores

    def __post_init__(self):
        self.n = len(self.genres)
        self.count = {i: sum(i in one for one in self.train) for i in range(self.n)} | {"?": 0}
        self.people = max(1, sum(bool(one) for one in self.train))
        self.popular = sorted(range(self.n), key=lambda i: (-self.count[i], i))
        self.users = range(len(self.lists))

    def top(self, u, k):
        return self.lists[u][:k]

    def hits(self, u, k):
        return [i in self.truth[u] for i in self.top(u, k)]

    def shown(self, k):
        return [sum(i in self.top(u, k) for u in self.users) for i in range(self.n)]

    def shares(self, item):
        known = set() if item == "?" else self.genres[item]
        return {g: 1 / len(known) for g in known}

    def obvious(self, u, k):
        return [i for i in self.popular if i not in self.seen[u]][:k]

    def tail(self, by):
        if by == "last-tenth":
            met = sorted((i for i in range(self.n) if self.count[i]), key=lambda i: (self.count[i], i))
            return set(met[: max(1, len(met) // 10)])
        if by == "items":
            return {*range(self.n), "?"} - set(self.popular[: round(0.2 * self.n)])
        head, total = [], 0
        for i in self.popular:
            if total >= 0.8 * sum(self.count.values()) or not self.count[i]:
                break
            head.append(i)
            total += self.count[i]
        return {*range(self.n), "?"} - set(head)


def discounted(gains):
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else None


def precision(c, u, k, variant):
    return sum(c.hits(u, k)) / (k if variant == "k" else max(1, len(c.top(u, k))))


def recall(c, u, k, variant):
    return sum(c.hits(u, k)) / (len(c.truth[u]) if variant == "plain" else min(k, len(c.truth[u])))


def f1(c, u, k, _):
    p, r = precision(c, u, k, "k"), recall(c, u, k, "plain")
    return 2 * p * r / (p + r) if p + r else 0


def hit(c, u, k, _):
    return float(any(c.hits(u, k)))


def mrr(c, u, k, _):
    return next((1 / rank for rank, good in enumerate(c.hits(u, k), 1) if good), 0)


def rbp(c, u, k, variant):
    p = float(variant)
    return (1 - p) * sum(p**rank for rank, good in enumerate(c.hits(u, k)) if good)


def ndcg(c, u, k, variant):
    def gain(grade):
        return {
            "binary": lambda: 1,
            "linear": lambda: max(grade, 0),
            "exponential": lambda: 2 ** max(grade, 0) - 1,
            "shifted": lambda: 2 ** (grade - c.threshold + 1) - 1,
            "plus-one": lambda: 2 ** (grade + 1) - 1,
        }[variant]()

    best = sorted(c.truth[u].values(), reverse=True)[:k]
    ideal = discounted(gain(grade) for grade in best)
    found = discounted(gain(c.truth[u][i]) if i in c.truth[u] else 0 for i in c.top(u, k))
    return found / ideal if ideal else None


def average_precision(c, u, k, variant):
    at = [sum(c.hits(u, rank)) / rank for rank in range(1, k + 1)]
    if variant == "every-rank":
        return sum(at) / k
    total = sum(p for p, good in zip(at, c.hits(u, k), strict=False) if good)
    return total / {"min(R,k)": min(len(c.truth[u]), k), "R": len(c.truth[u]), "k": k}[variant]


def auc(c, u, *_):
    if c.scores is None:
        return None
    score, others = c.scores[u], [i for i in range(c.n) if i not in c.seen[u] and i not in c.truth[u]]
    pairs = [(score[i] > score[j]) + (score[i] == score[j]) / 2 for i in c.truth[u] for j in others]
    return mean(pairs)


def r_precision(c, u, *_):
    candidates = [i for i in range(c.n) if i not in c.seen[u]]
    ordered = sorted(candidates, key=lambda i: (-c.scores[u][i], c.order[i]))
    return sum(i in c.truth[u] for i in ordered[: len(c.truth[u])]) / len(c.truth[u])


def epc(c, u, k, variant):
    top = c.top(u, k)
    new = [(1 - c.count[i] / c.people) * (variant == "plain" or i in c.truth[u]) for i in top]
    return discounted(new) / discounted([1] * len(top)) if top else None


def miuf(c, u, k, _):
    return mean(-log2(max(1, c.count[i]) / c.people) for i in c.top(u, k))


def unexpectedness(c, u, k, _):
    return mean(i not in c.obvious(u, k) for i in c.top(u, k))


def serendipity(c, u, k, _):
    return sum(i in c.truth[u] and i not in c.obvious(u, k) for i in c.top(u, k)) / k


def arp(c, u, k, _):
    return mean(c.count[i] for i in c.top(u, k))


def lift(c, u, k, _):
    own, listed = mean(c.count[i] for i in c.history[u]), arp(c, u, k, None)
    return (listed - own) / own if own and listed is not None else None


def aplt(c, u, k, variant):
    return mean(i in c.tail(variant) for i in c.top(u, k))


def cold(c, u, k, _):
    return mean(c.count[i] == 0 for i in c.top(u, k))


def _pairs(top, alike):
    return mean(1 - alike(a, b) for at, a in enumerate(top) for b in top[:at])


def diversity(c, u, k, _):
    def cosine(a, b):
        a, b = c.shares(a), c.shares(b)
        if not a or not b:
            return 0
        lengths = [sqrt(sum(share**2 for share in one.values())) for one in (a, b)]
        return sum(a[g] * b.get(g, 0) for g in a) / lengths[0] / lengths[1]

    return _pairs(c.top(u, k), cosine)


def diversity_co(c, u, k, _):
    def cosine(a, b):
        if not c.count[a] or not c.count[b]:
            return 0
        return sum(a in one and b in one for one in c.train) / sqrt(c.count[a] * c.count[b])

    return _pairs(c.top(u, k), cosine)


def _taste(c, items):
    sums = {}
    for i in items:
        for g, share in c.shares(i).items():
            sums[g] = sums.get(g, 0) + share
    return {g: share / sum(sums.values()) for g, share in sums.items()}


def calibration(c, u, k, variant):
    p, q = _taste(c, c.history[u]), _taste(c, c.top(u, k))
    if not p or not q:
        return None

    def apart(a, b):
        return sum(share * log(share / b(g)) for g, share in a.items())

    if variant == "KL":
        return apart(p, lambda g: 0.99 * q.get(g, 0) + 0.01 * p[g])
    return sum(apart(one, lambda g: (p.get(g, 0) + q.get(g, 0)) / 2) for one in (p, q)) / 2 / log(2)


def coverage(c, k, _):
    return sum(n > 0 for n in c.shown(k)) / c.n


def user_coverage(c, k, variant):
    return mean(len(c.top(u, k)) >= (k if variant == "full" else 1) for u in c.users)


def gini(c, k, variant):
    shown = sorted(c.shown(k))
    if not sum(shown):
        return None
    total = sum((2 * i - c.n - 1) * n for i, n in enumerate(shown, 1)) / sum(shown)
    scaled = total / max(1, c.n - 1)
    return {"concentration": total / c.n, "scaled": scaled, "equality": 1 - scaled}[variant]


def entropy(c, k, variant):
    shown = [n for n in c.shown(k) if n]
    nats = -sum(n / sum(shown) * log(n / sum(shown)) for n in shown)
    return {"bits": nats / log(2), "nats": nats, "nats-per-item": nats / max(1, len(shown))}[variant]


def _spread(c, found, possible, variant):
    if variant == "genres":
        named = sorted(set().union(*c.genres))
        groups = [[c.shares(i).get(g, 0) for i in range(c.n)] for g in named]
    else:
        groups = [[(i in c.tail("interactions")) == tail for i in range(c.n)] for tail in (False, True)]
    totals = [
        [sum(n * share for n, share in zip(of, group, strict=True)) for group in groups] for of in (found, possible)
    ]
    chances = [a / b for a, b in zip(*totals, strict=True) if b]
    if not chances or not mean(chances):
        return None
    return sqrt(mean((chance - mean(chances)) ** 2 for chance in chances)) / mean(chances)


def rsp(c, k, variant):
    return _spread(c, c.shown(k), [sum(i not in c.seen[u] for u in c.users) for i in range(c.n)], variant)


def reo(c, k, variant):
    found = [sum(i in c.top(u, k) and i in c.truth[u] for u in c.users) for i in range(c.n)]
    return _spread(c, found, [sum(i in c.truth[u] for u in c.users) for i in range(c.n)], variant)


def user_gap(c, k, variant):
    lengths = [len(one) for one in c.history]
    edges = [sorted(lengths)[-(-len(lengths) * part // 4) - 1] for part in (1, 2, 3)]
    # Of recall or NDCG as they are asked for beside it.
    chosen = c.variants.get(variant, {"ndcg": "binary", "recall": "plain"}[variant])
    of = {"ndcg": ndcg, "recall": recall}[variant]
    groups = {}
    for u in c.users:
        groups.setdefault(sum(edge < lengths[u] for edge in edges), []).append(of(c, u, k, chosen))
    means = [mean(group) for group in groups.values()]
    return max(means) - min(means) if len(means) > 1 else None


BY_USER = {
    "precision": precision, "recall": recall, "f1": f1, "hit": hit, "mrr": mrr, "rbp": rbp, "ndcg": ndcg,
    "ndcg_graded": ndcg, "map": average_precision, "auc": auc, "r_precision": r_precision, "epc": epc, "miuf": miuf,
    "unexpectedness": unexpectedness, "serendipity": serendipity, "arp": arp, "lift": lift, "aplt": aplt, "cold": cold,
    "diversity": diversity, "diversity_co": diversity_co, "calibration": calibration,
}  # fmt: skip
OF_ALL = {
    "coverage": coverage, "user_coverage": user_coverage, "gini": gini, "entropy": entropy, "rsp": rsp, "reo": reo,
    "user_gap": user_gap,
}  # fmt: skip
