"""Files for elsewhere: lists, and of a session the report, metrics, pictures, curves and a script."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.control import Control
from workbench.jobs.job import Json, job
from workbench.jobs.open_run import open_runs


@job("export", title="Writing lists", lane="background")
def export(
    run: str,
    output: str,
    control: Control,
    users: list[str] | None = None,
    listed: Json | None = None,
    columns: list[str] | None = None,
    exact: bool = False,
    history: str | None = None,
    **how: Any,
) -> Json:
    """Write the lists of some or all users to a file, or one that was asked for; `how` has k and include_seen.

    With `history`, a file, the users are the people in it. With `engine` in `how`, lists of everybody are made there.
    """
    if listed is not None:
        from workbench.insight.asked_list import AskedList
        from workbench.jobs.asked_lists import write_asked

        return write_asked(AskedList.from_json(listed), Path(output), columns, exact=exact)
    engine = how.pop("engine", "")
    if engine and listed is None and users is None and history is None:
        from workbench.jobs.in_parts import export_in_parts

        how |= {"columns": columns, "exact": exact}
        return export_in_parts(Path(run), Path(output), engine, control=control, **how)
    from workbench.export.lists import export_lists
    from workbench.insight.explaining import first_reason
    from workbench.insight.looking import load

    trained, algorithm, items = load(Path(run))
    how |= {"history": None if history is None else Path(history)}
    how |= {"items": items, "reason": first_reason(algorithm), "columns": columns}
    return export_lists(trained, algorithm, Path(output), users=users, exact=exact, control=control, **how)


@job("first_lines", title="Writing the first lines", lane="interactive")
def first_lines(run: str, users: list[str], control: Control, listed: Json | None = None, **how: Any) -> Json:
    """What `export` would write for a few users, or of a list: names of columns in their order, and values of each."""
    if listed is not None:
        from workbench.insight.asked_list import AskedList
        from workbench.jobs.asked_lists import asked_table

        return _told(asked_table(AskedList.from_json(listed), how["columns"], how["k"]))
    from workbench.export.lists import first_lists
    from workbench.insight.explaining import first_reason
    from workbench.insight.looking import load

    trained, algorithm, items = load(Path(run))
    return _told(first_lists(trained, algorithm, users, items=items, reason=first_reason(algorithm), **how))


def _told(table: Any) -> Json:
    return {"columns": table.column_names, "values": [column.to_pylist() for column in table.columns]}


@job("bundle", title="Taking the model along", lane="background")
def bundle(run: str, output: str, control: Control) -> Json:
    """Write a trained model as a folder for use without this program."""
    from workbench.export.bundle import write_bundle
    from workbench.insight.looking import load

    trained, algorithm, _ = load(Path(run))
    return {"path": output} | write_bundle(trained, algorithm, Path(output), control)


@job("report", title="Writing the report", lane="background")
def report(runs: list[str], output: str, title: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write a report of some runs as one HTML file."""
    from workbench.export.report import write_report

    return {"path": output, "runs": write_report(Path(output), title, open_runs(runs), metric=metric)}


@job("metrics", title="Writing metrics", lane="background")
def metrics(runs: list[str], output: str, control: Control) -> Json:
    """Write the metrics of some runs as a table."""
    from workbench.export.metrics import write_metrics

    return {"path": output, "rows": write_metrics(Path(output), open_runs(runs))}


@job("plots", title="Writing charts", lane="background")
def plots(runs: list[str], output: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write pictures of some runs into a folder."""
    from workbench.export.report_plots import write_plots

    return {"path": output, "files": write_plots(Path(output), open_runs(runs), metric)}


@job("script", title="Writing the script", lane="background")
def script(runs: list[str], output: str, control: Control, lists: Sequence[Json] = ()) -> Json:
    """Write a Python script that trains and tests some runs again, and shows some lists of them."""
    from workbench.export.script import write_script
    from workbench.insight.asked_list import AskedList, call_arguments

    asked = [AskedList.from_json(described) for described in lists]
    calls = [(Path(made.run).name, call_arguments(made)) for made in asked]
    return {"path": output, "runs": write_script(Path(output), open_runs(runs), calls)}


@job("curves", title="Reading curves", lane="background", silent=True)
def curves(runs: list[str], output: str, control: Control) -> Json:
    """Write all records of some runs to a .csv file."""
    from workbench.training.curves import write_curves

    return {"rows": write_curves([Path(run) for run in runs], Path(output))}
