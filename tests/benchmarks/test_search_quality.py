"""What a search finds on the sample, and what giving up hopeless trials saves.

The budget of BPR is far below what it needs for its best, so that there is something to find and to give up.
"""

import pytest

from workbench.data.importing.importer import import_file
from workbench.searching.search_folder import Search
from workbench.searching.searching import search

pytestmark = pytest.mark.benchmark
MIN_EASE, MIN_GAIN, MIN_SAVED, MAX_LOSS = 0.0480, 1.15, 0.30, 0.01
BPR = {"trials": 30, "fixed": {"bpr": {"epochs": 12}}, "options": {"patience": 0}}


@pytest.fixture(scope="module")
def searched(tmp_path_factory, sample):
    """Search on the sample; gives the trials and the best value."""
    home = tmp_path_factory.mktemp("home")
    import_file(sample / "ratings.csv", home / "data" / "sample")

    def searched(name, algorithm, **asked):
        found = Search.create(home / "searches" / name, home / "data" / "sample", home / "runs", [algorithm], **asked)
        best = search(found.folder).best
        return found.trials(), best.validation["ndcg@10"]

    return searched


def test_what_twenty_trials_of_ease_find(say, searched):
    trials, best = searched("ease", "ease", trials=20)
    say("EASE, 20 trials", f"{best:.4f}", f"≥ {MIN_EASE:.4f}", f"validation NDCG@10; default {trials[0].value:.4f}")
    assert best >= MIN_EASE


def test_what_thirty_trials_of_bpr_find_and_what_pruning_saves(say, searched):
    whole, without = searched("whole", "bpr", pruner="none", **BPR)
    trials, best = searched("pruned", "bpr", **BPR)
    gain, epochs = best / trials[0].value, [sum(trial.epochs for trial in each) for each in (whole, trials)]
    saved, lost = 1 - epochs[1] / epochs[0], 1 - best / without
    say(
        "BPR, 30 trials of 12 epochs",
        f"{gain:.2f} ×",
        f"≥ {MIN_GAIN} ×",
        f"the default; {trials[0].value:.4f}, {best:.4f}",
    )
    say("  … epochs saved by pruning", f"{saved:.0%}", f"≥ {MIN_SAVED:.0%}", f"{epochs[1]} of {epochs[0]}")
    say("  … of the best value lost", f"{lost:.1%}", f"≤ {MAX_LOSS:.0%}", f"without pruning {without:.4f}")
    assert gain >= MIN_GAIN
    assert saved >= MIN_SAVED
    assert lost <= MAX_LOSS
