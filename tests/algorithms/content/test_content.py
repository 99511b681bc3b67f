import numpy as np
import pytest

from tests.algorithms.stepped import seen_by_hand, with_item_vectors
from tests.golden import interactions, with_facts
from workbench.algorithms.base.item_features import feature_counts
from workbench.algorithms.content.content import Content
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError


def data():
    rng = np.random.default_rng(0)
    user, item = np.nonzero(rng.random((20, 14)) < 0.3)
    rating = rng.integers(1, 6, len(user)).astype(np.float32)
    return with_facts(interactions(user, item, 20, 14, rating=rating))


def train(given, **hyperparameters):
    algorithm = Content(**{"popularity": 0.0, "title_weight": 1.0} | hyperparameters)
    list(algorithm.train(given))
    return algorithm


def texts(given):
    """Features as text for the peer: one word for each."""
    facts = given.item_features
    for title, year, genres in zip(*(one.to_pylist() for one in (facts.title, facts.year, facts.genres)), strict=True):
        if title is None:
            yield ""
            continue
        own = [f"t{word}" for word in title.lower().split() if word != "the"]
        yield " ".join([*own, f"g{genres[0]}", f"d{year // 10}"])


def peer(given):
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(tokenizer=str.split, token_pattern=None).fit_transform(texts(given)).toarray()


def profiles(vectors, histories, half_life):
    from sklearn.preprocessing import normalize

    found = []
    for n in range(len(histories)):
        items = histories[n]
        weight = 0.5 ** (np.arange(len(items))[::-1] / half_life)
        found.append(weight @ vectors[items])
    return normalize(np.array(found))


def test_tf_idf_equals_a_peer():
    given = data()
    histories = UserItems.from_lists([[3, 1, 4], [5], [], [9, 2, 6, 13]])
    scores = train(given, weighting="tf-idf", half_life=2.0).score(np.full(4, -1), histories)
    vectors = peer(given)
    np.testing.assert_allclose(scores, profiles(vectors, histories, 2.0) @ vectors.T, atol=1e-5)
    assert (scores[2] == 0).all()


def test_vectors_add_their_own_cosine():
    plain, given = data(), with_item_vectors(data())
    histories = UserItems.from_lists([[3, 1, 4], [5], [], [9, 2, 6, 13]])
    chosen = {"weighting": "tf-idf", "half_life": 2.0}
    without = train(plain, **chosen).score(np.full(4, -1), histories)
    algorithm = train(given, **chosen, vector_weight=0.7)
    seen = seen_by_hand(given.item_features)
    expected = without + 0.7 * profiles(seen, histories, 2.0) @ seen.T / np.sqrt(2)
    np.testing.assert_allclose(algorithm.score(np.full(4, -1), histories), expected, atol=1e-5)
    history, nothing = histories.rows(np.array([3])), histories.rows(np.array([2]))
    alone = algorithm.score(np.full(1, -1), history)[0, 8] - algorithm.score(np.full(1, -1), nothing)[0, 8]
    assert algorithm.contributions(history, 8).sum() == pytest.approx(alone, abs=1e-5)
    for off in ({"vector_kinds": "none"}, {"vector_weight": 0}):
        other = train(given, **chosen, **off)
        assert "item_dense" not in other.state()
        np.testing.assert_array_equal(other.score(np.full(4, -1), histories), without)


def test_topics_equal_a_peer():
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    given = data()
    histories = UserItems.from_lists([[3, 1, 4], [5]])
    scores = train(given, weighting="tf-idf", half_life=2.0, topics=2).score(np.full(2, -1), histories)
    topics = normalize(TruncatedSVD(2, algorithm="arpack", random_state=0).fit_transform(peer(given)))
    np.testing.assert_allclose(scores, profiles(topics, histories, 2.0) @ topics.T, atol=1e-4)


def test_bm25_of_one_feature_by_hand():
    given = data()
    algorithm = train(given, weighting="bm25")
    _, names = feature_counts(given.item_features)
    row = slice(algorithm._indptr[0], algorithm._indptr[1])
    found = dict(zip([names[n] for n in algorithm._indices[row]], algorithm._data[row], strict=True))
    # Each of 14 items has 5 features (one, called, its number, a genre, a decade), so none is longer than the mean of those
    # that have any; 7 of 16 items are even.
    rare, common = (np.log1p((16 - n + 0.5) / (n + 0.5)) for n in (1, 7))
    assert found["title:0"] / found["genre:even"] == pytest.approx(rare / common, rel=1e-5)


def test_higher_ratings_weigh_more():
    given = data()
    algorithm = train(given, rating_weight=1.0, half_life=1e6)
    apart = UserItems(np.array([0, 2]), np.array([0, 1], np.int32), np.array([5, 1], np.float32))
    weights = algorithm._weights(apart).toarray()[0]
    np.testing.assert_allclose(weights[:2], [1, 0], atol=1e-5)
    algorithm.rating_weight = 0.5
    np.testing.assert_allclose(algorithm._weights(apart).toarray()[0, :2], [1, 0.5], atol=1e-5)


def test_items_that_nobody_met_are_found_by_what_they_are():
    user = np.repeat(np.arange(10), 3)
    item = np.tile([0, 2, 4], 10)  # of 12 items with facts only three were met
    algorithm = train(with_facts(interactions(user, item, 10, 12)), popularity=0.5)
    scores = algorithm.score(np.array([-1]), UserItems.from_lists([[0, 2]]))[0]
    assert scores[[6, 8, 10]].min() > scores[[7, 9, 11]].max()


def test_an_item_that_nobody_met_is_taken_for_a_usual_choice():
    user, item = np.arange(30) // 3, np.tile([0, 2, 4], 10)
    item[:6:2] = 1
    given = with_facts(interactions(user, item, 10, 14))  # and two items of which nothing is known
    counts = given.item_counts
    popular = np.log1p(counts) / np.log1p(counts.max())
    usual = (popular * counts).sum() / counts.sum()
    for new_items in (0.0, 1.0, 1.25):
        found = train(given, popularity=1.5, new_items=new_items)._popular
        right = np.where(counts > 0, popular, np.where(np.arange(len(counts)) < 14, new_items * usual, 0))
        np.testing.assert_allclose(found, right, rtol=1e-6)
    scores = train(given, popularity=1.5).score(np.array([-1]), UserItems.from_lists([[2]]))[0]
    assert scores[[6, 8]].min() > scores[[1, 5, 7]].max()  # of the taste, before what was met and is of another


def test_popularity_is_added_on_a_logarithmic_scale():
    given = data()
    plain, popular = (train(given, popularity=weight) for weight in (0.0, 2.0))
    nobody = UserItems.from_lists([[1]])
    gain = popular.score(np.array([-1]), nobody) - plain.score(np.array([-1]), nobody)
    expected = 2 * np.log1p(given.item_counts) / np.log1p(given.item_counts.max())
    np.testing.assert_allclose(gain[0], expected, atol=1e-5)


def test_without_facts_of_items_it_says_what_is_missing():
    user, item = np.nonzero(np.ones((3, 3)))
    with pytest.raises(WorkbenchError, match="needs titles, genres or vectors of the items"):
        train(interactions(user, item, 3, 3))
