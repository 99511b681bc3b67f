"""A process without pandas does all that others do."""

import subprocess
import sys

import pytest

CODE = """
import sys
from workbench.lean import without_pandas
without_pandas()
import pyarrow as pa
assert pa.array([1.0]).to_numpy().sum() == 1

import torch
layer = torch.nn.Linear(2, 1)
torch.optim.Adam(layer.parameters())  # looks for many packages as it is made
assert "pandas" not in sys.modules
"""

IMPORTED = """
import sys
import workbench.__main__, workbench.app.main, workbench.app.pictures, workbench.worker, workbench.cli, workbench.jobs
assert not [one for one in sys.meta_path if "NoPandas" in type(one).__name__]
workbench.__main__.main(["algorithms", "ease", "--quiet"])  # a command within a process of somebody else
import workbench
assert len(workbench.list_algorithms())
"""


def test_the_python_interface_has_pandas_whatever_else_is_imported():
    subprocess.run([sys.executable, "-c", IMPORTED], check=True, timeout=120, stdout=subprocess.DEVNULL)


def test_torch_trains_where_pandas_is_left_out():
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=120)


WARNED = """
import warnings
from workbench.lean import without_warnings
warnings.warn("of a library")
without_warnings()
import numpy as np
assert np.isinf(np.exp2(np.float64(1100)))
warnings.warn("another")
"""


@pytest.mark.parametrize(("options", "told"), [([], 1), (["-W", "always"], 3)])
def test_no_warning_reaches_a_person_who_did_not_ask_for_them(options, told):
    ended = subprocess.run([sys.executable, *options, "-c", WARNED], check=True, timeout=120, capture_output=True)
    assert ended.stderr.count(b"Warning: ") == told
