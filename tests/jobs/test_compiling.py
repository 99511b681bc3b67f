"""Loops are compiled before somebody waits for them, and once."""

import pytest

from workbench.control import Control
from workbench.jobs import compiling


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A place of its own for what is compiled."""
    monkeypatch.setenv("RECWB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_it_is_noted_beside_what_is_compiled_until_something_changes(kept, monkeypatch):
    assert not compiling.is_compiled()
    compiling.note_compiled()
    assert (kept / compiling.NOTE).exists()
    assert compiling.is_compiled()
    monkeypatch.setattr("workbench.training.run.package_versions", lambda: {"python": "3.11.0", "numba": "99"})
    assert not compiling.is_compiled()


def test_where_that_cannot_be_written_it_is_noted_for_the_person(kept):
    kept.write_text("a file where a folder should be")
    compiling.note_compiled()
    assert compiling.is_compiled()


def test_each_piece_trains_tests_and_lists(kept, monkeypatch):
    used = []
    monkeypatch.setattr(
        "workbench.insight.listing.recommend", lambda folder, user, *_, **__: used.append((folder, user))
    )
    assert compiling.compile_loops(Control(), of=["popularity"]) == {"compiled": 1}
    assert [folder.endswith("popularity") for folder, _ in used] == [True]
    assert not compiling.is_compiled()  # only a piece of it
    names = compiling.pieces()
    assert names[:2] == ["ease", "item-knn"]
    assert names[-1] == compiling.LOOPS
    assert not {"sasrec", "blend", "content"} & set(names)
