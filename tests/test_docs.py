"""What the documentation shows is what happens: its Python is run, and what it prints is compared."""

import ast
import contextlib
import io
import re
from itertools import zip_longest
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d[\d,]*\.\d+")
TOLERANCE = 2e-3  # processors differ in the last digits


def blocks(text):
    """Each block of Python, with the line where it begins and the text that is shown below it, None where none is."""
    found = [(one[1], text[: one.start()].count("\n") + 2, one[2]) for one in BLOCK.finditer(text)]
    for (kind, line, code), after in zip_longest(found, found[1:]):
        if kind == "python":
            yield code, line, after[2] if after and after[0] == "text" else None


def run(code, line, page, names):
    """Run a block as a notebook would; returns what it prints, and its last value where it ends with one."""
    tree = ast.parse(code)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for part, mode in ((tree, "exec"), (last, "eval")):
            if part is not None:
                value = eval(compile(ast.increment_lineno(part, line - 1), page, mode), names)  # noqa: S307 - our own
                if mode == "eval" and value is not None:
                    print(value.to_string() if hasattr(value, "to_string") else repr(value))  # noqa: T201
    return said.getvalue()


def same(shown, found):
    """Whether texts are the same but for blanks and the last digits of numbers."""
    a, b = (re.split(r"\s+", text.strip()) for text in (shown, found))
    return len(a) == len(b) and all(
        abs(float(x.replace(",", "")) - float(y.replace(",", ""))) < TOLERANCE
        if NUMBER.fullmatch(x) and NUMBER.fullmatch(y)
        else x == y
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_what_happens(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code, line, shown in blocks(page.read_text(encoding="utf-8")):
        found = run(code, line, str(page), names)
        assert shown is None or same(shown, found), (
            f"{page.name}, line {line}: this is shown\n{shown}\nand not\n{found}"
        )


def test_the_tutorial_is_among_the_pages():
    assert "tutorial.md" in [page.name for page in PAGES]


def test_every_kind_of_stored_file_is_listed():
    """CONTRIBUTING.md says of each file where it lies and what becomes of a damaged one."""
    package = Path(workbench.__file__).parent
    texts = (file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    kinds = {name for text in texts for name in re.findall(r"^class (\w+)\(StoredFile\)", text, re.MULTILINE)}
    assert len(kinds) > 12
    listed = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## What is kept")[2].partition("\n## ")[0]
    )
    assert {kind for kind in kinds if f"`{kind}`" not in listed} == set()


def test_a_difference_is_seen():
    assert same("a 0.1234\nb  2", "a 0.1235 b 2\n")
    assert not same("a 0.1234", "a 0.1334")
    assert not same("a 3", "a 4")
    assert not same("a", "a b")
    assert [*blocks("x\n```python\n1\n```\n\n```text\n1\n```\n```python\n2\n```\n")] == [
        ("1\n", 3, "1\n"),
        ("2\n", 10, None),
    ]
    assert run("x = 2\nprint(x)\nx + 1\n", 1, "page", {}) == "2\n3\n"
    with pytest.raises(ZeroDivisionError):
        run("1 / 0\n", 1, "page", {})


def test_the_lines_of_the_readme_work(tmp_path, monkeypatch):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    with (workbench.sample_folder() / "ratings.csv").open(encoding="utf-8") as file:
        (tmp_path / "ratings.csv").write_text("".join(line for line, _ in zip(file, range(4000), strict=False)))
    monkeypatch.chdir(tmp_path)
    found = list(blocks(text))
    assert found
    names = {}
    for code, line, _ in found:
        run(code, line, "README.md", names)
    assert len(names["lists"]) == names["data"].interactions.n_users * 10
