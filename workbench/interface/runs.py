"""A trained run: how good it is, what it recommends, and why."""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import CUTOFFS
from workbench.evaluation.lists import Negatives
from workbench.evaluation.metric_names import named_metrics
from workbench.export.lists import all_lists
from workbench.export.ratings import predict_pairs
from workbench.insight import looking, reasons
from workbench.insight.asked_list import AskedList, Order
from workbench.insight.explaining import first_reason
from workbench.insight.new_people import about_histories, people_of
from workbench.interface.frames import Ids, flattened, write_frame
from workbench.interface.progress import shown
from workbench.interface.reading import Source
from workbench.interface.values import one_or_more
from workbench.jobs.asked_lists import asked_table, unmet_of
from workbench.owned import temporary_folder
from workbench.training.evaluating import evaluate_run
from workbench.training.newcomers import read_people
from workbench.training.run import Run as RunFolder
from workbench.training.run_status import RunStatus


class Run:
    """A trained algorithm, with all that it was asked and all that it has learned.

    `train` makes it, and `open_run` opens one that lies in a folder, such as a run of the window.
    """

    def __init__(self, opened: RunFolder, users: Ids, items: Ids, keeps: tuple[Any, ...] = ()) -> None:
        self.opened = opened
        self._users, self._items = users, items
        self._keeps = keeps  # what must not go before the run: folders go with those who hold them

    def __repr__(self) -> str:
        return f"<Run {self.name}: {self.opened.new_algorithm().title}, {self.status.state.label.lower()}>"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.opened.folder

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.opened.name

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """All hyperparameters with their values."""
        return dict(self.opened.spec.hyperparameters)

    @property
    def status(self) -> RunStatus:
        """How the training ended: ``state``, ``epoch``, ``device`` and more."""
        return self.opened.status()

    def records(self) -> pd.DataFrame:
        """What was recorded while it trained: a row for each epoch with loss, seconds and validation."""
        return pd.json_normalize(
            [record for record in self.opened.records() if "part" not in record]
        )  # those are steps

    def evaluate(  # noqa: PLR0913 - what a number depends on
        self,
        metrics: str | Sequence[str] | None = None,
        *,
        k: int | Sequence[int] | None = None,
        relevant_from: float | None = None,
        like: str | None = None,
        formulas: Mapping[str, str] | None = None,
        negatives: int | None = None,
        negatives_by: Literal["uniform", "popularity"] = "uniform",
        negatives_seed: int = 0,
        groups: str | None = None,
        include_seen: bool | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Judge the run on the test part of its fold.

        Parameters
        ----------
        metrics
            Such as ``["ndcg@10", "coverage@10"]`` or ``["ndcg", "recall"]``; all that apply where None. See `list_metrics`.
        k
            Lengths of the lists for metrics without an ``@``: 5, 10 and 20 where None.
        relevant_from
            The lowest hidden rating that counts as a hit.
        like
            Formulas and masks of ``recbole``, ``elliot``, ``warprec`` or ``surprise``.
        formulas
            Another formula by metric, such as ``{"recall": "truncated"}``.
        negatives, negatives_by, negatives_seed
            Rank the hidden items among so many drawn by chance only, ``uniform`` or by ``popularity``.
        groups
            An attribute of the users, for the gap between its values.
        include_seen
            Whether lists leave out nothing, because people take things again; as the run was trained where None.
        progress
            Whether a bar is drawn.

        Returns
        -------
        DataFrame
            ``mean`` and its 95 % interval ``low`` to ``high``, by metric. ``attrs`` has the ``protocol`` and the ``leaks``.

        Raises
        ------
        WorkbenchError
            If there is no such metric or it does not apply.
        """
        asked = one_or_more(metrics)
        chosen, at = named_metrics(asked)
        lengths = [int(cutoff) for cutoff in one_or_more(k) or ([] if at else CUTOFFS)]
        drawn = None if negatives is None else Negatives(negatives, negatives_by, negatives_seed)
        opened, _, _ = looking.load(self.folder)
        with shown("Evaluating", progress) as control:
            answer = evaluate_run(
                opened,
                chosen,
                sorted({*lengths, *at}),
                relevant_from,
                control,
                variants=dict(formulas or {}),
                negatives=drawn,
                like=like,
                groups=groups,
                include_seen=include_seen,
            )
        table = _table(answer)
        if asked is not None and not lengths:  # each with its own length
            named = {metric.lower() for metric in asked}
            return table.loc[[name for name in table.index if name in named or "@" not in name]]
        return table

    def recommend(
        self,
        users: Any = None,
        k: int = 10,
        *,
        include_seen: bool = False,
        columns: Sequence[str] | None = None,
        history: Source | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Lists of recommendations.

        Parameters
        ----------
        users
            Ids of users, or one; everybody in the data, or in `history`, where None.
        k
            Items in a list.
        include_seen
            Whether to list what a user already has, too.
        columns
            Such as ``["user", "item"]``: of ``user``, ``rank``, ``item``, ``score``, ``title``, ``year``, ``genres``,
            ``hit`` (hidden in the test), ``reason``, ``run``, ``basis``.
        history
            Interactions of people who are not in the data, as a DataFrame or a file: the lists are theirs.
        progress
            Whether a bar is drawn.

        Returns
        -------
        DataFrame
            A row for each item of each list: ``user``, ``rank``, ``item``, ``score``, ``title`` where it is known, and
            ``basis``: ``model``, or ``popularity`` where nothing links the item to the user. With `history`,
            ``attrs["history"]`` says what was read of it, and what could be wrong with that is a warning.

        Raises
        ------
        WorkbenchError
            If a user is not in the data, or in `history`.
        """
        if history is not None:
            return self._of_new_people(users, history, progress, k=k, include_seen=include_seen, columns=columns)
        wanted = one_or_more(users)
        opened, algorithm, items = looking.load(self.folder)
        with shown("Recommending", progress) as control:
            found = all_lists(
                opened,
                algorithm,
                users=None if wanted is None else self._users.to_texts(wanted),
                k=k,
                include_seen=include_seen,
                items=items,
                columns=columns,
                reason=first_reason(algorithm),
                control=control,
            )
        return self._frame(found)

    def _of_new_people(self, users: Any, history: Source, progress: bool, **how: Any) -> pd.DataFrame:
        """Lists of the people in `history`."""
        wanted = one_or_more(users)
        with _history_file(history) as (path, ids), shown("Recommending", progress) as control:
            opened, algorithm, items = looking.load(self.folder)
            people = read_people(opened, algorithm, path, control)
            known = ids(people.told["columns"]["user"])
            found = all_lists(
                opened,
                algorithm,
                users=None if wanted is None else known.to_texts(wanted),
                items=items,
                reason=first_reason(algorithm),
                control=control,
                people=people,
                **how,
            )
        table = self._frame(found, known)
        table.attrs["history"] = people.told
        _warn(about_histories(people.told), stacklevel=4)
        return table

    def recommend_one(  # noqa: PLR0913 - each is a wish of the person
        self,
        user: Any = None,
        *,
        add: Mapping[Any, float | None] | Sequence[Any] | None = None,
        remove: Sequence[Any] | None = None,
        rate: Mapping[Any, float] | None = None,
        order: Mapping[str, Any] | None = None,
        k: int = 10,
        include_seen: bool = False,
        columns: Sequence[str] | None = None,
        history: Source | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """One list, after changes of the history or in another order, as the window's page Inspect shows it.

        Parameters
        ----------
        user
            Whose list; somebody new where None, whose history is what is added.
        add
            Items that become the newest of the history; with their ratings, as ``{318: 5}``, where the data has ratings.
        remove, rate
            Items that had never been; items of the history with another rating.
        order
            What is wanted besides high scores, such as ``{"diversity": 0.4, "pin": [318]}``: ``diversity``,
            ``calibration`` and ``popularity_penalty`` from 0 to 1, ``method`` (``mmr`` or ``dpp``), ``per_genre``,
            ``pin`` and ``exclude``.
        k, include_seen, columns, history, progress
            As in `recommend`; `user` is then somebody in `history`.

        Returns
        -------
        DataFrame
            As from `recommend`; without ``user`` for somebody new.

        Raises
        ------
        WorkbenchError
            If the user or an item is not in the data, or there is no such wish.
        """
        ratings = add if isinstance(add, Mapping) else dict.fromkeys(one_or_more(add) or ())
        wanted = {
            "run": str(self.folder),
            "k": k,
            "include_seen": include_seen,
            "changes": {
                "removed": self._items.to_texts(one_or_more(remove) or ()),
                "rated": self._entries(rate or {}),
                "added": self._entries(ratings),
            },
            "order": self._wishes(order or {}),
        }
        with _history_file(history) as (path, ids), shown("Recommending", progress):
            known = self._users
            if path is not None:
                known = ids(people_of(self.folder, path).told["columns"]["user"])
                wanted["history"] = str(path)
            wanted["user"] = None if user is None else known.to_texts([user])[0]
            asked = AskedList.from_json(wanted)
            found, unmet = asked_table(asked, None if columns is None else list(columns)), unmet_of(asked)
            told = [] if path is None else about_histories(people_of(self.folder, path).told)
        _warn([*told, *unmet], stacklevel=3)
        named = found if user is not None or "user" not in found.column_names else found.drop_columns("user")
        return self._frame(named, known)

    def _wishes(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := [name for name in order if name not in Order.model_fields]:
            raise WorkbenchError(nearest("order", unknown[0], list(Order.model_fields)))
        items = {name: self._items.to_texts(order[name]) for name in ("pin", "exclude") if name in order}
        return {**order, **items}

    def _entries(self, ratings: Mapping[Any, float | None]) -> list[dict[str, Any]]:
        texts = self._items.to_texts(ratings)
        values = [None if rating is None else float(rating) for rating in ratings.values()]
        return [{"item": item, "rating": rating} for item, rating in zip(texts, values, strict=True)]

    def explain(self, user: Any, item: Any, *, history: Source | None = None, progress: bool = True) -> pd.DataFrame:
        """Why an item has its place in a user's list.

        Parameters
        ----------
        user, item
            Ids.
        history
            As in `recommend`; `user` is then somebody in it.
        progress
            Whether a bar is drawn.

        Returns
        -------
        DataFrame
            A row for each interaction of the user's history, what adds most first: ``item``, ``title`` where it is known,
            ``contribution``, and ``score_without`` and ``rank_without`` if it had never been. ``attrs`` has the item's
            ``rank`` and ``score``, and ``how`` it was explained (``sum``: ``base`` and the contributions add up to the
            score; ``leave-one-out``: what the lead over the best others loses).

        Raises
        ------
        WorkbenchError
            If the user or the item is not in the data.
        """
        item_text = self._items.to_texts([item])[0]
        with _history_file(history) as (path, ids), shown("Explaining", progress) as control:
            known = self._users
            if path is not None:
                known = ids(people_of(self.folder, path).told["columns"]["user"])
            user_text, file = known.to_texts([user])[0], None if path is None else str(path)
            told = reasons.explain(str(self.folder), user_text, item_text, control, history=file)
        names = ["item", *self._titled, "contribution", "score_without", "rank_without", "attention"]
        table = self._of_items(told.pop("reasons"), names)
        table["rank_without"] = table["rank_without"].astype("Int64")
        table.attrs = {**told, "user": user, "item": item}
        return table if table["attention"].notna().any() else table.drop(columns="attention")

    def similar(self, item: Any, k: int = 10, *, by: str | None = None, progress: bool = True) -> pd.DataFrame:
        """Items that are like one, as the algorithm sees it, or `by` a kind of vectors that the data has.

        Returns
        -------
        DataFrame
            ``rank``, ``item``, ``title`` where it is known, and ``score``: the likeness. ``attrs`` has ``how`` it was
            found: the cosine of learned ``vectors``, of the data's own ``content``, or the score for somebody whose
            history is this item ``alone``.

        Raises
        ------
        WorkbenchError
            If the item is not in the data.
        """
        with shown("Comparing", progress) as control:
            told = looking.similar(str(self.folder), self._items.to_texts([item])[0], control, k, by)
        table = self._of_items(told.pop("items"), ["rank", "item", *self._titled, "score"])
        table.attrs = {**told, "item": item}
        return table

    def predict(self, pairs: pd.DataFrame, *, progress: bool = True) -> pd.DataFrame:
        """Predicted ratings, of algorithms that predict ratings.

        Parameters
        ----------
        pairs
            Columns ``user`` and ``item``. Ids that training has not seen are allowed: they get what strangers get.
        progress
            Whether a bar is drawn.

        Returns
        -------
        DataFrame
            The same rows with ``rating``.

        Raises
        ------
        WorkbenchError
            If the algorithm predicts no ratings.
        """
        absent = [name for name in ("user", "item") if name not in pairs.columns]
        if absent:
            raise WorkbenchError(f"The pairs have no column '{absent[0]}'. Give a DataFrame with 'user' and 'item'.")
        texts = {"user": self._users.to_texts(pairs["user"]), "item": self._items.to_texts(pairs["item"])}
        with temporary_folder() as folder, shown("Predicting", progress) as control:
            asked, found = folder / "pairs.csv", folder / "ratings.parquet"
            pd.DataFrame(texts).to_csv(asked, index=False)
            opened, algorithm, _ = looking.load(self.folder)
            predict_pairs(opened, algorithm, asked, found, control)
            ratings = pd.read_parquet(found, columns=["rating"])["rating"]
        return pairs.assign(rating=ratings.to_numpy())

    @property
    def _titled(self) -> list[str]:
        _, _, items = looking.load(self.folder)
        return [] if items is None else ["title"]

    def _of_items(self, rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
        columns = {name: [row.get(name) for row in rows] for name in names}
        table = pd.DataFrame(columns, columns=names)
        table["item"] = self._items.to_frame(pa.array(columns["item"], pa.string()))
        return table

    def _frame(self, lists: pa.Table, users: Ids | None = None) -> pd.DataFrame:
        table: pd.DataFrame = lists.to_pandas()
        for name, ids in (("user", users or self._users), ("item", self._items)):
            if name in table:
                table[name] = ids.to_frame(lists[name].combine_chunks())
        return table


@contextmanager
def _history_file(history: Source | None) -> Iterator[tuple[Any, Callable[[str | int], Ids]]]:
    """The file that histories lie in, None where there are none, and what finds their ids by the column they stand in."""
    if history is not None and not isinstance(history, str | os.PathLike | pd.DataFrame):
        raise WorkbenchError(
            f"A history is a DataFrame of interactions with a column of users and one of items, or a file of them, not a "
            f"{type(history).__name__}. For one person, recommend_one(add=[…]) takes a list of items."
        )
    if not isinstance(history, pd.DataFrame):
        yield None if history is None else Path(history), lambda _column: Ids()
        return
    flat = flattened(history)
    with temporary_folder() as folder:
        write_frame(flat, folder / "histories.arrow")
        yield folder / "histories.arrow", lambda column: Ids.of([flat[_named(flat, column)]])


def _warn(sentences: Sequence[str], stacklevel: int) -> None:
    """Say what a person should know and no number shows."""
    for sentence in sentences:
        warnings.warn(sentence, stacklevel=stacklevel)


def _named(frame: pd.DataFrame, column: str | int) -> str:
    """The name of a column that is called so, or stands there, from 0."""
    return column if isinstance(column, str) else str(frame.columns[column])


def open_run(folder: str | os.PathLike[str]) -> Run:
    """Open a run that lies in a folder, such as one of the window or of the command line; its ids are text.

    Raises
    ------
    WorkbenchError
        If it is no run folder, or the run has no model.
    """
    opened, _, _ = looking.load(Path(folder))
    return Run(opened, Ids(), Ids())


def _table(answer: dict[str, Any]) -> pd.DataFrame:
    """The metrics of an evaluation, and with them by what protocol they were found."""
    table = pd.DataFrame.from_dict(answer["metrics"], orient="index", columns=["mean", "low", "high"], dtype="float64")
    table.index.name = "metric"
    table.attrs = {name: answer[name] for name in ("protocol", "users", "leaks")}
    return table
