"""Commands as they are typed: their value, or the one sentence of their failure."""

import json

import numpy as np
import pytest

from workbench.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ratings of 40 people whose tastes fall into two halves, titles of the items, and a pair file."""
    folder = tmp_path_factory.mktemp("small")
    rng = np.random.default_rng(3)
    lines = ["user,item,rating,time"]
    for user in range(40):
        for at, item in enumerate(rng.permutation(20)[:12] + 20 * (user % 2)):
            lines.append(f"u{user:03d},i{item},{1 + int(item) % 5},{978300000 + 60 * at}")
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")
    titles = [f'i{item},"Title, the {item}th",{1980 + item}' for item in range(40)]
    (folder / "titles.csv").write_text("\n".join(["item,title,year", *titles]) + "\n")
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    """A run folder of each kind of algorithm, by name."""
    runs = {}
    for name, options in {"ease": [], "average": [], "biased-svd": ["--set", "epochs=3"]}.items():
        runs[name] = folder / name
        given = ["train", str(folder / "ratings.csv"), "--algorithm", name, "--run", str(runs[name]), *options]
        assert main([*given, "--items", str(folder / "titles.csv"), "--quiet"]) == 0
    return runs


@pytest.fixture
def ask(capsys):
    """Give a command; returns exit status, standard output, standard error."""

    def ask(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return status, said.out, said.err

    return ask


@pytest.fixture
def value(ask):
    """Give a command with --json; returns the value."""

    def value(*words):
        status, out, err = ask(*words, "--json")
        assert status == 0, err
        return json.loads(out)

    return value


@pytest.fixture
def fails(ask):
    """Give a command that must fail; returns its one sentence."""

    def fails(*words, status=1):
        ended, out, err = ask(*words, "--quiet")
        assert (ended, out) == (status, "")
        # Doubts about a file are told even if the command fails after it was read.
        sentences = [line for line in err.splitlines() if not line.startswith("In doubt: ")]
        assert len(sentences) == 1
        assert sentences[0].startswith("workbench: ")
        return sentences[0] + "\n"

    return fails
