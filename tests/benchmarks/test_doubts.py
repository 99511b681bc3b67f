"""No false alarm on large files, read as a whole."""

import pytest

from tests.data.doubts.sets import LARGE, SETS, doubted
from workbench.data.importing.importer import inspect

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("name", [name for name in SETS if any(large in name for large in LARGE)])
def test_large_files_raise_no_false_alarm(shared_data, name):
    assert doubted(inspect(shared_data(name))) == SETS[name]
