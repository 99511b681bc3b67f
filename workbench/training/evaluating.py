"""The test, opened: a trained run's metrics with their protocol, kept in its folder."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.filtering import describe
from workbench.data.splitting import Fold, Part
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.comparable import masked_words
from workbench.evaluation.evaluate import CUTOFFS, Evaluation, evaluate
from workbench.evaluation.leaks import Evidence, find_leaks
from workbench.evaluation.lists import Negatives
from workbench.evaluation.protocol import describe_protocol
from workbench.files import whole_file
from workbench.metrics.peers import PEERS, Peer
from workbench.owned import remove_file
from workbench.stored import read_stored, refuse_later, write_stored
from workbench.training.answer import FILE, Answer, Opened
from workbench.training.earlier import with_earlier
from workbench.training.results import hash_of
from workbench.training.run import Run
from workbench.training.status import now
from workbench.training.trials import chosen_from


def evaluate_run(  # noqa: PLR0913 - what a number depends on
    run: Run,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    control: Control | None = None,
    *,
    variants: Mapping[str, str] | None = None,
    like: str | None = None,
    negatives: Negatives | None = None,
    groups: str | None = None,
    include_seen: bool | None = None,
) -> dict[str, Any]:
    """Evaluate a trained run on its test part.

    Parameters
    ----------
    variants
        Formulas by metric, where not the default (`workbench.metrics`).
    like
        A tool of `workbench.metrics.peers` whose formulas and masks are taken.
    negatives
        Candidates drawn by chance; None, the default: all items.
    groups
        An attribute of the users, such as ``gender``: the gap between users is that between its values.
    include_seen
        Whether lists leave out nothing, because people take things again; None: as the run was trained.

    Returns
    -------
    dict
        ``metrics``, ``users``, ``protocol``, ``seconds`` as in the command line's ``evaluate``, ``leaks`` (see
        `workbench.evaluation.leaks`), ``at`` and ``opened`` (when this and the first test were), ``asked`` (what was
        given), and ``earlier`` where there is something to say of an earlier test; also written to ``evaluation.json``,
        and every metric of every user to ``users.parquet``, with their lists as indices of items in ``lists.npy`` (a row
        for each user there), all with what an earlier test of the same protocol found: whatever is asked later needs no
        scoring again.
    """
    asked: dict[str, Any] = {
        "metrics": metrics and list(metrics),
        "cutoffs": list(cutoffs),
        "relevant_from": relevant_from,
    }
    asked |= {"variants": dict(variants or {}), "like": like, "groups": groups}
    asked |= {"negatives": negatives and asdict(negatives)}
    asked |= {} if include_seen is None else {"include_seen": include_seen}
    peer = find_peer(like)
    refuse_later(Answer, run.folder / FILE)  # before the time is spent
    masked = "nothing" if (run.spec.include_seen if include_seen is None else include_seen) else peer.masked
    algorithm = run.trained_algorithm()
    result = evaluate(
        algorithm,
        masked_part(run.fold, masked),
        run.data.n_items,
        metrics=metrics,
        cutoffs=cutoffs,
        relevant_from=relevant_from,
        train=run.fold.train,
        variants={**peer.variants, **(variants or {})},
        negatives=negatives,
        groups=groups,
        control=control,
    )
    protocol = _protocol(run, algorithm, result, masked, drawn=negatives is not None)
    if like:
        protocol["as"] = peer.title
    opened = _opened(run)
    evidence = Evidence(run.fold, run.split, algorithm.state(), opened, run.status().at or None)
    answer = {
        "version": Answer.newest,
        "metrics": result.metrics,
        "users": result.users,
        "protocol": protocol,
        "seconds": round(result.seconds, 4),
        "at": now(),
        "opened": opened,
        "leaks": [asdict(leak) for leak in find_leaks(evidence)],
        "asked": asked,
    }
    whole, stored, said = with_earlier(run, result, answer)
    _write(run, whole, stored)
    return answer | ({"earlier": said} if said else {})


def _protocol(run: Run, algorithm: Algorithm, result: Evaluation, masked: str, *, drawn: bool) -> dict[str, Any]:
    """All that the numbers depend on; `drawn` where candidates are drawn by chance."""
    protocol = describe_protocol(run.split, result.protocol, result.users, run.data_identity, run.spec.seed)
    protocol |= {"masked": masked_words(masked, weighed=run.data.weight is not None), "mask": masked}
    if run.data.weight is not None:
        protocol["relevance"] = f"{protocol['relevance']} that is worth more than 0"
        protocol["feedback"] = f"{run.feedback()}; read: {', '.join(algorithm.feedback)}"
        if algorithm.predicts_ratings:
            protocol["feedback"] += (
                "; errors are over hidden positives alone, and so no measure of how dislikes are foretold"
            )
    if run.spec.filters:
        protocol |= {"filters": run.spec.filters, "filters_in_words": describe(run.spec.filters)}
        if not drawn and run.fold.test.among is None:
            protocol["candidates"] = f"all {run.data.n_items} items left by the filters"
    if run.spec.learns_validation:
        protocol["learned"] = "train and validation"
    if told := chosen_from(run):
        protocol["chosen"] = told
    return protocol | ({"doubts": doubts} if (doubts := run.doubts()) else {})


def _opened(run: Run) -> str:
    """When the test of this run was opened first; it is kept, whatever becomes of the run."""
    path = run.folder / "opened.json"
    if not path.exists():
        write_stored(Opened, path, {"at": now()})
    return read_stored(Opened, path).at


def find_peer(like: str | None) -> Peer:
    """A tool by its name; our own definitions where none is named."""
    if like is None:
        return Peer("")
    if like.lower() not in PEERS:
        raise WorkbenchError(nearest("tool", like, list(PEERS)))
    return PEERS[like.lower()]


def masked_part(fold: Fold, masked: str) -> Part:
    """The test part, with more or less left out of the lists."""
    if masked == ("nothing" if fold.include_seen else "train+validation"):
        return fold.test
    return replace(fold.test, seen=fold.seen_by(masked).by_user.rows(fold.test.who))


def _write(run: Run, result: Evaluation, answer: Mapping[str, Any]) -> None:
    """Write all files of a test, so that a kill leaves the earlier ones, these, or none, and never some of each."""
    told, users, lists = (run.folder / name for name in ("evaluation.json", "users.parquet", "lists.npy"))
    with ExitStack() as last_in_place_first:
        part, hashes = last_in_place_first.enter_context(whole_file(told)), {}
        if result.lists is not None:
            kept = last_in_place_first.enter_context(whole_file(lists))
            with kept.open("wb") as file:
                np.save(file, result.lists)
            hashes[lists.name] = hash_of(kept)
        values = last_in_place_first.enter_context(whole_file(users))
        _write_users(run, result, values)
        hashes[users.name] = hash_of(values)
        write_stored(Answer, part, {**answer, "files": hashes})
        remove_file(told)
        if result.lists is None:
            remove_file(lists)


def _write_users(run: Run, result: Evaluation, path: Path) -> None:
    columns: dict[str, Any] = {"user": run.data.user_ids.take(pa.array(result.who))}
    columns["history"] = run.fold.train.by_user.lengths[result.who]
    # Numbers that are all different gain nothing from a dictionary.
    pq.write_table(pa.table(columns | result.per_user), path, use_dictionary=["user"], compression="zstd")
