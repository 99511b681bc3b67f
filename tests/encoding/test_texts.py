"""Texts become numbers by the words that stand in them together."""

import numpy as np
import pytest
import scipy.sparse as sp

from workbench.control import Control
from workbench.data.words import words
from workbench.encoding import encoder_for
from workbench.encoding.texts import directions, tf_idf
from workbench.errors import WorkbenchError

PLOTS = {
    "7": "A knight rides to a castle and fights a dragon",
    "8": "The dragon burns the castle of the knight",
    "9": "A detective looks for a murderer in the city",
    "10": "A murderer hides in the city from a detective",
    "11": "龙烧了骑士的城堡",
    "12": "骑士在城堡里打龙",
    "13": "zzz",
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plots.csv"
    path.write_text("plot;item_id\n" + "".join(f"{text};{item}\n" for item, text in PLOTS.items()), encoding="utf-8")
    return path


def encode(path, **settings):
    return encoder_for("texts", None, settings).encode(path, Control())


def test_weights_are_those_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [text for item, text in PLOTS.items() if item < "13"] * 3 + ["dragon dragon knight", ""]
    peer = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, sublinear_tf=True, min_df=2)
    wanted = peer.fit_transform(texts)
    found, names = tf_idf(texts, Control())
    assert names == peer.get_feature_names_out().tolist()
    assert abs(found - wanted).max() < 1e-12


def test_texts_about_the_same_are_near(file):
    encoded = encode(file, column="plot", dimensions=4)
    assert list(encoded.ids) == ["7", "8", "9", "10", "11", "12"]
    assert encoded.refused.examples == [{"name": "13", "reason": "has no telling word that is in another text, too"}]
    near = encoded.vectors @ encoded.vectors.T
    np.fill_diagonal(near, -1)
    assert near.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4]


def test_directions_are_those_of_the_whole_decomposition():
    matrix = sp.random(60, 40, 0.2, "csr", random_state=1)
    some, every = directions(matrix, 5), directions(matrix, 40)
    assert some == pytest.approx(every[:, :5], abs=1e-5)
    assert some.tobytes() == directions(matrix, 5).tobytes()
    u, s, _ = np.linalg.svd(matrix.toarray())
    assert np.abs(some) == pytest.approx(np.abs(u[:, :5] * s[:5]), abs=1e-5)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"column": "plots"}, "There is no column 'plots'. .*plot"),
        ({"column": "item_id"}, "No word"),
        ({"column": "plot", "id_column": "0"}, "cannot be the ids and the texts"),
        ({"column": "plot", "dimensions": 0}, "at least 1"),
        ({"column": "plot", "words": 3}, "has no setting 'words'"),
    ],
)
def test_what_cannot_be_read_is_told(file, settings, sentence):
    with pytest.raises(WorkbenchError, match=sentence):
        encode(file, **settings)
