"""Whatever can be drawn from a declared space, the algorithm takes: for every file in workbench/algorithms."""

import optuna
import pytest

from workbench.algorithms import all_algorithms
from workbench.data.interactions import Interactions
from workbench.declaring import from_data
from workbench.errors import WorkbenchError
from workbench.searching.asked import by_algorithm
from workbench.searching.asking import Asker, defaults
from workbench.searching.search_folder import _spec
from workbench.searching.search_spec import Range
from workbench.searching.space import chosen_space, space, usual_ranges

SEARCHED = [name for name in all_algorithms() if usual_ranges(name, advanced=True)]
DRAWN = 5
optuna.logging.set_verbosity(optuna.logging.ERROR)


def test_every_algorithm_takes_what_is_drawn_from_its_space(project):
    data = Interactions.open(project / "data" / "small")
    refused = {}
    for name in SEARCHED:
        spec = _spec([name], data="data", runs="runs", data_hash="", trials=1, advanced=True)
        study = optuna.create_study(direction="maximize")
        asker = Asker(spec, study, data)
        for number in range(DRAWN):
            algorithm, drawn = asker.ask(study.ask())
            kind = all_algorithms()[algorithm]
            rest = {key: value for key, (value, _) in from_data(kind, drawn, data.facts).items()}
            try:
                kind.make(drawn | rest)
            except WorkbenchError as error:
                refused[name] = str(error)
            if number == 0:  # nobody's choice comes first
                assert drawn.items() <= defaults(name, {}, data).items(), name
    assert refused == {}


def test_a_search_leaves_alone_what_the_data_cannot_serve():
    assert "half_life" in usual_ranges("item-knn")
    assert "half_life" not in usual_ranges("item-knn", lacking=["time"])
    assert "epochs" not in {dimension.name for dimension in space("bpr")}


def test_of_a_range_only_what_the_algorithm_takes_is_drawn():
    [factors] = chosen_space("sasrec", {"factors": Range(low=16, high=64)}, {"heads": 8})
    assert factors.choices == (16, 24, 32, 40, 48, 56, 64)
    [factors] = chosen_space("convncf", {"factors": Range(low=16, high=64)}, {})
    assert factors.choices == (16, 32, 64)
    [neighbours] = chosen_space("item-knn", {"neighbours": Range(choices=["10", 20])}, {})
    assert neighbours.choices == (10, 20)


def test_what_is_named_goes_to_every_algorithm_that_has_it():
    wide, few = Range(low=8, high=16), Range(choices=[1, 2])
    narrowed, fixed = by_algorithm(["bpr", "ease"], [("factors", wide), ("bpr.drawn", few)], [("regularization", "3")])
    assert narrowed == {"bpr": {"factors": wide, "drawn": few}, "ease": {}}
    assert fixed == {"bpr": {"regularization": "3"}, "ease": {"regularization": "3"}}
    with pytest.raises(WorkbenchError, match="Did you mean 'factors'"):
        by_algorithm(["bpr"], [("factor", wide)], [])
