"""The card of a model that is taken along: what it is, how it was tested, from whose data, and what it is not for."""

from pathlib import Path

from workbench.algorithms import Algorithm
from workbench.algorithms.base.portable import Portable
from workbench.amounts import counted
from workbench.data.data_file import read_about
from workbench.export.bundle_check import Checked
from workbench.export.run_report import RunReport
from workbench.resources import resource
from workbench.sample import FOLDER as SAMPLE
from workbench.training.run import Run
from workbench.version import __version__

USUAL = ("ndcg@10", "recall@10", "coverage@10", "rmse")
UNKNOWN_LICENCE = (
    "This program does not know it. A model is made of its data: before you pass it on, find out what whoever gave you "
    "the data allows."
)


def card(run: Run, algorithm: Algorithm, portable: Portable, checked: Checked) -> str:
    """The text of ``card.md``."""
    report = RunReport.of(run)
    parts = [
        f"# {report.title}\n\n{algorithm.title}: {algorithm.summary}\n\nSource: {algorithm.reference}",
        _section("Settings", report.settings),
        _section("Test", _test(report)),
        _section("Data", _data(run)),
        f"## Licence of the data\n\n{_licence(run)}",
        "## Not for\n\n" + "\n".join(f"- {sentence}" for sentence in _limits(run, algorithm, portable)),
        _section("Made with", _versions(run)),
        f"## Checked\n\n{_checked(checked)}\nTo check it again: `python score.py --check`",
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, rows: list[tuple[str, str]]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {what}: {how}" for what, how in rows)


def _test(report: RunReport) -> list[tuple[str, str]]:
    if not report.metrics:
        return [("Not tested yet", "nobody knows how good its lists are")]
    told = [(name, f"{value['mean']:.4f}") for name, value in report.metrics.items() if name in USUAL and value["mean"]]
    names = {"split_in_words": "Split", "candidates": "Candidates", "masked": "Left out", "relevance": "Relevant"}
    return told + [(title, str(report.protocol[key])) for key, title in names.items() if report.protocol.get(key)]


def _data(run: Run) -> list[tuple[str, str]]:
    data, train = run.data, run.fold.train
    sizes = ((data.n_users, "user"), (data.n_items, "item"), (len(data), "interaction"))
    return [
        ("Size", ", ".join(counted(n, what) for n, what in sizes)),
        ("Learned from", counted(len(train), "interaction")),
        ("SHA-256", run.data_identity),
    ]


def _licence(run: Run) -> str:
    sources = [source["path"] for source in (read_about(run.data_folder).get("source") or {}).values()]
    own = resource(f"{SAMPLE}/ratings.csv")
    if any(Path(path).name == own.name and Path(path).resolve() == own.resolve() for path in sources):
        return resource(f"{SAMPLE}/TERMS.md").read_text(encoding="utf-8").replace("\n#", "\n###").lstrip("# ")
    return UNKNOWN_LICENCE


def _limits(run: Run, algorithm: Algorithm, portable: Portable) -> list[str]:
    return [
        "Decisions about people: it knows what was chosen together, and not why.",
        f"Items that came later: it lists the {run.data.n_items:,} items of items.txt and no others.",
        "Learning: what people choose from now on does not change it. Train it again for that.",
        *([algorithm.caution()] if algorithm.caution() else []),
        *([f"Passing on without a thought. {portable.holds}"] if portable.holds else []),
        "Passing on check.json without a thought: it has the histories of a few people, for the check.",
    ]


def _versions(run: Run) -> list[tuple[str, str]]:
    return [("Recommender Workbench", __version__), *sorted(run.spec.versions.items())]


def _checked(checked: Checked) -> str:
    people = counted(checked.checked, "person", many="people")
    told = f"The lists of {people} were compared with those of the run: {checked.equal:,} are equal"
    told += f", {checked.rounded:,} differ only where scores are as near as rounding" if checked.rounded else ""
    return f"{told}; no score is away by more than {checked.difference:.1g}."
