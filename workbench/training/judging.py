"""The test, opened: a trained run's metrics with their protocol, kept in its folder."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.control import Control
from workbench.data.filtering import describe
from workbench.evaluation.evaluate import CUTOFFS, Evaluation, describe_protocol, evaluate
from workbench.files import whole_file, write_json
from workbench.training.run import Run


def evaluate_run(
    run: Run,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    control: Control | None = None,
) -> dict[str, Any]:
    """Evaluate a trained run on its test part.

    Returns
    -------
    dict
        ``metrics``, ``users``, ``protocol``, ``seconds`` as in the command line's ``evaluate``; also written to
        ``evaluation.json``, and every metric of every user to ``users.parquet``.
    """
    algorithm = run.trained_algorithm()
    result = evaluate(
        algorithm,
        run.fold.test,
        run.data.n_items,
        metrics=metrics,
        cutoffs=cutoffs,
        relevant_from=relevant_from,
        control=control,
    )
    protocol = describe_protocol(run.split, result, run.data_identity, run.spec.seed)
    if run.spec.filters:
        protocol |= {
            "filters": run.spec.filters,
            "filters_in_words": describe(run.spec.filters),
            "candidates": f"all {run.data.n_items} items left by the filters",
        }
    answer = {
        "metrics": result.metrics,
        "users": len(result.who),
        "protocol": protocol,
        "seconds": round(result.seconds, 4),
    }
    _write_users(run, result)
    write_json(run.folder / "evaluation.json", answer)
    return answer


def _write_users(run: Run, result: Evaluation) -> None:
    columns: dict[str, Any] = {"user": run.data.user_ids.take(pa.array(result.who))}
    columns["history"] = run.fold.train.by_user.lengths[result.who]
    with whole_file(run.folder / "users.parquet") as part:
        pq.write_table(pa.table(columns | result.per_user), part)
