"""``workbench audit``: how much a trained run gives away about who was in its data."""

import argparse
from typing import Any

from workbench.amounts import counted
from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress, table

TITLES = {
    "auc": ("area under the curve", 0.5),
    "tpr_at_1_percent": ("members found at 1 % false alarms", 0.01),
    "tpr_at_0.1_percent": ("members found at .1 % false alarms", 0.001),
}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "audit",
        "how much a run gives away about who was in its data",
        epilog="The run's algorithm is trained anew on a random third of the people. Somebody who knows a person's history "
        "and has the model tries to tell whether the person was among them, with and without a model of others beside "
        "it. The attack shows what can be told, not what cannot: a better one may tell more.",
    )
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the thirds (0)")
    parser.set_defaults(command=audit)


def audit(args: argparse.Namespace, progress: Progress) -> Answer:
    """Attack."""
    from workbench.privacy.auditing import audit as attack
    from workbench.privacy.auditing import check, expected_seconds
    from workbench.training.run import Run

    run = Run.open(args.run)
    check(type(run.new_algorithm()))
    seconds = expected_seconds(run)
    if seconds is not None:
        progress.say(f"Two trainings on a third of the people: about {max(1, round(seconds)):,} s, and the scoring.")
    progress.start("Auditing")
    found = attack(run, args.seed, progress)
    return Answer(found, _text(found))


def _text(found: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [("", "with a reference", "95 % interval", "without", "95 % interval", "chance")]
    for name, (title, chance) in TITLES.items():
        cells = []
        for figures in (found[name], found["without_reference"][name]):
            cells += [f"{figures['value']:.3f}", f"{figures['low']:.3f} – {figures['high']:.3f}"]
        rows.append((title, *cells, f"{chance:g}"))
    exposed = ", ".join(f"{one['user']} ({one['interactions']})" for one in found["most_exposed"][:5])
    foretold = "all items" if found["items_foretold"] is None else f"up to {found['items_foretold']} items"
    people = f"{counted(found['members'], 'member')}, {counted(found['others'], 'other')}"
    about = [
        f"{people}; {foretold} of each were foretold from the rest of the history",
        f"most exposed (interactions): {exposed}",
        "no bound: the algorithm is not differentially private",
    ]
    return table(rows, right=(1, 3, 5)) + "\n\n" + "\n".join(about)
