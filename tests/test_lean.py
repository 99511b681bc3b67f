"""A process without pandas does all that others do."""

import subprocess
import sys

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


def test_torch_trains_where_pandas_is_left_out():
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=120)
