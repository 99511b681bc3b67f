"""A small project in which every kind of file lies that the program keeps, to be tampered with."""

import json
import os
import socket
from pathlib import Path

import numpy as np

from workbench.control import Control
from workbench.data.importing import remembered
from workbench.data.importing.importer import import_file
from workbench.data.importing.recipes import Recipe
from workbench.data.importing.remembered import shape_of
from workbench.data.importing.versions import note_version, rename
from workbench.data.reading.first_rows import preview
from workbench.data.reading.text.source_file import look_at
from workbench.insight.looking import faithfulness
from workbench.project import LOCK, LockFile, Project, remember, set_setting
from workbench.stored import write_stored
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.run_notes import RunNotes
from workbench.training.run_state import RunState
from workbench.training.status import StatusWriter
from workbench.training.train import train_run

USERS, ITEMS, EACH = 30, 24, 9
# A dense product, rows of weights, ratings by compiled loops, and one that waits to be trained on.
RUNS = {
    "0-ease": ("ease", {}),
    "1-item-knn": ("item-knn", {}),
    "2-biased-svd": ("biased-svd", {"epochs": 2, "factors": 4}),
    "3-bpr": ("bpr", {"epochs": 2, "factors": 4}),
}

# As a window leaves it.
VIEW = {
    "page": "compare",
    "selection": {"user": "u1", "runs": ["0-ease", "2-biased-svd"]},
    "page.data": {"tab": "rows"},
    "page.train": {
        "algorithm": "bpr",
        "drafts": {"bpr": {"factors": 8, "learning_rate": 0.1}, "ease": {"regularization": 10.0}},
        "options": {"seed": 3, "device": "cpu", "patience": 5, "threads": 1},
    },
    "page.compare": {"metric": "ndcg@10", "columns": ["ndcg@10"], "group": "protocol", "sort": ["title", True]},
    "page.inspect": {"k": 20, "seen": False},
    "page.export": {
        "whom": "all",
        "ids": "",
        "k": 10,
        "seen": False,
        "columns": ["user"],
        "format": ".csv",
        "path": "",
    },
    "pictures": {
        "shown": "segments",
        "SegmentsChart": {"what": "activity", "by": "x"},
        "TradeOffChart": {"x": "ndcg@10"},
    },
    "export": {"whom": "all"},
}


def make_victim(folder: Path, home: Path) -> Path:
    """Make the project in `folder`, and what the program remembers of the person in `home`."""
    os.environ["RECWB_HOME"] = str(home)
    project = Project.create(folder, "victim")
    draw = np.random.default_rng(7)
    rows = ["user,item,rating,time"]
    for user in range(USERS):
        for at, item in enumerate(draw.choice(ITEMS, EACH, replace=False)):
            rows.append(f"u{user},i{item},{1 + (user + item) % 5},{1_000_000_000 + 86_400 * (user + 40 * at)}")
    files = {
        "ratings.csv": "\n".join(rows) + "\n",
        "items.csv": "id,title,year,genres\n"
        + "".join(f"i{i},Film {i},{1990 + i % 9},{'Drama|War' if i % 2 else 'Comedy'}\n" for i in range(ITEMS)),
        "users.csv": "id,age,gender\n" + "".join(f"u{i},{20 + i},{'FM'[i % 2]}\n" for i in range(USERS)),
        "vectors.csv": "id,a,b,c\n" + "".join(f"i{i},{i},{i % 3},1.5\n" for i in range(ITEMS)),
        "pairs.csv": "user,item\nu1,i3\nu2,i5\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    further = {name: folder / f"{name}.csv" for name in ("users", "vectors")}
    data = project.folder / "data" / "ratings"
    about = import_file(folder / "ratings.csv", data, None, folder / "items.csv", **further)
    (folder / "recipe.json").write_text(json.dumps({"recipe": about["recipe"], "filters": []}))
    project.data, project.split = "ratings", {"name": "last-n", "settings": {"n": 1, "validation": 1}}
    project.view = VIEW
    note_version(project, "ratings")
    rename(project, "ratings", "all of them")
    project.save()
    for name, (algorithm, hyperparameters) in RUNS.items():
        _run(project, name, algorithm, hyperparameters)
    faithfulness(str(project.runs_folder / "0-ease"), Control(), users=3)
    recipe = Recipe.model_validate(about["recipe"]).model_copy(update={"duplicates": "first"})
    first = look_at(folder / "ratings.csv")
    remembered.remember(shape_of(preview(first, recipe.format).names, recipe.format), first, recipe, folder)
    write_stored(LockFile, folder / LOCK, {"pid": 1 << 30, "host": socket.gethostname(), "started": 1.0})
    set_setting("theme", "light")
    set_setting("at_once", 1)
    remember(project, "facts")
    return folder


def _run(project: Project, name: str, algorithm: str, hyperparameters: dict[str, object]) -> None:
    folder, split = project.runs_folder / name, project.split["settings"]
    run = Run.create(folder, project.data_folder, algorithm, hyperparameters, "last-n", split, threads=1)
    train_run(folder)
    RunNotes(name, ("tag",), "A note.").write(folder)
    if algorithm == "bpr":  # as if somebody had ended it in its third epoch
        run.extend(1)
        StatusWriter(folder, run.status()).end(RunState.CANCELLED)
    evaluate_run(run, ["ndcg", "recall", *(["rmse"] if algorithm == "biased-svd" else [])], [5, 10])
