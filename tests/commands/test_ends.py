"""Where an answer goes, and what stands in arguments and files that nobody means: a sentence and an exit status each."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest

from workbench.cli import main
from workbench.errors import MAX_SENTENCE_CHARS, WorkbenchError, lacks_memory, sentence_of

COMMANDS = [["algorithms", "ease"], ["algorithms", "--json"], ["--help"], ["evaluate", "--help"], ["--version"]]


@pytest.fixture
def output(monkeypatch):
    """Let standard output (or `name`) be closed, a full disk, or a pipe that nobody reads."""
    streams = []

    def put(place, name="stdout"):
        if place is not None:
            reader, number = os.pipe() if place == "pipe" else (None, os.open(place, os.O_WRONLY))
            if reader is not None:
                os.close(reader)
            streams.append(os.fdopen(number, "w", encoding="utf-8"))
        monkeypatch.setattr(sys, name, None if place is None else streams[-1])

    yield put
    for stream in streams:
        with suppress(OSError):
            stream.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_answer_that_cannot_be_written_is_told(words, output, capsys):
    output("/dev/full")
    assert main(words) == 1
    told = capsys.readouterr().err
    assert told == "workbench: The answer could not be written to standard output: No space left on device.\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_reader_who_has_seen_enough_is_no_failure(words, output, capsys):
    output("pipe")
    assert main(words) == 0
    assert capsys.readouterr().err == ""


def test_a_closed_standard_output_is_told(output, capsys):
    output(None)
    assert main(["algorithms", "ease"]) == 1
    assert capsys.readouterr().err == "workbench: The answer could not be written: standard output is closed.\n"


@pytest.mark.parametrize("broken", ["/dev/full", "pipe"])
def test_the_work_goes_on_where_nobody_can_read_how_far_it_is(broken, folder, output, capsys):
    output(broken, "stderr")
    assert main(["inspect", str(folder / "ratings.csv")]) == 0
    assert "480 kept" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path):
    """The next file that is opened would be standard output or standard error, and get what is printed there."""
    code = f"""
import os, sys
from workbench import __main__ as program
program.command_line = lambda words: os.open({str(tmp_path / "next")!r}, os.O_WRONLY | os.O_CREAT) <= 2
sys.exit(program.main())
"""
    command = ["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', sys.executable, "-c", code, "algorithms"]
    assert subprocess.run(command, check=False, timeout=120).returncode == 0
    assert (tmp_path / "next").exists()


NUL = [
    ["inspect", "r\0.csv"],
    ["evaluate", "run\0"],
    ["recommend", "run", "--all", "--output", "a\0.csv"],
    ["explain", "run", "--user", "u\0", "--item", "i"],
    ["train", "r.csv", "--algorithm", "ease", "--run", "a\0b"],
    ["in\0spect"],
]


@pytest.mark.parametrize("words", NUL, ids=range(len(NUL)))
def test_a_character_that_no_name_may_have(words, fails):
    assert "a character with the code 0" in fails(*words, status=2)


def test_the_same_where_no_command_line_has_looked():
    with pytest.raises(ValueError, match="null byte") as caught:
        open("a\0b")  # noqa: SIM115, PTH123
    assert sentence_of(caught.value).startswith("The name of a file or folder has a character with the code 0")


@pytest.mark.parametrize("depth", [5_000, 200_000])
@pytest.mark.parametrize("option", ["file", "--recipe", "--items", "--lists"])
def test_nested_json_is_no_end_of_the_program(depth, option, folder, trained, tmp_path, fails):
    deep = tmp_path / "deep.jsonl"
    deep.write_text("\n".join(f'{{"user": {at}, "item": {"[" * depth}{"]" * depth}}}' for at in range(3)))
    words = {
        "file": ["inspect", deep],
        "--recipe": ["inspect", folder / "ratings.csv", "--recipe", deep],
        "--items": ["train", folder / "ratings.csv", "--algorithm", "ease", "--run", tmp_path / "run", "--items", deep],
        "--lists": ["evaluate", trained["ease"], "--lists", deep],
    }[option]
    told = fails(*words)
    assert "unexpectedly" not in told
    assert "deep.jsonl" in told


def test_a_blend_is_never_part_of_itself(trained, folder, tmp_path, fails):
    blend = ["train", "--algorithm", "blend", "--quiet", "--set"]
    assert "is the blend itself" in fails(*blend, "runs=ease,own", "--run", folder / "own")
    for name in ("ease", "average"):
        shutil.copytree(trained[name], tmp_path / name)
    for name, runs in (("one", "ease,average"), ("other", "ease,one")):
        assert main([*blend, f"runs={runs}", "--run", str(tmp_path / name)]) == 0
    spec = tmp_path / "one" / "run.json"
    spec.write_text(spec.read_text().replace('"ease,average"', '"ease,other"'))  # round and round
    for name in ("one", "other"):
        assert "is the blend itself, or made of it" in fails("evaluate", tmp_path / name)


LITTLE = """
import resource, sys
from workbench.cli import main
used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmSize")) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 200 * 2**20,) * 2)
for command in ("inspect", "train --algorithm ease --run run", "evaluate", "recommend --all --output a.csv", "demo",
    "predict --output a.csv a", "explain --user u --item i", "similar --item i", "compare a", "algorithms --for"):
    assert main([*command.split(), *([] if command == "demo" else ["file"])]) == 1
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits as Linux has them")
def test_with_little_memory_every_command_says_so(tmp_path):
    """With 200 MB libraries would end the process; see `check_room`."""
    ended = subprocess.run(
        [sys.executable, "-c", LITTLE], check=True, timeout=120, capture_output=True, text=True, cwd=tmp_path
    )
    told = ended.stderr.splitlines()
    assert len(told) == 10
    assert {"There is not enough memory" in line for line in told} == {True}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        (MemoryError(), True),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (OSError(12, "Cannot allocate memory", "x"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (ValueError("no"), False),
    ],
)
def test_lack_of_memory_is_told_whoever_says_it(error, lacking):
    assert lacks_memory(error) == lacking
    assert ("not enough memory" in sentence_of(error)) == lacking
    outer = WorkbenchError("The data is damaged.")
    outer.__cause__ = error
    assert sentence_of(outer).startswith("There was not enough memory" if lacking else "The data is damaged.")


@pytest.mark.parametrize("value", ["x" * 200_000, "x " * 100_000, "9" * 5000], ids=["letters", "words", "digits"])
def test_a_long_value_is_quoted_without_its_middle(value, tmp_path, capsys):
    (tmp_path / "ratings.csv").write_text("user,item\nu,i\nv,j\n")
    for argument in (["--set", f"factors={value}"], ["--columns", f"user={value},item=1"]):
        train = ["train", str(tmp_path / "ratings.csv"), "--algorithm", "bpr", "--run", str(tmp_path / "run")]
        assert main([*train, *argument, "--quiet"]) == 1
        said = capsys.readouterr().err.strip().removeprefix("workbench: ")
        assert "unexpectedly" not in said
        assert 20 < len(said) <= MAX_SENTENCE_CHARS + 10
        assert said.endswith((".", "?"))
    assert str(WorkbenchError(f"There is no '{'y' * 350}'.")) == f"There is no '{'y' * 350}'.", "paths are as long"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("evaluate", "RUN", "--negatives", "9" * 20), "from 1 to a billion"),
        (("evaluate", "RUN", "--negatives", "3", "--negatives-seed", "-1"), "from 0 up, not -1"),
        (("similar", "RUN", "--item", "ITEM", "--k", "-1"), "at least 1 item, not -1"),
        (("train", "FILE", "--algorithm", "average", "--run", "n\udcff"), "half a character"),
        (("train", "FILE", "--algorithm", "average", "--run", "new", "--read", "comment=\ud800"), "half a character"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else None,
)
def test_numbers_and_names_that_nobody_means_get_a_sentence(
    words, sentence, trained, folder, tmp_path, fails, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    item = (folder / "ratings.csv").read_text().splitlines()[1].split(",")[1]
    known = {"RUN": trained["ease"], "FILE": folder / "ratings.csv", "ITEM": item}
    assert sentence in fails(*(known.get(word, word) for word in words))
    assert list(tmp_path.iterdir()) == []


def test_more_than_there_is_is_all_that_there_is(trained, folder, value, tmp_path):
    run = shutil.copytree(trained["ease"], tmp_path / "ease")
    item = (folder / "ratings.csv").read_text().splitlines()[1].split(",")[1]
    assert 1 < len(value("similar", run, "--item", item, "--k", "9" * 20)["items"]) < 1000
    assert value("evaluate", run, "--metrics", "ndcg@5", "--negatives", "1000000000")["users"] > 0
