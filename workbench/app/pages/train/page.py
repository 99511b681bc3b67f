"""Choose an algorithm, set it, train it, and watch it learn."""

from collections.abc import Generator, Iterator
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from workbench.algorithms import Algorithm, all_algorithms
from workbench.algorithms.base import budget
from workbench.algorithms.base.item_vectors import KINDS
from workbench.algorithms.hybrid.blend import Blend
from workbench.app.page import Page
from workbench.app.pages.train.algorithm_header import AboutAlgorithm
from workbench.app.pages.train.algorithm_list import AlgorithmList
from workbench.app.pages.train.estimate import EstimateLine
from workbench.app.pages.train.good_one import GoodOne
from workbench.app.pages.train.options import DeviceOptions, options_of, usable
from workbench.app.pages.train.presets import Presets
from workbench.app.pages.train.queue import Queue
from workbench.app.pages.train.run_panel import RunPanel
from workbench.app.pages.train.search_panel import SearchPanel
from workbench.app.pages.train.search_part import SearchPart
from workbench.app.pages.train.sweep_dialog import SeveralValues
from workbench.app.runs.state_text import state_title
from workbench.app.session.blend import BlendRuns
from workbench.app.session.find_good import FindGood
from workbench.app.session.repeats import Repeats
from workbench.app.session.session import Session
from workbench.app.widgets import icons
from workbench.app.widgets.basic import Button, Card, EmptyState, Line, show_if
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.form import Form, tabs_after
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.app.widgets.vertical_scroll import VerticalScroll
from workbench.data.splitting import OWN_FILES, Split, make_split
from workbench.declaring import DataFacts
from workbench.errors import WorkbenchError
from workbench.insight.paths import varied
from workbench.training.not_ratings import taken_for_ratings

LIST_WIDTH, FORM_WIDTH = 25 * GRID, 38 * GRID
FIRST = "ease"
LATER_MS = 50  # until other data is taken up out of sight
SEEDS = 3  # from the chosen one on


class TrainPage(Page):
    """Algorithms at the left, the chosen one's form in the middle, the run at the right."""

    name: ClassVar[str] = "train"
    title: ClassVar[str] = translate("TrainPage", "Train")
    icon: ClassVar[str] = "train"
    order: ClassVar[int] = 4

    def build(self) -> Iterator[None]:
        session = self.session
        self._drafts: dict[str, dict[str, Any]] = {}
        self._options: dict[str, Any] = {}
        self.primary = QAction(self.tr("Train"), self)
        self.primary.setShortcut("Ctrl+R")
        self.primary.triggered.connect(self._train)
        self.several_runs = QAction("", self)
        self.several_runs.triggered.connect(self._train_repeats)
        self.secondary = [self.several_runs]
        yield from self._build()
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._refresh_data)
        session.data_changed.connect(self._hear_data)
        session.project.split_changed.connect(self._refresh_split)
        session.project.split_changed.connect(self._refresh_facts)
        session.project.split_changed.connect(self._refresh_good)
        session.project.split_changed.connect(self._refresh_primary)
        session.runs.changed.connect(self._refresh_primary)
        session.runs.run_changed.connect(self._refresh_primary)
        session.searches.changed.connect(self._refresh_primary)
        session.searches.changed.connect(self._show_right)
        session.searches.made.connect(self._show_made)
        session.selection.changed.connect(self._show_right)
        self.algorithms.choose(FIRST if FIRST in all_algorithms() else next(iter(all_algorithms())))
        yield
        self._refresh_data()

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        if session.data is None:
            return "", translate("TrainPage", "Open a ratings file first")
        active = session.runs.active()
        if active is not None:
            return state_title(active.state), ""
        return translate("TrainPage", "Searching") if session.searches.all_active() else "", ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> Iterator[None]:
        self._stack = QStackedLayout(self)
        empty = EmptyState(
            "train",
            self.tr("There is nothing to train on yet"),
            self.tr("Open a ratings file"),
            more=self.tr("Training needs interactions: who chose or rated what."),
        )
        empty.button.clicked.connect(self._go_to_data)
        self._stack.addWidget(empty)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._build_list())
        yield
        card = yield from self._build_form()
        row.addWidget(card)
        yield
        self._room = QVBoxLayout()
        self._room.setSpacing(12)
        self.good_one = GoodOne(self.session, self.good, self.tr("Find a good one"))
        self.summed = GoodOne(self.session, self.repeats, self.tr("Folds and seeds"))
        for card in (self.good_one, self.summed):
            self._room.addWidget(card)
        row.addLayout(self._room, 1)
        self._stack.addWidget(whole)
        yield

    @Deferred
    def run(self) -> RunPanel:
        """The run at the right; its plots take as long to make as all the rest."""
        panel = RunPanel(self.session)
        panel.wanted.connect(self._try_again)
        self._room.addWidget(panel)
        return panel

    @Deferred
    def search(self) -> SearchPanel:
        """The search at the right, in place of a run."""
        panel = SearchPanel(self.session)
        panel.hide()
        self._room.addWidget(panel)
        return panel

    def _build_list(self) -> Card:
        card = Card()
        card.setFixedWidth(LIST_WIDTH)
        card.body.setContentsMargins(12, 12, 6, 6)
        self.algorithms = AlgorithmList()
        self.algorithms.chosen.connect(self._choose)
        self.algorithms.marked.connect(self._refresh_primary)
        self.algorithms.looked.connect(self._choose_what_can_run)
        self.algorithms.looked.connect(self._refresh_primary)
        self.algorithms.looked.connect(self._refresh_good)
        self.algorithms.view.activated.connect(self._enter_form)
        card.add(self.algorithms, 1)
        self.repeats = Repeats(self.session, self)
        self.good = FindGood(self.session, self)
        self.good.changed.connect(self._refresh_good)
        self.find_good = Button(
            self.tr("Find a good one"),
            tip=self.tr("Search what is suggested for lists, test the best beside popularity, and hear which to take"),
        )
        self.find_good.clicked.connect(self._find_good)
        card.add(self.find_good)
        return card

    def _build_form(self) -> Generator[None, None, Card]:
        card = Card()
        card.setFixedWidth(FORM_WIDTH)
        card.body.setContentsMargins(0, 4, 0, 4)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        self.about = AboutAlgorithm()
        column.addWidget(self.about)
        column.addSpacing(GRID)
        self._build_hyperparameters(column)
        yield
        self.fold = Button(self.tr("Advanced: seed and training"), "quiet", icon="chevron-right")
        self.fold.setCheckable(True)
        column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.options = Form()
        self.options.setVisible(False)
        self.options.changed.connect(self._keep_options)
        self.fold.toggled.connect(self._unfold)
        column.addWidget(self.options)
        column.addStretch(1)
        area = VerticalScroll(inside)
        self._area = area
        card.add(area, 1)
        card.add(Line())
        yield
        self.estimate = EstimateLine(self.session)
        self.estimate.wanted.connect(self._change_one)
        self.estimate.counted.connect(self._hear_facts)
        self.queue = Queue(self.session)
        card.add(self.estimate)
        card.add(self.queue)
        return card

    def _build_hyperparameters(self, column: QVBoxLayout) -> None:
        self.way = Tabs({"run": self.tr("One run"), "search": self.tr("Search")})
        self.way.buttons["search"].setToolTip(
            self.tr("Give each hyperparameter a range, and let many runs find good values")
        )
        self.way.chosen.connect(self._turn_way)
        column.addWidget(self.way, 0, Qt.AlignmentFlag.AlignLeft)
        self.blend = BlendRuns(self.session)
        self.blend.changed.connect(self._keep_draft)
        self.blend.changed.connect(self._refresh_primary)
        self.form = Form(hidden=("runs",))
        self.form.changed.connect(self._keep_draft)
        self.presets = Presets(self.session, self.form)
        self.several = Button(
            self.tr("Try several values…"),
            "quiet",
            tip=self.tr("Train a run for each value, and see how validation changes with it"),
        )
        self.several.clicked.connect(self._try_several)
        self.values = QWidget()
        inside = QVBoxLayout(self.values)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        for widget in (self.blend, self.presets, self.form):
            inside.addWidget(widget)
        inside.addWidget(self.several, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.values)
        self.asked = SearchPart()
        self.asked.setVisible(False)
        self.asked.changed.connect(self._hear_search)
        column.addWidget(self.asked)

    # One run, or a search of many ----------------------------------------------------------------------------------

    @property
    def searching(self) -> bool:
        """Whether the form has ranges instead of values."""
        return self.way.current == "search"

    def turn_way(self, way: str) -> None:
        """Let the form have values ("run") or ranges ("search")."""
        self.way.buttons[way].setChecked(True)
        self._turn_way(way)

    @Slot(str)
    def _turn_way(self, _way: str) -> None:
        if self.searching and self.kind is not None and self.asked.kind is not self.kind:
            self.asked.show_kind(self.kind)
        self._show_way()
        self._order_tabs()
        self._refresh_primary()

    def _show_way(self) -> None:
        show_if(self.values, not self.searching)
        show_if(self.asked, self.searching)

    @Slot()
    def _hear_search(self) -> None:
        if self.searching:
            self._refresh_primary()

    def _start_search(self) -> None:
        """Start what the ranges say; else the cursor stands where they cannot be."""
        if not self.asked.valid:
            self.asked.focus_error()
        elif not self.options.valid:
            self.fold.setChecked(True)
            self.options.focus_error()
        else:
            self.session.start_search(self.asked.algorithms, **self.asked.asked(self._drafts, self._chosen_options()))
            self._refresh_primary()

    @Slot(str)
    def _show_made(self, search_id: str) -> None:
        self.session.selection.select_search(search_id, [])

    @Slot()
    def _show_right(self) -> None:
        """At the right the selected search, or else a run."""
        if not self.isVisible():
            return
        wanted = self.session.searches.get(self.session.selection.search) is not None
        if wanted or TrainPage.search.made(self) is not None:
            show_if(self.search, wanted)
        if not wanted or TrainPage.run.made(self) is not None:
            show_if(self.run, not wanted)

    # The chosen algorithm ------------------------------------------------------------------------------------------

    @property
    def kind(self) -> type[Algorithm] | None:
        """The chosen algorithm."""
        return all_algorithms().get(self.algorithms.name)

    def _choose(self, name: str) -> None:
        kind = all_algorithms()[name]
        self.about.show_kind(kind)
        # A form tells of its changes while it is filled: what was noted before is filled in afterwards.
        draft, options = dict(self._drafts.get(name, {})), dict(self._options)
        if kind is Blend:
            self.blend.refresh()
        self.blend.set_value(str(draft.get("runs") or ""))
        self.blend.setVisible(kind is Blend)
        self.form.set_declaration(kind, draft)
        self.presets.show_kind(kind, name)
        self.options.set_declaration(options_of(kind), options)
        self._follow_patience()
        if self.searching:
            self.asked.show_kind(kind)
        self._show_way()
        self._order_tabs()
        self._area.verticalScrollBar().setValue(0)
        self._refresh_primary()

    def _order_tabs(self) -> None:
        """Tab goes down the form, whose fields are made anew for every algorithm."""
        last = self.algorithms.view
        for part in (self.way, self.blend, self.presets, self.form, self.asked):
            last = tabs_after(last, part)
        for widget in (self.several, self.fold):
            QWidget.setTabOrder(last, widget)
            last = widget
        tabs_after(tabs_after(last, self.options), self.queue)

    def _split(self) -> Split | None:
        """The split of the project; None where there is none, or this version cannot make it."""
        chosen = self.session.project.split
        try:
            return None if chosen is None else make_split(chosen["name"], chosen.get("settings"))
        except WorkbenchError:
            return None

    def _find_good(self) -> None:
        self.good.start(self.algorithms.suggested_lists())

    @Slot()
    def _refresh_good(self) -> None:
        offered = self.session.data is not None and self.session.project.split is not None
        self.find_good.setEnabled(offered and bool(self.algorithms.suggested_lists()) and not self.good.busy)

    def _choose_what_can_run(self) -> None:
        """Nobody has chosen yet: what cannot be trained on this data is not what is offered first."""
        kind = self.kind
        if kind is None or not self.algorithms.reason(kind) or self.algorithms.by_person:
            return
        can = [name for name, other in all_algorithms().items() if not self.algorithms.reason(other)]
        better = [*self.algorithms.suggested_lists(), *can]
        if better:
            self.algorithms.choose(better[0])

    def _enter_form(self) -> None:
        """Return on an algorithm: into its form, or straight to training where it has none."""
        self.form.setFocus()
        self.form.focusNextChild()

    def _keep_draft(self) -> None:
        if self.algorithms.name:
            chosen = {"runs": self.blend.value()} if self.kind is Blend else {}
            self._drafts[self.algorithms.name] = chosen | (self.form.changed_values() if self.form.valid else {})
        self.several.setVisible(self.kind is not None and bool(varied(self.kind, self.form.values())))
        self._follow_patience()
        self._ask_estimate()

    def _follow_patience(self) -> None:
        """Show how long validation is waited for, which follows from the steps of an epoch."""
        kind, facts = self.kind, self.form.facts
        if kind is None or facts is None or not budget.has_steps(kind) or not self.form.valid:
            return
        if "patience" in self.options.values():  # else it is still of the algorithm before
            self.options.field("patience").follow(*budget.patience(kind, facts, self.form.values()))

    def _hear_facts(self, facts: list[int]) -> None:
        self.form.set_facts(DataFacts(*facts))

    def _keep_options(self) -> None:
        if self.options.valid:
            if "patience" in self.options.values():
                self._options.pop("patience", None)
            self._options |= self._chosen_options()
        self._ask_estimate()

    def _unfold(self, on: bool) -> None:
        icons.bind(self.fold, "chevron-down" if on else "chevron-right", "muted")
        self.options.setVisible(on)
        if on:  # once it has its height
            QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        self._area.ensureWidgetVisible(self.options, 0, GRID)

    # What it takes, and what to try instead -------------------------------------------------------------------------

    def _ask_estimate(self) -> None:
        if self.searching:
            self.estimate.ask(self.kind, self._search_question(), "search_estimate")
        else:
            self.estimate.ask(self.kind, self._question())

    def _search_question(self) -> dict[str, Any]:
        """Arguments of the job `search_estimate`; empty where there is nothing to measure."""
        session, project = self.session, self.session.project
        reason = self.kind is None or self.algorithms.reason(self.kind)
        if reason or not self.asked.valid or not self.options.valid or session.data is None or project.split is None:
            return {}
        asked = self.asked.asked(self._drafts, self._chosen_options()) | {"algorithms": self.asked.algorithms}
        asked |= {"split": project.split["name"], "split_settings": project.split.get("settings") or {}}
        return {"data": str(project.current.data_folder), "asked": asked, "filters": project.filters}

    def _question(self) -> dict[str, Any]:
        """Arguments of the job `estimate`; empty where there is nothing to measure."""
        kind, session = self.kind, self.session
        fits = kind is not None and kind is not Blend and self.form.valid and self.options.valid
        if not fits or session.data is None or session.project.split is None or self.algorithms.reason(kind):
            return {}
        options = self.options.values()
        asked = {"algorithm": kind.name, "hyperparameters": self.form.given_values()}
        asked |= {"split": session.project.split["name"], "settings": session.project.split.get("settings") or {}}
        asked |= {name: options[name] for name in ("validation_users", "threads") if name in options}
        return {"data": str(session.project.current.data_folder), "asked": asked, "filters": session.project.filters}

    def _change_one(self, name: str, value: Any) -> None:
        """Let one hyperparameter or option have another value."""
        self._propose({name: value}, name)

    def _try_again(self, run_id: str, name: str, value: Any) -> None:
        """Open the form as a run was trained, but for one value."""
        info = self.session.runs.get(run_id)
        if info is None or info.algorithm not in all_algorithms():
            return
        self.algorithms.choose(info.algorithm)
        kept: dict[str, Any] = {field: info.spec[field] for field in ("seed", "device") if field in info.spec}
        self._propose({**kept, **info.spec["hyperparameters"], name: value}, name)

    def _propose(self, values: dict[str, Any], name: str) -> None:
        """Put values on the forms, and the cursor where one of them stands."""
        self.presets.fill(values)
        self.options.set_values(values)
        if self.kind is not None and name in self.kind.model_fields:
            self.form.focus_field(name)
        else:
            self.fold.setChecked(True)
            self.options.focus_field(name)

    # Training ------------------------------------------------------------------------------------------------------

    def _train(self) -> None:
        if self.searching:
            self._start_search()
        elif self._is_ready():
            self._queue()

    @property
    def n_folds(self) -> int:
        """How many folds the split of the project has."""
        split = self._split()
        return int(getattr(split, split.many)) if split is not None and split.many else 1

    def _train_repeats(self) -> None:
        """Train on every fold of the split; of a split with one, with several seeds."""
        if not self._is_ready():
            return
        first = int(self._chosen_options().get("seed", 0))
        ways = [{"fold": fold} for fold in range(self.n_folds)]
        if self.n_folds == 1:
            ways = [{"seed": first + at} for at in range(SEEDS)]
        self.repeats.keep([run_id for way in ways for run_id in self._queue(**way)])

    def _is_ready(self) -> bool:
        """Whether what the forms say can be trained; else the cursor stands where it cannot."""
        for form in (self.form, self.options):
            if not form.valid:
                self.fold.setChecked(self.fold.isChecked() or form is self.options)
                form.focus_error()
                return False
        return self.kind is not None

    def _queue(self, **way: int) -> list[str | None]:
        """Queue what is selected, all in one `way`, such as a fold; returns the ids of the runs."""
        kind = self.kind
        if kind is None:
            return []
        chosen = {"runs": self.blend.value()} if kind is Blend else {}
        made = [self.session.queue_run(kind.name, self.form.given_values() | chosen, **self._chosen_options() | way)]
        for name in self._others():
            fields = options_of(all_algorithms()[name]).model_fields
            options = {field: value for field, value in self._chosen_options().items() if field in fields}
            made.append(self.session.queue_run(name, self._drafts.get(name, {}), **options | way))
        return made

    def _others(self) -> list[str]:
        """What is selected besides the algorithm of the form; a blend needs its own form to be told of its runs."""
        return [name for name in self.algorithms.selected() if name not in (self.algorithms.name, Blend.name)]

    def _chosen_options(self) -> dict[str, Any]:
        """The options, but for a patience that nobody chose."""
        changed = self.options.changed_values()
        return {name: value for name, value in self.options.values().items() if name != "patience" or name in changed}

    def _try_several(self) -> None:
        if self.kind is not None and self.form.valid and self.options.valid:
            SeveralValues(self.session, self.kind, self.form.values(), self.options.values(), self).show()

    def _refresh_primary(self, *_: object) -> None:
        kind = self.kind
        if kind is None:
            return
        runs = self.session.runs
        waiting = runs.waiting()
        busy = runs.active() is not None or bool(waiting) or not runs.has_place
        self.queue.refresh()
        words = self.tr("Queue {name}") if busy else self.tr("Train {name}")
        if kind is Blend:  # a box for each of hundreds of runs takes a while to make
            self.blend.refresh()
        reason = self.algorithms.reason(kind) or (self.blend.reason() if kind is Blend else "")
        taken = taken_for_ratings(kind, self.session.about) or ""
        self.about.say(reason or taken, self.algorithms.suggestion(kind.name))
        several = 1 + len(self._others())
        if several > 1:
            words = self.tr("Queue {n} algorithms") if busy else self.tr("Train {n} algorithms")
        text = words.format(name=kind.title, n=several)
        if self.searching:
            self.asked.set_others(self._others())
            reason = reason or self._why_no_search(kind)
            one = self.asked.options.valid and self.asked.trials == 1
            text = self.tr("Search with 1 trial") if one else self.tr("Search with {n} trials")
            text = text.format(n=self.asked.trials) if self.asked.options.valid else self.tr("Search")
        self.primary.setText(text)
        self.primary.setToolTip(self.tr("Starts when the runs before it are done") if busy else reason)
        ready = not self.searching or not self.session.searches.making
        self.primary.setEnabled(self.session.data is not None and not reason and ready)
        self.several_runs.setVisible(not self.searching)
        folds = self.n_folds
        words = self.tr("Train all {n} folds") if folds > 1 else self.tr("Train {n} seeds")
        self.several_runs.setText(words.format(n=folds if folds > 1 else SEEDS))
        self.several_runs.setToolTip(
            reason or self.tr("Train and test each, and see their mean with its standard error here and on Compare")
        )
        self.several_runs.setEnabled(self.primary.isEnabled() and kind is not Blend)
        self._ask_estimate()

    def _why_no_search(self, kind: type[Algorithm]) -> str:
        """Why this algorithm cannot be searched on this split, in a sentence; "" where it can."""
        if kind is Blend:
            return self.tr("A blend weighs its runs by itself and cannot be searched.")
        if self.session.project.holds_validation is False:
            return self.tr("A search needs a validation part. Choose a split with one, on the page Split.")
        return ""

    # The session ---------------------------------------------------------------------------------------------------

    def _hear_data(self) -> None:
        """Other data. Out of sight that has time until a tick of its own: opening a project has enough to do."""
        if self.isVisible():
            self._refresh_data()
        else:
            self._later.start()

    @Slot()
    def _refresh_data(self) -> None:
        self._later.stop()
        self._stack.setCurrentIndex(int(self.session.data is not None))
        self.algorithms.set_split(self._split())
        self.algorithms.set_data(self.session.data, self.session.about)
        self._refresh_facts()
        self._refresh_primary()

    def _refresh_split(self) -> None:
        self.algorithms.set_split(self._split())

    def _refresh_facts(self) -> None:
        data = self.session.data
        # What the filters leave is counted where the training is measured.
        self.form.set_facts(None if data is None or self.session.project.filters else data.facts)
        items = None if data is None else data.item_features
        self.form.set_offers({} if data is None else {KINDS: list(items.vectors) if items is not None else []})
        self.presets.refresh()
        if data is None:
            self.set_subtitle("")
            return
        self._ask_estimate()
        parts = [
            self._validation_words(),
            self.tr("all filtered items ranked")
            if self.session.project.filters
            else self.tr("all {n:,} items ranked").format(n=data.n_items),
            self.tr("the test set is not used here"),
        ]
        self.set_subtitle(" · ".join(filter(None, parts)))

    def _validation_words(self) -> str:
        split = self.session.project.split or {}
        part = (split.get("settings") or {}).get("validation", 1)
        if split.get("name") == OWN_FILES:
            return self.tr("Validated on your own validation file, if there is one")
        if not part:
            return self.tr("No validation part: the last epoch is kept")
        most = min(int(self._options.get("validation_users", 1000)), self.session.data.n_users)
        return self.tr("Validated on up to {n:,} users").format(n=most)

    def _go_to_data(self) -> None:
        self.session.request_page("data")

    def shown(self) -> None:
        if self._later.isActive():
            self._refresh_data()
        self.algorithms.look_again()
        self._refresh_primary()
        if self.session.data is not None:
            QTimer.singleShot(0, self, self._show_run)
            QTimer.singleShot(0, self, self.session.runs.prepare)  # it loads while settings are chosen

    def open(self, *, algorithm: str = "", field: str = "") -> None:
        """Choose an algorithm, or go to a field of the form."""
        if algorithm:
            self.algorithms.choose(algorithm)
            self._enter_form()
        if field:
            self.form.focus_field(field)

    @Slot()
    def _show_run(self) -> None:
        self._show_right()
        for panel in (TrainPage.run.made(self), TrainPage.search.made(self)):
            if panel is not None:
                panel.refresh()

    def find(self) -> None:
        self.algorithms.search.setFocus()
        self.algorithms.search.selectAll()

    def remember(self) -> dict[str, Any]:
        # Copies, so that the session sees what has changed since it asked last.
        drafts = {name: dict(draft) for name, draft in self._drafts.items() if draft}
        kept = {"algorithm": self.algorithms.name, "drafts": drafts, "options": dict(self._options)}
        return kept | ({"search": self.asked.remember()} if self.searching else {})

    def recall(self, view: dict[str, Any]) -> None:
        drafts, known = view.get("drafts"), all_algorithms()
        if isinstance(drafts, dict):
            self._drafts = {name: usable(known[name], draft) for name, draft in drafts.items() if name in known}
        self._options = usable(DeviceOptions, view.get("options"))
        self.asked.recall(view.get("search"))
        self.way.buttons["search" if "search" in view else "run"].setChecked(True)
        before = self.algorithms.name
        name = str(view.get("algorithm") or before)
        self.algorithms.choose(name)
        if name == before:  # else the form was filled when another was chosen
            self._choose(name)
