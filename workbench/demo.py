"""``workbench demo``: the whole line on the embedded sample, from the file to lists, a report and pictures."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress, table
from workbench.sample import FOLDER, SPLIT

SAMPLE = FOLDER.rpartition("/")[2]
TITLE = "MovieLens small"
# Enough to see every family at work, and quick enough for a first impression on two cores.
PLAN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("popularity", {}),
    ("item-knn", {}),
    ("ease", {}),
    ("biased-svd", {}),
    ("bpr", {}),
)
# Seconds that the window may take to draw all pages.
PICTURES_TIMEOUT_SECONDS = 120
PEOPLE = 3


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "demo", "the main job on the embedded sample, then the window on the result")
    parser.add_argument(
        "--output", type=Path, default=Path("demo-output"), metavar="DIR", help="where to write (demo-output)"
    )
    parser.add_argument("--no-window", action="store_true", help="do not open the window afterwards")
    parser.set_defaults(command=demo)


def demo(args: argparse.Namespace, progress: Progress) -> Answer:
    """Import, split, train, compare, recommend, report."""
    from workbench.export.metrics import write_metrics
    from workbench.export.report import ranked

    started = time.perf_counter()
    project = _project(args.output / "project", progress)
    runs = [_trained(project, name, hyperparameters, progress) for name, hyperparameters in PLAN]
    best = max(runs, key=_score)
    files = {name: args.output / name for name in ("recommendations.csv", "metrics.csv", "report.html")}
    listed = _recommend(best, files["recommendations.csv"], progress)
    write_metrics(files["metrics.csv"], runs)
    _report(files["report.html"], runs, best)
    pictures, missing = _pictures(project.folder, args.output / "pictures", progress)
    found = ranked(runs)
    value = {
        "output": str(args.output),
        "project": str(project.folder),
        "files": [str(path) for path in files.values()],
        "pictures": [str(path) for path in pictures],
        "runs": {run.title: run.metrics["ndcg@10"]["mean"] for run in found},
        "recommendations": listed["rows"],
        "seconds": round(time.perf_counter() - started, 1),
    }
    then = None if args.no_window else lambda: _open_window(project.folder)
    return Answer(value, _words(value, found, missing), then=then)


def _project(folder: Path, progress: Progress) -> Any:
    """The demo's project: a new one, or the one of an earlier demo, to which runs are added."""
    from workbench.data.importing.importer import import_file
    from workbench.project import FILE, Project
    from workbench.resources import resource

    project = Project.open(folder) if (folder / FILE).exists() else Project.create(folder, TITLE)
    project.data, project.split = SAMPLE, {"name": SPLIT[0], "settings": SPLIT[1]}
    if not (folder / "data" / SAMPLE / "data.json").exists():
        progress.start(f"Reading {TITLE}")
        sample = resource(FOLDER)
        import_file(sample / "ratings.csv", folder / "data" / SAMPLE, None, sample / "movies.csv", control=progress)
    project.save()
    return project


def _trained(project: Any, name: str, hyperparameters: dict[str, Any], progress: Progress) -> Any:
    from workbench.commands.follow import follow
    from workbench.training.evaluating import evaluate_run
    from workbench.training.run import Run
    from workbench.training.run_folder import new_run_name

    run = Run.create(project.runs_folder / new_run_name(name), project.data_folder, name, hyperparameters, *SPLIT)
    follow(run, progress)
    progress.start(f"Evaluating {run.new_algorithm().title}")
    evaluate_run(run, control=progress)
    return run


def _score(run: Any) -> float:
    from workbench.training.answer import read_answer

    return float(read_answer(run.folder)["metrics"]["ndcg@10"]["mean"])


def _recommend(run: Any, output: Path, progress: Progress) -> dict[str, Any]:
    from workbench.export.lists import export_lists
    from workbench.insight.looking import load

    progress.start("Recommending")
    opened, algorithm, items = load(run.folder)
    return export_lists(opened, algorithm, output, items=items, control=progress)


def _report(output: Path, runs: list[Any], best: Any) -> None:
    from workbench.export.report import write_report
    from workbench.resources import resource

    terms = resource(f"{FOLDER}/TERMS.md").read_text(encoding="utf-8")
    write_report(output, f"Recommendations for {TITLE}", runs, _people(best), terms)


def _people(run: Any) -> list[Any]:
    """Some people with histories of usual length, their newest items and their lists."""
    from workbench.control import Control
    from workbench.export.report import Person
    from workbench.insight.listing import recommend

    lengths = run.fold.shown_at_test.by_user.lengths
    usual = sorted(range(len(lengths)), key=lambda at: abs(int(lengths[at]) - 60))[:PEOPLE]
    people = []
    for at in usual:
        found = recommend(str(run.folder), run.data.user_ids[at].as_py(), Control(), k=5)
        history = [entry["title"] for entry in found["history"][:8]]
        listed = [item["title"] + (" (which they chose next)" if item["hit"] else "") for item in found["items"]]
        people.append(Person(found["user"], int(lengths[at]), history, listed))
    return people


def _pictures(project: Path, output: Path, progress: Progress) -> tuple[list[Path], str]:
    """Pictures of the window's pages, drawn without a screen by the window itself; or why there are none."""
    progress.start("Drawing the pages of the window")
    command = [sys.executable, "-m", "workbench.app.pictures", "--project", str(project), "--output", str(output)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PICTURES_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return [], "The pictures of the window took too long and were left out."
    pictures = sorted(output.glob("*.png")) if output.is_dir() else []
    if done.returncode or not pictures:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        return pictures, f"Not all pictures of the window could be drawn: {last}"
    return pictures, ""


def _open_window(project: Path) -> None:
    """Open the window and wait for it; without a screen there is nothing to open."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        return
    subprocess.run([sys.executable, "-m", "workbench", str(project)], check=False)


def _words(value: dict[str, Any], found: list[Any], missing: str) -> str:
    rows = [("algorithm", "NDCG@10", "95 % interval", "recall@10", "training")]
    for run in found:
        ndcg, recall = run.metrics["ndcg@10"], run.metrics["recall@10"]
        interval = f"{ndcg['low']:.4f} – {ndcg['high']:.4f}"
        rows.append((run.title, f"{ndcg['mean']:.4f}", interval, f"{recall['mean']:.4f}", run.seconds))
    files = [
        *value["files"],
        *([f"{value['output']}/pictures ({len(value['pictures'])})"] if value["pictures"] else []),
    ]
    lines = [
        table(rows, right=(1, 2, 3, 4)),
        "",
        f"Written in {value['seconds']:.0f} s:",
        *(f"  {name}" for name in files),
    ]
    lines.append(f"  {value['project']}  (open it: workbench {value['project']})")
    return "\n".join([*lines, *([missing] if missing else [])])
