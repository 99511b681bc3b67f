"""From a first start to an exported list, through a real mouse and keyboard of an X server without a screen (Xvfb).

``STORY_PHOTOS`` names a folder in which each step is photographed.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.own_window import play
from workbench.resources import resource

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
]


@pytest.fixture(scope="module")
def screen():
    """The name of an X server for 1440 x 900 pixels that nobody sees."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as said:
            yield f":{said.readline().strip()}"
        server.terminate()


@pytest.mark.parametrize("story", ["by_mouse", "by_keyboard"])
def test_the_exported_list_is_the_one_that_was_shown(story, screen, tmp_path):
    file = tmp_path / "ratings.csv"
    shutil.copy(resource("samples/movielens-small/ratings.csv"), file)
    photos = Path(os.environ["STORY_PHOTOS"]) / story if "STORY_PHOTOS" in os.environ else None
    if photos:
        photos.mkdir(parents=True, exist_ok=True)
    answer = play(
        story,
        tmp_path / "home",
        environment={"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"},
        file=str(file),
        output=str(tmp_path / "list.csv"),
        photos=str(photos) if photos else None,
    )
    assert not answer.get("trouble"), answer["trouble"]
    assert answer["written"] == answer["shown"]
    assert len(answer["shown"]) == 20
