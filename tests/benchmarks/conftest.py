"""Benchmarks run where they are asked for by their mark, never among the tests."""

import pytest


def pytest_collection_modifyitems(config, items):
    """Skip benchmarks unless ``-m benchmark`` asks for them."""
    if "benchmark" not in config.getoption("-m"):
        skip = pytest.mark.skip(reason="a benchmark: run it with -m benchmark")
        for item in items:
            if item.get_closest_marker("benchmark"):
                item.add_marker(skip)
