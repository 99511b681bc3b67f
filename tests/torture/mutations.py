"""How a stored file is tampered with: cut, a flipped bit, another type, huge, missing, nested too deeply."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import safe_open
from safetensors.numpy import save_file

KINDS = ("cut", "bit", "type", "huge", "missing", "nested")
TYPES = (None, 3, "x", [], {}, True, -1.5, [[1]], {"a": 1}, "2020", ["x"], 0)
HUGE = ("1" + "0" * 30, "-1" + "0" * 18, "1e308", "1e999", "NaN", "-Infinity", '"' + "x" * 200_000 + '"', "4294967296")


def tamper(path: Path, kind: str, rng: random.Random) -> str:
    """Change a file; returns what was done, in words."""
    content = path.read_bytes()
    if kind == "cut":
        at = rng.randrange(len(content))
        path.write_bytes(content[:at])
        return f"cut after {at} bytes"
    if kind == "bit":
        at, bit = rng.randrange(len(content)), rng.randrange(8)
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :])
        return f"bit {bit} of byte {at}"
    if kind == "missing" and rng.random() < 0.15:
        path.unlink()
        return "removed"
    return WAYS[path.suffix](path, kind, rng)


# JSON ---------------------------------------------------------------------------------------------------------------


def _json(path: Path, kind: str, rng: random.Random) -> str:
    value = json.loads(path.read_text(encoding="utf-8"))
    text, told = mutated(value, kind, rng)
    path.write_text(text, encoding="utf-8")
    return told


def _lines(path: Path, kind: str, rng: random.Random) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    at = rng.randrange(len(lines))
    lines[at], told = mutated(json.loads(lines[at]), kind, rng)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"line {at + 1}: {told}"


def mutated(value: Any, kind: str, rng: random.Random) -> tuple[str, str]:
    """The JSON of a value in which one place is not as it was, and what was done."""
    # Places near the top are the ones that are read; each depth has the same chance.
    places = list(_places(value))
    depth = rng.choice(sorted({len(place) for place in places}))
    place = rng.choice([place for place in places if len(place) == depth])
    holder = value
    for step in place[:-1]:
        holder = holder[step]
    mark, where = "@tampered@", ".".join(map(str, place))
    if kind == "missing":
        del holder[place[-1]]
        return json.dumps(value), f"{where} removed"
    if kind == "type":
        new = rng.choice([other for other in TYPES if type(other) is not type(holder[place[-1]])])
        holder[place[-1]] = new
        return json.dumps(value), f"{where} = {new!r}"
    holder[place[-1]] = mark
    new = rng.choice(HUGE) if kind == "huge" else _nest(rng)
    return json.dumps(value).replace(f'"{mark}"', new), f"{where} = {new[:20]}"


def _places(value: Any, here: tuple[Any, ...] = ()) -> Any:
    parts = value.items() if isinstance(value, dict) else enumerate(value[:5]) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*here, name)
        yield from _places(part, (*here, name))


def _nest(rng: random.Random) -> str:
    depth = rng.choice([2, 30, 150, 5000])
    return rng.choice(["[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth])


# Arrays -------------------------------------------------------------------------------------------------------------


def odd(array: np.ndarray, kind: str, rng: random.Random) -> np.ndarray:
    """An array that is not as it was."""
    if kind == "type":
        with np.errstate(all="ignore"):
            return array.astype(rng.choice(["<f8", "<i8", "<u2", "<f2", "bool"]))
    if kind == "nested":
        return rng.choice([lambda: array[..., None], lambda: np.zeros((), array.dtype), lambda: array[None]])()
    if kind == "missing":
        return array[: rng.randrange(max(len(array), 1))] if array.ndim else array.reshape(1)
    array, at = np.array(array), rng.randrange(max(array.size, 1))
    if array.dtype.kind == "f":
        array.reshape(-1)[at : at + 1] = rng.choice([np.nan, np.inf, -np.inf, np.finfo(array.dtype).max])
    elif array.dtype.kind in "iu":
        about = np.iinfo(array.dtype)
        array.reshape(-1)[at : at + 1] = rng.choice([about.max, about.min, min(10_000, about.max), 100, -1])
    return array


def _npy(path: Path, kind: str, rng: random.Random) -> str:
    array = np.load(path)
    new = odd(array, kind, rng)
    np.save(path, new)
    return f"{array.dtype}{array.shape} became {new.dtype}{new.shape}"


def _safetensors(path: Path, kind: str, rng: random.Random) -> str:
    with safe_open(path, framework="numpy") as file:
        state, about = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    name = rng.choice(sorted(state))
    if kind == "missing" and rng.random() < 0.5:
        del state[name]
    elif kind == "nested" and rng.random() < 0.2:
        about = {"epoch": rng.choice(["-1", "1" + "0" * 30, "x", "NaN"])}
    elif rng.random() < 0.5:  # as if it were from before there were hashes
        about = {"epoch": about["epoch"]}
        state[name] = np.ascontiguousarray(odd(state[name], kind, rng))
    else:
        state[name] = np.ascontiguousarray(odd(state[name], kind, rng))
    path.unlink()  # it may have a second name
    save_file(state, path, about)
    return name


# Tables -------------------------------------------------------------------------------------------------------------


def _table(read: Callable[[Path], pa.Table], write: Callable[[pa.Table, Path], None]) -> Callable[..., str]:
    def change(path: Path, kind: str, rng: random.Random) -> str:
        table = read(path)
        name = rng.choice(table.column_names)
        at, column = table.column_names.index(name), table[name].to_pylist()
        row = rng.randrange(len(column))
        if kind == "missing":
            table = rng.choice(
                [lambda: table.drop([name]), lambda: table.slice(0, row), lambda: _with_null(table, at, row)]
            )()
        elif kind == "type":
            odd_one = rng.choice(
                [lambda i: i, lambda i: f"{i}", lambda i: i % 2 == 0, lambda i: [f"{i}"], lambda i: b"\xff"]
            )
            table = table.set_column(at, name, pa.array([odd_one(i) for i in range(len(column))]))
        elif kind == "nested":
            table = table.set_column(at, name, pa.array([{"a": [i]} for i in range(len(column))]))
        else:
            table = table.set_column(at, name, pa.array(_huge(column, row, rng), table[name].type))
        write(table, path)
        return f"{name}, row {row}"

    return change


def _with_null(table: pa.Table, at: int, row: int) -> pa.Table:
    column = table.column(at).to_pylist()
    column[row] = None
    return table.set_column(at, table.column_names[at], pa.array(column, table.column(at).type))


def _huge(column: list[Any], row: int, rng: random.Random) -> list[Any]:
    if isinstance(column[row], str):
        column[row] = rng.choice(["x" * 1_000_000, "", "\x00", column[row - 1]])
    elif isinstance(column[row], float):
        column[row] = rng.choice([float("inf"), 1e308, float("nan"), -1e308])
    elif isinstance(column[row], list):
        column[row] = ["x"] * 100_000
    else:
        column[row] = rng.choice([32_767, -32_768, 0])
    return column


def _read_arrow(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write_arrow(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


WAYS = {
    ".json": _json,
    ".jsonl": _lines,
    ".npy": _npy,
    ".safetensors": _safetensors,
    ".arrow": _table(_read_arrow, _write_arrow),
    ".parquet": _table(pq.read_table, pq.write_table),
}
