"""What was shown to whom, with which probability, and whether it was chosen soon: off until it is asked for.

People stand in it by a keyed hash of their id, and the key lies in a file of its own. The policy is the whole of what
decides a list: the order of the model, and for a share of the lists a random order of twice as many of its best items.
"""

import csv
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import readable_errors
from workbench.serving.questions import MAX_K, Answer, ListQuestion

COLUMNS = ("user", "item", "position", "clicked", "propensity", "time")
CLICK_SECONDS = 600.0  # in which what was shown counts as clicked
MAX_WAITING = 100_000  # rows that may still be clicked
WIDER = 2  # a random list is drawn from so many times as many items as it shows


class ImpressionLog:
    """Appends to a file of the columns that `workbench clicks` reads.

    Parameters
    ----------
    path
        The file; its key lies beside it.
    explore
        Share of lists whose order is random, 0 to below 1.
    """

    def __init__(self, path: Path, explore: float = 0.0) -> None:
        if not 0 <= explore < 1:
            raise WorkbenchError(f"The share of random lists is at least 0 and below 1, not {explore:g}.")
        self.explore = explore
        self._key = _key_beside(path)
        self._waiting: OrderedDict[tuple[str, str, int], list[Any]] = OrderedDict()
        self._shown = 0
        with readable_errors(path):
            is_new = not path.exists() or not path.stat().st_size
            self._file = path.open("a", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        if is_new:
            self._rows.writerow(COLUMNS)

    def candidates(self, k: int) -> int:
        """How many items a list of `k` is made from."""
        return min(WIDER * k, MAX_K) if self.explore else k

    def show(self, asked: ListQuestion, best: list[Answer]) -> list[Answer]:
        """What is shown of the best items, and note it where it is known to whom."""
        usual = best[: asked.k]
        drawn = secrets.SystemRandom().random() < self.explore
        shown = secrets.SystemRandom().sample(best, len(usual)) if drawn else usual
        if asked.user is not None:
            self._note(asked.user, shown, usual, len(best))
        return shown

    def _note(self, user: str, shown: list[Answer], usual: list[Answer], candidates: int) -> None:
        now, who = time.time(), self._hidden(user)
        self._end_waiting(now)
        self._shown += 1
        for place, (one, own) in enumerate(zip(shown, usual, strict=True), 1):
            # Of the whole policy: the model's own item stands there, or any candidate by chance.
            propensity = (1 - self.explore) * (one["item"] == own["item"]) + self.explore / candidates
            row = [who, one["item"], place, 0, propensity, int(now)]
            self._waiting[who, one["item"], self._shown] = row

    def clicked(self, user: str, item: str) -> None:
        """Somebody chose an item: where it was shown to them of late, it was clicked there."""
        who = self._hidden(user)
        for key in [key for key in reversed(self._waiting) if key[:2] == (who, item)][:1]:
            self._waiting[key][3] = 1

    def _end_waiting(self, now: float) -> None:
        while self._waiting:
            row = next(iter(self._waiting.values()))
            if len(self._waiting) < MAX_WAITING and now - row[5] < CLICK_SECONDS:
                break
            self._rows.writerow(self._waiting.popitem(last=False)[1])

    def close(self) -> None:
        """Write what waits, and end."""
        self._rows.writerows(self._waiting.values())
        self._waiting.clear()
        self._file.close()

    def _hidden(self, user: str) -> str:
        return hmac.new(self._key, user.encode(), hashlib.sha256).hexdigest()[:24]


def _key_beside(path: Path) -> bytes:
    """The key of a log, made the first time, for its owner alone to read."""
    place = path.with_name(f"{path.name}.key")
    with readable_errors(place):
        if not place.exists():
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
        key = place.read_bytes()
    if len(key) < 32:  # noqa: PLR2004 - bytes of SHA-256
        raise WorkbenchError(f"{place} is no key of a log. Remove it, and name a new log.")
    return key
