"""Texts by the words that stand in them together: TF-IDF and latent semantic analysis.

Deerwester, Dumais, Furnas, Landauer, Harshman, "Indexing by Latent Semantic Analysis", JASIS 41(6), 1990.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors
from workbench.data.words import words
from workbench.declaring import hyperparameter
from workbench.encoding.base.column import TextColumn, text_column
from workbench.encoding.base.encoder import Encoded, Refused
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

MAX_WORDS = 50_000
MOST_SHARE = 0.5  # of the texts: a word of more than that says nothing


class Texts(TextColumn):
    """Words of a text column, weighed by how few items have them, and the directions in which items differ most."""

    name, title, reads, order = "texts", "Texts", "texts", 1
    sentence = "What the words of each text have in common with those of others (TF-IDF and LSA)."

    dimensions: int = hyperparameter(
        64, "Dimensions", "Numbers for each item. Fewer where there are few texts.", ge=1, le=1000
    )

    def encode(self, source: Path, control: Control) -> Encoded:
        ids, texts = text_column(source, self.column, self.id_column)
        weights, _ = tf_idf(texts, control)
        there = np.diff(weights.indptr) > 0
        if not there.any():
            message = f"No word in column '{self.column}' of {source.name} is in two or more of its texts, so that they"
            raise WorkbenchError(f"{message} cannot be compared. Choose another column.")
        refused = Refused()
        for at in np.flatnonzero(~there):
            refused.add(ids[at], "has no telling word that is in another text, too")
        kept = [name for name, good in zip(ids, there, strict=True) if good]
        return Encoded(kept, directions(weights[np.flatnonzero(there)], self.dimensions), refused)


def tf_idf(texts: list[str], control: Control) -> tuple["sp.csr_matrix", list[str]]:
    """How much each word says of each text, rows of length 1, float64 (texts, words); and the words.

    Words of one text alone, or of more than half of many, are left out; of the others the most frequent are taken.
    """
    import scipy.sparse as sp

    counted: list[Counter[str]] = []
    for at, text in enumerate(texts):
        if at % 1000 == 0:
            control.check()
            control.progress(at / len(texts), f"{len(texts):,} texts")
        counted.append(Counter(words(text)))
    texts_with = Counter(word for row in counted for word in row)
    most = max(MOST_SHARE * len(texts), 10)
    usable = sorted((-n, word) for word, n in texts_with.items() if 2 <= n <= most)  # noqa: PLR2004 - shared
    names = sorted(word for _, word in usable[:MAX_WORDS])
    number = {word: at for at, word in enumerate(names)}
    rows = [[(number[word], n) for word, n in row.items() if word in number] for row in counted]
    indptr = np.cumsum([0, *map(len, rows)])
    flat = np.array([entry for row in rows for entry in sorted(row)], np.int64).reshape(-1, 2)
    rarity = np.log((1 + len(texts)) / (1 + np.array([texts_with[word] for word in names], float))) + 1
    weight = (1 + np.log(flat[:, 1])) * rarity[flat[:, 0]]
    matrix = sp.csr_matrix((weight, flat[:, 0], indptr), (len(texts), len(names)))
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(length > 0, length, 1), np.diff(matrix.indptr))
    return matrix, names


def directions(matrix: "sp.csr_matrix", dimensions: int) -> Vectors:
    """Rows in the directions in which they differ most, float32 (n, at most `dimensions`); the same each time."""
    from scipy.sparse.linalg import svds

    k = min(dimensions, *matrix.shape)
    if k > min(matrix.shape) // 2:  # what is small is decomposed whole
        _, _, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
        right = right[:k]
    else:
        begin = np.random.default_rng(0).standard_normal(min(matrix.shape))
        _, strength, right = svds(matrix, k=k, v0=begin)
        right = right[np.argsort(-strength)]
    sign = np.sign(right[np.arange(k), np.abs(right).argmax(axis=1)])
    return np.asarray(matrix @ (right * sign[:, None]).T, np.float32)
