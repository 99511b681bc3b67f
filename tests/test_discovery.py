"""What somebody adds declares what it must, or a sentence names the file and what is missing."""

import pytest

from tests.additions import FILTER, SPLIT
from workbench.algorithms import Algorithm, all_algorithms, check_algorithm
from workbench.cli import main
from workbench.data import filtering, splitting
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("left_out", "instead", "missing"),
    [
        ('    keys: ClassVar[dict[str, str]] = {"each": "n"}\n', "", "'keys'"),
        ('"each", "Each nth"', '"each", "  "', "'title'"),
        ('    sentence = "Keeps each nth interaction of the file."\n', "", "'sentence'"),
    ],
)
def test_a_filter_that_does_not_declare_all(left_out, instead, missing, add_file, capsys):
    assert left_out in FILTER
    add_file(filtering, "each_of", FILTER.replace(left_out, instead), filtering.all_filters)
    sentence = f"each_of.py cannot be used: its class EachOf does not declare {missing}."
    with pytest.raises(WorkbenchError, match=sentence):
        filtering.all_filters()
    capsys.readouterr()
    for words in (["train", "--help"], ["train", "r.csv", "--algorithm", "ease", "--run", "x", "--filter", "each=2"]):
        assert main(words) == 1
        assert sentence in capsys.readouterr().err


def test_a_split_that_does_not_declare_all(add_file):
    add_file(splitting, "rounds", SPLIT.replace('"round {split.part} of {split.parts}"', '""'), splitting.all_splits)
    with pytest.raises(WorkbenchError, match="its class Rounds does not declare 'short'"):
        splitting.all_splits()


class Blank(Algorithm):
    """Declares what a test asks for; not registered, because it has no name."""

    title, summary, learned = "Blank", "Nothing.", ("weights",)


@pytest.mark.parametrize("missing", ["title", "summary", "learned"])
def test_an_algorithm_that_does_not_declare_all(missing, monkeypatch):
    check_algorithm(Blank)
    monkeypatch.setattr(Blank, missing, () if missing == "learned" else " ")
    with pytest.raises(WorkbenchError, match=f"test_discovery.py cannot be used: .* does not declare '{missing}'"):
        check_algorithm(Blank)
    monkeypatch.setattr(Blank, "state", lambda self: {})
    if missing == "learned":  # it gives its state in another way
        check_algorithm(Blank)


def test_only_baselines_make_one_list_for_everybody():
    # Whoever is personal gets popular items where nothing is known; a flag of another meaning once hid five models.
    alike = {name for name, kind in all_algorithms().items() if not kind.personal}
    assert alike == {"popularity", "average", "biases", "random"}
