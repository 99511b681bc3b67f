"""The pages of the documentation that are made from declarations: none is missing, and none says less than the form."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from workbench.algorithms import all_algorithms, find
from workbench.metrics import all_metrics

SOURCE = Path(__file__).resolve().parents[1] / "docs" / "reference.py"


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("docs_reference", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_algorithm_and_metric_has_a_page(reference, tmp_path):
    written = {path.relative_to(tmp_path).as_posix() for path in reference.write(tmp_path)}
    assert {f"algorithms/{name}.md" for name in all_algorithms()} < written
    assert {f"metrics/{name}.md" for name in all_metrics()} < written
    index = (tmp_path / "algorithms" / "index.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in index for name in all_algorithms())


def test_a_page_names_every_hyperparameter_with_its_default(reference):
    for name, kind in all_algorithms().items():
        page = reference.algorithm_page(kind)
        for own, schema in kind.model_json_schema().get("properties", {}).items():
            row = next(line for line in page.splitlines() if line.startswith(f"| `{own}` |"))
            assert f"| {schema.get('default')}" in row, (name, own)
            assert row.count(" | ") == 3, f"{name}: {own} breaks the table"


def test_the_example_of_a_page_trains_that_algorithm(reference):
    for name, kind in all_algorithms().items():
        example = re.search(r"^run = .*$", reference.algorithm_page(kind), re.MULTILINE)[0]
        call = ast.parse(example).body[0].value
        assert find(call.args[1].value).name == name


def test_a_page_tells_every_formula(reference):
    for metric in all_metrics().values():
        page = reference.metric_page(metric)
        assert all(formula in page for formula in metric.formulas.values())
        assert f"--metrics {metric.name}" in page


def test_a_page_that_is_the_same_is_not_written_again(reference, tmp_path):
    reference.write(tmp_path)
    before = (tmp_path / "metrics" / "ndcg.md").stat().st_mtime_ns
    reference.write(tmp_path)
    assert (tmp_path / "metrics" / "ndcg.md").stat().st_mtime_ns == before
