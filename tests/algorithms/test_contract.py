"""What every algorithm promises, tested for every file in workbench/algorithms: no list to edit."""

import dataclasses
import functools
import itertools
import re

import numpy as np
import pytest

from tests.golden import SPARE, golden_for
from workbench.algorithms import Algorithm, all_algorithms, find
from workbench.algorithms.base.learned import check
from workbench.algorithms.hybrid.blend import Blend
from workbench.data.interactions import UserItems
from workbench.data.splitting.last_n import LastN
from workbench.declaring import schema_of
from workbench.errors import WorkbenchError
from workbench.training.weights import load_weights, save_weights

ALGORITHMS = all_algorithms()
ITERATIVE = [name for name, algorithm in ALGORITHMS.items() if algorithm.iterative]
EXACT = [name for name, algorithm in ALGORITHMS.items() if algorithm.fold_in == "exact"]

# Those that do not learn who likes what, and why. A test sees to it that no excuse outlives its reason.
EXCUSED = {
    "average": "it knows averages only, and the low-rank set is what averages leave over",
    "biases": "it knows averages only, and the low-rank set is what averages leave over",
    "co-clustering": "three clusters a side are coarser than two tastes",
    "popularity": "it gives everybody the same list, and on the checkerboard all items are equally popular",
    "random": "it draws lots",
    "slope-one": "it adds averages of differences, and the low-rank set is what averages leave over",
}

# Those that understand less of the golden set than 0.85, and why.
MODEST = {"rating-knn": (0.7, "means of neighbours are flatter than products of tastes")}

# Words of which one tells what an algorithm costs.
COST = re.compile(
    r"\b(fast|quick|slow|slowly|long|longer|time|moment|price|cost|costs|memory|size|large|small|thousand|processor|cores)\b",
    re.IGNORECASE,
)

# Those with epochs that draw nothing.
WITHOUT_CHANCE = {"biases"}

every_algorithm = pytest.mark.parametrize("name", ALGORITHMS)
every_iterative_algorithm = pytest.mark.parametrize("name", ITERATIVE)


@functools.cache
def golden(name):
    return golden_for(ALGORITHMS[name])


def make(name, epochs=2):
    made = find(name).make({"epochs": epochs} if "epochs" in ALGORITHMS[name].model_fields else {})
    if isinstance(made, Blend):  # which learns from runs that are trained already
        made.join([ready("ease"), ready("popularity")], LastN().split(golden(name).train).validation)
    return made


def trained(name, seed=0, epochs=2):
    algorithm = make(name, epochs)
    list(algorithm.train(golden(name).train, seed))
    return algorithm


@functools.cache
def ready(name):
    """One that is trained, for tests that do not change it."""
    return trained(name)


def has_learned(name, algorithm, *, folded):
    bar, _ = MODEST.get(name, (0.85, ""))
    return golden(name).grade(algorithm, folded) > (bar - 0.05 if folded else bar)


@functools.cache
def patient(name):
    """One that took its time, and the losses of its epochs: 200, or fewer where it has learned before."""
    algorithm, losses = make(name, epochs=200), []
    for record in algorithm.train(golden(name).train, 0):
        if record.ends_epoch:
            losses.append(record.loss)
            looks = record.epoch % 10 == 0 and name not in EXCUSED
            if looks and all(has_learned(name, algorithm, folded=folded) for folded in (False, True)):
                break
    return algorithm, losses


@functools.cache
def uninterrupted(name):
    """What four epochs come to, and what they reported."""
    algorithm = make(name, epochs=4)
    records = list(algorithm.train(golden(name).train, 5))
    return copy(algorithm.state()), [record for record in records if record.ends_epoch]


def everybody(name, *, folded=False):
    """All users of the golden set (those without interactions too) and their histories."""
    data = golden(name).train
    users = np.arange(data.n_users, dtype=np.int32)
    return np.full_like(users, -1) if folded else users, data.by_user


def assert_same_state(one, other):
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert value.dtype == other[key].dtype, key
        np.testing.assert_array_equal(value, other[key], err_msg=key)


def copy(state):
    return {key: np.array(value) for key, value in state.items()}


# -- Facts


@every_algorithm
def test_tells_what_it_is_and_is_found_in_any_spelling(name):
    algorithm = ALGORITHMS[name]
    assert name == name.lower().replace("_", "-")
    assert algorithm.title
    assert algorithm.__module__.split(".")[:-1] == ["workbench", "algorithms", algorithm.family.lower()]
    assert algorithm.summary.endswith(".")
    assert 2 <= algorithm.summary.count(". ") + 1 <= 4  # what it does, when to use it, what it costs
    assert len(algorithm.summary) <= 300
    assert COST.search(algorithm.summary), "say what it costs: whether it is fast, on which size of data, which memory"
    assert len(algorithm.reference) > 10
    assert set(algorithm.needs) <= {"ratings", "time", "items", "vectors"}
    assert not algorithm.iterative or "epochs" in algorithm.model_fields
    assert find(name.upper().replace("-", "_")) is algorithm


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(WorkbenchError, match="Did you mean 'ease'"):
        find("easy")


@every_algorithm
def test_says_what_the_data_lacks(name):
    algorithm, data = ALGORITHMS[name], golden(name).train
    assert algorithm.unsuited(data) is None
    bare = dataclasses.replace(data, rating=None, time=None, item_features=None)
    reason = algorithm.unsuited(bare)
    if not algorithm.needs:
        assert reason is None
        return
    assert algorithm.title in reason
    for need in algorithm.needs:
        assert need in reason


# -- Hyperparameters


def hyperparameters(algorithm):
    return schema_of(algorithm).get("properties", {})


def bad_values(schema):
    """Values just outside of what a field's JSON schema allows."""
    alternatives = schema.get("anyOf", [schema])
    kinds = {one.get("type") for one in alternatives}
    if not kinds & {"string"} and "enum" not in schema:
        yield "many"
    if kinds & {"integer", "number"}:
        yield float("nan")
    for one in alternatives:
        outside = {"minimum": -1, "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 0}
        yield from (one[key] + step for key, step in outside.items() if key in one)
        if "enum" in one:
            yield "none of these"


def fault_of_refusal(name, field, value):
    """What is wrong with the answer to a value out of range, or None."""
    case = f"{field}={value!r}"
    try:
        find(name).make({field: value})
    except WorkbenchError as refusal:
        sentence = str(refusal)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        return f"{case} ends in {error!r}"
    else:
        return f"{case} is accepted"
    parts = (field, repr(value), ALGORITHMS[name].title)
    missing = [part for part in parts if not re.search(rf"(?<![\w.]){re.escape(part)}(?!\w|\.\d)", sentence)]
    return f"{case}: {', '.join(missing)} not in the sentence {sentence!r}" if missing else None


@every_algorithm
def test_refuses_what_is_out_of_range_or_unknown_and_names_it(name):
    """All values of an algorithm in one test, for there are two thousand: each fault is listed with its case."""
    properties = hyperparameters(ALGORITHMS[name])
    cases = [(field, value) for field, schema in properties.items() for value in bad_values(schema)]
    free_text = {
        field for field, schema in properties.items() if schema.get("type") == "string" and "enum" not in schema
    }
    assert {field for field, _ in cases} == properties.keys() - free_text
    faults = [fault for case in cases if (fault := fault_of_refusal(name, *case))]
    assert not faults, "\n".join(faults)
    with pytest.raises(WorkbenchError, match="no_such_thing"):
        find(name).make({"no_such_thing": 1})


@every_algorithm
def test_declares_each_hyperparameter_in_full(name):
    for field, schema in hyperparameters(ALGORITHMS[name]).items():
        assert schema["title"] != field, field
        assert schema["description"].endswith("."), field
        if schema.get("type") in {"integer", "number"}:
            assert {"minimum", "exclusiveMinimum"} & schema.keys(), f"{field} has no lower limit"
            assert {"maximum", "exclusiveMaximum"} & schema.keys(), f"{field} has no upper limit"
    # What it begins with, and where a search looks, is allowed.
    properties = hyperparameters(ALGORITHMS[name])
    find(name).make({field: schema["default"] for field, schema in properties.items()})
    for field, schema in properties.items():
        for end in schema.get("search", ()):
            find(name).make({field: end})


# -- Learning


@every_algorithm
def test_learns_the_golden_set(name):
    algorithm, _ = patient(name)
    if name in EXCUSED:
        grade = golden(name).grade(algorithm, False)
        assert grade < 0.5, f"{name} is excused because {EXCUSED[name]}, yet it learned: strike it off the list"
        pytest.skip(f"{name} need not learn: {EXCUSED[name]}")
    assert has_learned(name, algorithm, folded=False)


@every_algorithm
def test_folds_in_people_as_it_says(name):
    if ALGORITHMS[name].fold_in == "none" or name in EXCUSED:
        pytest.skip("it does not say so")
    assert has_learned(name, patient(name)[0], folded=True)


def test_models_of_choices_that_can_fold_in_exactly_say_so():
    promised = (
        "item-knn user-knn p3alpha rp3beta ease edlae slim admm-slim sparse-ease ials pure-svd nmf content popularity"
    )
    assert set(promised.split()) <= set(EXACT)
    assert not [name for name, kind in ALGORITHMS.items() if kind.fold_in == "none"]  # nobody turns newcomers away


@pytest.mark.parametrize("name", EXACT)
def test_exact_fold_in_equals_training(name):
    known, folded = (ready(name).score(*everybody(name, folded=folded)) for folded in (False, True))
    np.testing.assert_allclose(folded, known, rtol=1e-5, atol=1e-6)


@every_iterative_algorithm
def test_reports_its_epochs(name):
    algorithm = make(name, epochs=3)
    records = list(algorithm.train(golden(name).train, 0))
    assert [record.epoch for record in records if record.ends_epoch] == [1, 2, 3]
    for record in records:
        assert record.epochs == 3
        assert 0 <= record.part <= 1
        assert record.loss is None or np.isfinite(record.loss)
    assert records[-1].ends_epoch


@every_iterative_algorithm
def test_the_loss_falls(name):
    _, losses = patient(name)
    assert losses[-1] < losses[0]


# -- Seeds, saving, going on


@every_algorithm
def test_same_seed_gives_the_same_bits(name):
    assert_same_state(trained(name).state(), ready(name).state())


@pytest.mark.parametrize("name", [*(name for name in ITERATIVE if name not in WITHOUT_CHANCE), "random"])
def test_another_seed_gives_another_model(name):
    one, other = (algorithm.score(*everybody(name)) for algorithm in (ready(name), trained(name, seed=1)))
    assert not np.array_equal(one, other)


@every_algorithm
def test_leaves_the_global_chance_alone(name):
    np.random.seed(1)  # noqa: NPY002 - it is the old generator that might be touched
    trained(name)
    drawn = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert drawn == np.random.random()  # noqa: NPY002


@every_algorithm
def test_scores_alike_after_saving_and_loading(name, tmp_path):
    save_weights(tmp_path / "model.safetensors", ready(name).state(), 0)
    state, _ = load_weights(tmp_path / "model.safetensors")
    back = make(name)
    back.restore(state)
    assert_same_state(back.state(), ready(name).state())
    for folded in (False, True):
        people = everybody(name, folded=folded)
        np.testing.assert_array_equal(back.score(*people), ready(name).score(*people))
    if back.predicts_ratings:
        pairs = np.arange(-1, 5, dtype=np.int32), np.arange(4, -2, -1, dtype=np.int32)
        np.testing.assert_array_equal(back.predict(*pairs), ready(name).predict(*pairs))


@every_algorithm
def test_what_it_learned_is_told_apart_from_what_it_cannot_have_learned(name):
    """Everything that is kept is declared, so that a changed file is refused before a compiled loop sees it."""
    algorithm, state = ready(name), ready(name).state()
    shapes, sizes = algorithm.shapes_of(state), (golden(name).train.n_users, golden(name).train.n_items)
    assert shapes.keys() == {key for key in state if "." not in key}
    check(state, shapes, *sizes)
    taken = []
    for key, array in state.items():
        if key not in shapes:  # torch knows the shapes of its own
            continue
        for what, odd in oddities(array, shapes[key]):
            try:
                check(state | {key: odd}, shapes, *sizes)
            except ValueError:
                continue
            taken.append((key, what))
    assert taken == []
    for key in shapes:
        with pytest.raises(ValueError, match=f"{key} is missing"):
            check({other: value for other, value in state.items() if other != key}, shapes, *sizes)


def oddities(array, shape):
    """What an array cannot be."""
    place = np.arange(array.size).reshape(array.shape)
    yield "another type", array.astype(str)
    yield "more dimensions", array[..., None]
    if array.dtype.kind in "iu" and array.size:
        yield "negative", np.where(place == 0, -1, array)
        if shape.below or shape.ends or shape.equals:
            yield "huge", np.where(place == array.size - 1, 1 << 30, array)
    if array.ndim and array.shape[0] and shape.axes[0].partition("+")[0] in ("users", "items"):
        yield "a row less", array[:-1]


@every_iterative_algorithm
def test_interrupted_and_resumed_ends_like_uninterrupted(name, tmp_path):
    for stop_after in (1, 2, 3):
        resumed, records = interrupted(name, stop_after, tmp_path)
        whole, all_records = uninterrupted(name)
        assert_same_state(resumed, whole)
        assert records == all_records[stop_after:]


def interrupted(name, stop_after, folder):
    """What comes of an algorithm that is stopped, saved and goes on; and the epochs that it reported since."""
    data = golden(name).train
    first = make(name, epochs=4)
    for record in first.train(data, 5):
        if record.ends_epoch and record.epoch == stop_after:
            save_weights(folder / "checkpoint.safetensors", first.state(), record.epoch)
            break
    second = make(name, epochs=4)
    second.restore(load_weights(folder / "checkpoint.safetensors")[0])
    records = [record for record in second.train(data, 5) if record.ends_epoch]
    return second.state(), records


@every_iterative_algorithm
def test_finished_and_restored_has_nothing_left_to_do(name):
    back = make(name)
    back.restore(copy(ready(name).state()))
    assert [record for record in back.train(golden(name).train, 0) if record.ends_epoch] == []
    assert_same_state(back.state(), ready(name).state())


@every_iterative_algorithm
def test_restoring_leaves_the_given_arrays_alone(name):
    state = copy(trained(name, epochs=1).state())
    before = copy(state)
    more = make(name, epochs=2)
    more.restore(state)
    list(more.train(golden(name).train, 0))
    assert_same_state(state, before)


@every_iterative_algorithm
def test_cancelling_leaves_no_damage(name):
    for records in (1, 2):
        training = make(name).train(golden(name).train, 0)
        assert len(list(itertools.islice(training, records))) == records
        training.close()
    assert_same_state(trained(name).state(), ready(name).state())


# -- Scores


@every_algorithm
def test_scores_are_fresh_finite_float32(name):
    for folded in (False, True):
        people, n_items = everybody(name, folded=folded), golden(name).train.n_items
        scores = ready(name).score(*people)
        assert scores.shape == (len(people[0]), n_items), folded
        assert scores.dtype == np.float32, folded
        assert np.isfinite(scores).all(), folded
        before = scores.copy()
        scores[:] = np.nan
        np.testing.assert_array_equal(ready(name).score(*people), before, err_msg=f"{folded=}")


@every_algorithm
def test_scores_alone_as_together(name):
    for folded in (False, True):
        assert_alone_as_together(name, *everybody(name, folded=folded))


def assert_alone_as_together(name, users, histories):
    together = ready(name).score(users, histories)
    order = np.random.default_rng(0).permutation(len(users))[:20]
    # Matrix products may round otherwise for one row than for many, so the last bits are free.
    shuffled = ready(name).score(users[order], histories.rows(order))
    np.testing.assert_allclose(shuffled, together[order], rtol=1e-4, atol=1e-5)
    for user in [*order[:5], len(users) - 1]:
        alone = ready(name).score(users[[user]], histories.rows(np.array([user])))
        np.testing.assert_allclose(alone, together[[user]], rtol=1e-4, atol=1e-5)


@every_algorithm
def test_nobody_gives_no_scores(name):
    nobody = ready(name).score(np.empty(0, np.int32), UserItems.from_lists([]))
    assert nobody.shape == (0, golden(name).train.n_items)


@every_algorithm
def test_empty_histories_give_finite_scores(name):
    n_users = golden(name).train.n_users
    users = np.array([-1, 0, n_users - 1], np.int32)  # new, known, known by name only
    scores = ready(name).score(users, UserItems.from_lists([[], [], []]))
    assert scores.shape == (3, golden(name).train.n_items)
    assert np.isfinite(scores).all()


@every_algorithm
def test_histories_without_ratings_and_times_will_do(name):
    n_items = golden(name).train.n_items
    histories = UserItems.from_lists([[0], [3, 1, 2], [n_items - 1]])  # the last was in no interaction
    assert np.isfinite(ready(name).score(np.full(3, -1, np.int32), histories)).all()


@every_algorithm
def test_predicts_ratings_as_it_says(name):
    data = golden(name).train
    users = np.array([0, -1, 0, -1, data.n_users - 1, 0], np.int32)
    items = np.array([0, 0, -1, -1, 0, data.n_items - 1], np.int32)
    if not ALGORITHMS[name].predicts_ratings:
        with pytest.raises(WorkbenchError, match=ALGORITHMS[name].title):
            ready(name).predict(users, items)
        return
    predicted = ready(name).predict(users, items)
    assert predicted.dtype == np.float32
    assert predicted.shape == (6,)
    assert (predicted >= data.rating.min()).all()
    assert (predicted <= data.rating.max()).all()
    assert predicted[3] == pytest.approx(data.rating.mean(), abs=1e-5)  # nothing known: the mean


@pytest.mark.parametrize("name", [name for name, algorithm in ALGORITHMS.items() if algorithm.predicts_ratings])
def test_predictions_stay_on_the_scale_of_the_ratings(name):
    data = golden(name).train
    users, items = (grid.ravel().astype(np.int32) for grid in np.indices((data.n_users, data.n_items)))
    predicted = patient(name)[0].predict(users, items)
    assert data.rating.min() <= predicted.min()
    assert predicted.max() <= data.rating.max()


@every_algorithm
def test_learns_from_a_single_interaction(name):
    data = golden(name).train
    algorithm = make(name, epochs=1)
    list(algorithm.train(data.take(np.array([0])), 0))
    assert np.isfinite(algorithm.score(*everybody(name))).all()


def test_no_excuse_outlives_its_reason():
    for name, (bar, _) in MODEST.items():
        assert bar < golden(name).grade(patient(name)[0], False) <= 0.85
    for name in WITHOUT_CHANCE:
        assert_same_state(trained(name, seed=1).state(), trained(name, seed=2).state())


def test_the_golden_sets_have_people_and_items_without_interactions():
    for name in ALGORITHMS:
        data = golden(name).train
        assert (data.item_counts[-SPARE:] == 0).all()
        assert (data.by_user.lengths[-SPARE:] == 0).all()


def test_an_algorithm_without_a_name_is_not_offered():
    class Half(Algorithm):
        pass

    all_algorithms.cache_clear()
    assert Half not in all_algorithms().values()
