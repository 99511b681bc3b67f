"""Made ``elliot.json``: loops over the formulas in the documentation and sources of Elliot 0.3.1. Not made with the tool,
which needs Python 3.8 and is on no package index.

It says (its pages on metrics): gain of nDCG 2^(rating - threshold + 1) - 1 with the ideal of the user's own ratings; MAP
the mean of the precision at all ranks; Gini 1 - sum((2j - n - 1) p_j) / (n - 1); EPC by relevance and logarithmic discount;
entropy of what is shown, in bits. PopREO and PopRSP are of head and tail, the head having 80 % of the interactions.
"""

import json
from math import log2
from pathlib import Path

HERE = Path(__file__).parent
DATA = json.loads((HERE / "lists.json").read_text())
LISTS, TRAIN, N = DATA["lists"], DATA["train"], DATA["n_items"]
THRESHOLD = 2
CUTOFFS = (1, 5, 10)
COUNT = [sum(item in one for one in TRAIN) for item in range(N)]
TRUTH = [{int(i): r for i, r in one.items() if r >= THRESHOLD} for one in DATA["truth"]]
JUDGED = [u for u in range(len(LISTS)) if TRUTH[u]]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def deviation(values):
    return mean((value - mean(values)) ** 2 for value in values) ** 0.5


def discounted(gains):
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def head():
    found, left = [], sum(COUNT) * 0.8
    for item in sorted(range(N), key=lambda item: -COUNT[item]):
        found.append(item)
        left -= COUNT[item]
        if left <= 0:
            return set(found)
    return set(found)


HEAD = head()
TAIL = set(range(N)) - HEAD


def ndcg(u, k):
    gain = {item: 2 ** (rating - THRESHOLD + 1) - 1 for item, rating in TRUTH[u].items()}
    return discounted(gain.get(i, 0) for i in LISTS[u][:k]) / discounted(sorted(gain.values(), reverse=True)[:k])


def precision(u, k):
    return sum(i in TRUTH[u] for i in LISTS[u][:k]) / k


def epc(u, k):
    new = discounted((i in TRUTH[u]) * (1 - COUNT[i] / len(TRAIN)) for i in LISTS[u][:k])
    return new / discounted([1] * k)


def shown(k):
    return [sum(item in LISTS[u][:k] for u in JUDGED) for item in range(N)]


def gini(k):
    counts, total = sorted(shown(k)), sum(shown(k))
    return 1 - sum((2 * j - N - 1) * c / total for j, c in enumerate(counts, 1)) / (N - 1)


def entropy(k):
    total = sum(shown(k))
    return -sum(c / total * log2(c / total) for c in shown(k) if c)


def reo(k):
    found = [sum(i in TRUTH[u] and i in group for u in JUDGED for i in LISTS[u][:k]) for group in (HEAD, TAIL)]
    there = [sum(i in group for u in JUDGED for i in TRUTH[u]) for group in (HEAD, TAIL)]
    chances = [a / b for a, b in zip(found, there, strict=True)]
    return deviation(chances) / mean(chances)


def rsp(k):
    found = [sum(i in group for u in JUDGED for i in LISTS[u][:k]) for group in (HEAD, TAIL)]
    there = [sum(len(group - set(TRAIN[u])) for u in JUDGED) for group in (HEAD, TAIL)]
    chances = [a / b for a, b in zip(found, there, strict=True)]
    return deviation(chances) / mean(chances)


found = {}
for k in CUTOFFS:
    found |= {
        f"precision@{k}": mean(precision(u, k) for u in JUDGED),
        f"map@{k}": mean(mean(precision(u, n) for n in range(1, k + 1)) for u in JUDGED),
        f"ndcg@{k}": mean(ndcg(u, k) for u in JUDGED),
        f"gini@{k}": gini(k),
        f"entropy@{k}": entropy(k),
        f"epc@{k}": mean(epc(u, k) for u in JUDGED),
        f"reo@{k}": reo(k),
        f"rsp@{k}": rsp(k),
        f"aplt@{k}": mean(sum(i in TAIL for i in LISTS[u][:k]) / k for u in JUDGED),
        f"arp@{k}": mean(mean(COUNT[i] for i in LISTS[u][:k]) for u in JUDGED),
    }
(HERE / "elliot.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
