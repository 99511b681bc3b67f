"""Whoever predicts ratings is told where there are none: counts, clicks and thumbs are no ratings."""

import pytest

from workbench.algorithms import all_algorithms
from workbench.data.importing.importer import import_file, make_recipe
from workbench.training.not_ratings import taken_for_ratings

COUNTED, CHOSEN = "takes the counts in", "says only whether something was chosen or liked"


@pytest.mark.parametrize(
    ("column", "values", "asked", "told"),
    [
        ("rating", (1, 2, 3, 4, 5), {}, None),
        ("rating", (1, 2, 3, 4, 5), {"feedback": [("rating", "like>=4,dislike<=2")]}, None),
        ("rating", (-9.5, 0, 10), {}, None),
        ("rating", (10, 55, 100), {}, None),
        ("plays", (1, 2, 3), {}, COUNTED),
        ("plays", (1, 2, 3), {"feedback": [("plays", "like>=1")]}, COUNTED),
        ("plays", (1, 2, 300), {"read": {"rating_as": "log"}}, None),
        ("plays", (1, 2, 300), {"read": {"rating_as": "presence"}}, None),
        ("weight", (1, 5, 2000), {}, COUNTED),
        ("click", (0, 1), {}, CHOSEN),
        ("rating", (-1, 1), {}, CHOSEN),
    ],
)
def test_what_is_no_rating_is_told_to_those_that_predict_ratings(tmp_path, column, values, asked, told):
    rows = [f"u{i % 5},i{i // 5},{values[i % len(values)]}\n" for i in range(30)]
    path = tmp_path / "r.csv"
    path.write_text(f"user,item,{column}\n" + "".join(rows))
    recipe = make_recipe(path, f"user=user,item=item,rating={column}", **asked)
    about = import_file(path, tmp_path / "data", recipe)
    found = {name: taken_for_ratings(kind, about) for name, kind in all_algorithms().items()}
    predicting = {name for name, kind in all_algorithms().items() if kind.predicts_ratings}
    assert {name for name, sentence in found.items() if sentence} == (predicting if told else set())
    assert all(told in found[name] for name in predicting if told)
