"""What a process need not load."""

import sys


def without_pandas() -> None:
    """Save the third of a second, and the 60 MB, that pandas would cost this process: pyarrow imports it unasked.

    None among the modules means that importing it fails, and that whoever looks for it (torch does) finds nothing.
    """
    sys.modules["pandas"] = None  # type: ignore[assignment]
