"""Benchmarks run where they are asked for by their mark, never among the tests."""

import os
import sys

import pytest


def pytest_ignore_collect(collection_path, config):
    """Leave benchmarks out, unsearched, unless ``-m benchmark`` or their folder asks for them."""
    asked = "benchmark" in config.getoption("-m") or any("benchmarks" in word for word in config.args)
    return None if asked else True


def pytest_collection_modifyitems(config, items):
    """Skip benchmarks unless ``-m benchmark`` asks for them."""
    if "benchmark" not in config.getoption("-m"):
        skip = pytest.mark.skip(reason="a benchmark: run it with -m benchmark")
        for item in items:
            if item.get_closest_marker("benchmark"):
                item.add_marker(skip)


@pytest.fixture
def say(capsys):
    """Print one figure on a line: what it is, what came out, what it should be, and how it was measured."""

    def line(figure, measured, target, protocol):
        load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        with capsys.disabled():
            sys.stdout.write(f"\n{figure:<46} {measured:<44} target {target:<16} {protocol}; {load}")
            sys.stdout.flush()

    return line


def spread(values, unit="s", digits=2):
    """Least, middle and greatest of some values."""
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    least, greatest = ordered[0], ordered[-1]
    return f"{least:.{digits}f} / {middle:.{digits}f} / {greatest:.{digits}f} {unit} (n {len(ordered)})"
