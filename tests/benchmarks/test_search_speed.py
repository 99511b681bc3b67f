"""What a search itself takes of the processor, beside its trials: to ask for one, and to tell what came of it."""

import time
from itertools import count

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.searching.journal import FILE
from workbench.searching.search_folder import Search
from workbench.searching.trying import Trier
from workbench.training.trials import TrialLine, TrialState

pytestmark = pytest.mark.benchmark
MAX_MS = {100: 15, 500: 40}
MAX_JOURNAL_MB = 3.0
EPOCHS, MEASURED = 12, 10


def test_asking_and_telling_take_little(say, tmp_path, sample):
    import_file(sample / "ratings.csv", tmp_path / "data" / "sample")
    found = Search.create(tmp_path / "s", tmp_path / "data" / "sample", tmp_path / "runs", ["bpr"], trials=1000)
    trier, rng = Trier(found, Control()), np.random.default_rng(0)
    trier.read()
    took = {}
    for number in count():
        if number > max(MAX_MS) + MEASURED:
            break
        began = time.process_time()
        trial = trier.study.ask()
        asked = trier.asked_of(trial)
        seconds = time.process_time() - began
        value = float(rng.random())
        for epoch in range(1, EPOCHS + 1):  # what a trial reports while it trains
            trial.report(value * epoch / EPOCHS, epoch)
        line = TrialLine(number=number, state=TrialState.DONE, value=value, figures={"ndcg@10": value}, **asked)
        began = time.process_time()
        trier.record(trial, line)
        took[number] = 1000 * (seconds + time.process_time() - began)
    slow = []
    for at, most in MAX_MS.items():
        found_ms = float(np.median([took[number] for number in range(at, at + MEASURED)]))
        say(
            f"ask + tell at trial {at}", f"{found_ms:.1f} ms", f"≤ {most} ms", "processor time, BPR, 12 epochs reported"
        )
        slow += [at] if found_ms > most else []
    megabytes = (found.folder / FILE).stat().st_size / 1e6
    say("  … journal", f"{megabytes:.2f} MB", f"≤ {MAX_JOURNAL_MB:.0f} MB", f"{max(MAX_MS)} trials")
    assert slow == []
    assert megabytes <= MAX_JOURNAL_MB
