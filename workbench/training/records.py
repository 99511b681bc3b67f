"""What was recorded while a run trained, line by line: ``records.jsonl``."""

import json
import time
from pathlib import Path
from typing import Any

import psutil
from pydantic import Field

from workbench.algorithms import Record
from workbench.files import readable_errors, whole_file
from workbench.stored import LARGEST, MAX_COUNT, Count, Shape, Text

STEP_SECONDS = 0.1  # between two records inside an epoch


class RecordLine(Shape):
    """A line of ``records.jsonl``."""

    epoch: Count
    epochs: Count = 0
    loss: float | None = None
    seconds: float = Field(0.0, ge=0, le=MAX_COUNT)
    memory_bytes: int | None = Field(None, ge=0, le=LARGEST)
    part: float | None = Field(None, ge=0, le=1)
    validation: dict[Text, float | None] = Field({}, description='Such as {"ndcg@10": 0.12}.')
    values: dict[Text, float | None] = Field({}, description="Learning rate, norm of the gradient, and the like.")


def read_records(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a ``records.jsonl``, up to the first that is none."""
    if not path.exists():
        return []
    records: list[dict[str, Any]] = []
    with readable_errors(path):
        text = path.read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        try:
            RecordLine.model_validate_json(line)
            records.append(json.loads(line))
        except ValueError:  # cut short by a kill or a full disk, or damaged
            break
    return records


class Records:
    """The lines of one ``records.jsonl``, as the training writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._losses: list[float] = []
        self._next_step = 0.0

    def append(self, line: dict[str, Any]) -> None:
        """Add a line."""
        with readable_errors(self.path), self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")

    def append_step(self, record: Record, seconds: float) -> None:
        """Write the mean loss of the steps since the last line, at most ten times a second."""
        if record.loss is not None:
            self._losses.append(record.loss)
        if time.perf_counter() < self._next_step:
            return
        self._next_step = time.perf_counter() + STEP_SECONDS
        loss = sum(self._losses) / len(self._losses) if self._losses else None
        self._losses.clear()
        self.append(record_line(record, seconds) | {"loss": loss, "part": round(record.part, 4)})

    def cut(self, epoch: int) -> None:
        """Remove the lines after the end of this epoch, which will be trained again, and a line that a kill cut short."""
        lines = []
        for line in read_records(self.path):
            if line["epoch"] > epoch or (line["epoch"] == epoch and "part" in line):
                break
            lines.append(json.dumps(line) + "\n")
        if self.path.exists():
            with whole_file(self.path) as part:
                part.write_text("".join(lines), encoding="utf-8")

    def epochs(self) -> list[dict[str, Any]]:
        """The lines of finished epochs."""
        return [line for line in read_records(self.path) if line["epoch"] and "part" not in line]

    @property
    def seconds(self) -> float:
        """Seconds of training recorded so far."""
        lines = read_records(self.path)
        return float(lines[-1].get("seconds", 0.0)) if lines else 0.0


def record_line(record: Record, seconds: float) -> dict[str, Any]:
    """A record as it is written down."""
    line = {"epoch": record.epoch, "epochs": record.epochs, "loss": record.loss, "seconds": round(seconds, 4)}
    line |= {"memory_bytes": psutil.Process().memory_info().rss}
    return line | ({"values": record.values} if record.values else {})
