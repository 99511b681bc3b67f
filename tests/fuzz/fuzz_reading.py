"""Files that a coverage-guided fuzzer makes up are read or refused in a sentence, however odd they are.

Run by hand, in an environment of its own, because the fuzzer is no part of the program::

    python -m venv /tmp/fuzzing && /tmp/fuzzing/bin/pip install atheris -e .
    /tmp/fuzzing/bin/python -m tests.fuzz.fuzz_reading /tmp/corpus -max_total_time=600 -timeout=10 -rss_limit_mb=1500

The corpus is seeded with a small sound file of each kind. A crash, a hang over 10 seconds, an account that does not add
up, or more memory than the limit (the program itself takes some 300 MB of it) ends it and leaves the file beside; each
finding becomes a test in ``tests/data/reading/test_hostile.py``.
"""

import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["workbench.data"]):
    from workbench.data.importing.importer import inspect
    from workbench.data.reading.first_rows import preview
    from workbench.errors import WorkbenchError

MOST = 20_000
"""Longest file, in bytes: what is odd is small."""
PLACE = Path(tempfile.mkdtemp(prefix="fuzzing-"))


def read(data: bytes) -> None:
    """Look at a file and read it; what a reader may say is a sentence, and every row is accounted for."""
    path = PLACE / "file"
    path.write_bytes(data)
    for look in (preview, inspect):
        try:
            found = look(path)
        except WorkbenchError as error:
            if "\n" in str(error) or not 0 < len(str(error)) < 1000:
                raise AssertionError(f"no sentence: {error!r}") from error
        else:
            if look is inspect:
                if found["rows"] != found["kept"] + found["refused_count"]:
                    raise AssertionError(f"the account does not add up: {found}")
                json.dumps(found, allow_nan=False)


def seed(folder: Path) -> None:
    """Put a sound file of each kind into the corpus."""
    from tests.data.reading.test_hostile import sound_files

    folder.mkdir(parents=True, exist_ok=True)
    for kind, data in sound_files().items():
        (folder / kind.replace(":", "colon")).write_bytes(data)


if __name__ == "__main__":
    corpus = [one for one in sys.argv[1:] if not one.startswith("-")]
    if corpus:
        seed(Path(corpus[0]))
    atheris.Setup([*sys.argv, f"-max_len={MOST}"], read)
    atheris.Fuzz()
