"""Presets as they are read, and whether data and split are those they were measured on."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.interactions import Interactions
from workbench.training.presets import presets_of


@pytest.fixture
def data():
    """Ten users with ten interactions each."""
    names = pa.array([str(one) for one in range(10)])
    return Interactions.build(
        np.repeat(np.arange(10, dtype=np.int32), 10), np.tile(np.arange(10, dtype=np.int32), 10), names, names
    )


def test_an_algorithm_has_those_of_its_file_and_others_have_none():
    names = [one.name for one in presets_of("sasrec")]
    assert names[0] == "As published: full cross-entropy"
    assert presets_of("popularity") == ()
    assert presets_of("../samples") == ()


def test_figures_stand_beside_what_was_published():
    figures = presets_of("neumf")[0].figures()
    assert figures["hr@10"] == (0.6767, 0.701)
    assert presets_of("autorec")[0].figures()["rmse"] == (0.9104, None)


@pytest.mark.parametrize(("expects", "same"), [
    ({}, True),
    ({"interactions": 101, "users": 10}, True),  # an edition that lacks a line
    ({"interactions": 110, "users": 10}, False),
    ({"interactions": 100, "users": 11}, False),
])  # fmt: skip
def test_data_is_the_same_by_its_size(data, expects, same):
    assert replace(presets_of("sasrec")[0], expects=expects).same_data(data) is same


def test_a_split_is_the_same_by_its_name():
    preset = presets_of("sasrec")[0]
    assert preset.same_split("last-n")
    assert not preset.same_split("random")
    assert replace(preset, expects={}).same_split("random")
