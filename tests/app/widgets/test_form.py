from typing import Literal

import pytest
from pydantic import BaseModel
from PySide6.QtCore import Qt

from workbench.algorithms import all_algorithms
from workbench.algorithms.base.item_vectors import KINDS
from workbench.app.pages.train.page import FORM_WIDTH
from workbench.app.widgets import icons
from workbench.app.widgets.field import Field, parsed, shown
from workbench.app.widgets.form import Form
from workbench.app.widgets.theme import GRID
from workbench.declaring import DataFacts, DataRule, hyperparameter


def half_of_users(_, facts, values):
    return max(1, facts.users // values["factors"]), f"{facts.users} users"


class Declared(BaseModel):
    factors: int = hyperparameter(64, "Factors", "Size of a vector.", ge=1, le=1024, log=True)
    rate: float = hyperparameter(0.001, "Learning rate", "How far a step goes.", gt=0, log=True, unit="per step")
    loss: Literal["bpr", "softmax"] = hyperparameter("bpr", "Loss", "What is made small.")
    negatives: int = hyperparameter(1, "Unseen items", "For each seen one.", ge=1, when={"loss": "bpr"})
    bias: bool = hyperparameter(True, "Bias", "Whether items have one.")
    most: int | None = hyperparameter(None, "At most", "Empty: all.", ge=1)
    batch: int = hyperparameter(9, "Batch", "Of a step.", ge=1, from_data=DataRule("users", half_of_users))
    weight: float = hyperparameter(5.0, "Weight", "Of others.", gt=0, tried=(1.0, 5.0, 25.0))
    depth: int = hyperparameter(2, "Depth", "Layers.", ge=1, advanced=True)


@pytest.fixture
def form(keep, light):
    made = keep(Form(Declared))
    made.show()
    return made


def test_it_begins_with_the_defaults(form):
    assert form.values() == Declared().model_dump()
    assert form.valid
    assert form.changed_values() == {}


def test_what_is_typed_is_a_value(form, qtbot):
    field = form.field("factors")
    field.input.selectAll()
    qtbot.keyClicks(field.input, "128")
    assert form.values()["factors"] == 128
    assert form.changed_values() == {"factors": 128}
    assert field.back.isVisible()
    qtbot.mouseClick(field.back, Qt.MouseButton.LeftButton)
    assert form.values()["factors"] == 64
    assert not field.back.isVisible()


def test_what_follows_from_the_data_is_a_number_that_says_so_and_can_be_overwritten(form, qtbot):
    batch = form.field("batch")
    assert not batch.followed.isVisible()
    form.set_facts(DataFacts(1000, 640, 50))
    assert (form.values()["batch"], form.changed_values(), batch.followed.text()) == (10, {}, "from your data")
    assert batch.followed.isVisible()
    assert batch.followed.toolTip() == "640 users"
    form.field("factors").input.setText("32")
    assert form.values()["batch"] == 20  # it follows what was chosen, too
    assert form.given_values().keys() == form.values().keys() - {"batch", "weight"}
    batch.input.setText("7")
    assert not batch.followed.isVisible()
    form.field("factors").input.setText("64")
    assert (form.values()["batch"], form.given_values()["batch"]) == (7, 7)
    qtbot.mouseClick(batch.back, Qt.MouseButton.LeftButton)
    assert form.values()["batch"] == 10
    form.set_facts(None)
    assert form.defaults()["batch"] == 9


def test_what_is_tried_says_so_until_somebody_chooses_be_it_the_same(form, qtbot):
    weight = form.field("weight")
    assert (weight.followed.text(), weight.followed.isVisible()) == ("best of 1, 5, 25", True)
    weight.input.selectAll()
    qtbot.keyClicks(weight.input, "5")
    assert form.given_values()["weight"] == 5
    assert not weight.followed.isVisible()
    qtbot.mouseClick(weight.back, Qt.MouseButton.LeftButton)
    assert "weight" not in form.given_values()


@pytest.mark.parametrize("text", ["0", "2000", "abc", "", "1.5", "nan"])
def test_what_is_out_of_range_is_told_under_the_field(form, qtbot, text):
    with qtbot.waitSignal(form.valid_changed) as changed:
        form.field("factors").input.setText(text)
    assert changed.args == [False]
    assert form.errors() == {"factors": "Must be a whole number at least 1 and at most 1024."}
    assert form.field("factors").wrong.isVisible()
    with qtbot.waitSignal(form.valid_changed) as changed:
        form.field("factors").reset()
    assert changed.args == [True]
    assert not form.field("factors").wrong.isVisible()


def test_what_does_not_matter_is_hidden(form):
    assert form.field("negatives").isVisible()
    form.set_values({"loss": "softmax"})
    assert not form.field("negatives").isVisible()


def test_advanced_fields_are_folded_until_they_differ(form):
    assert not form.field("depth").isVisible()
    form.set_values({"depth": 3})
    assert form.field("depth").isVisible()


def test_the_arrow_points_to_what_unfolds(form):
    folded = form._fold.icon().cacheKey()
    form._fold.setChecked(True)
    assert form._fold.icon().cacheKey() != folded
    form._fold.setChecked(False)
    closed = form._fold.icon().pixmap(16, 16).toImage()
    assert closed == icons.icon("chevron-right", "muted").pixmap(16, 16).toImage()


class Worded(BaseModel):
    loss: Literal["softmax", "sampled-softmax-with-a-long-name"] = hyperparameter(
        "softmax", "Loss", "Tells the next item from all others at once, or from a few, and corrects for that."
    )


def test_words_beside_a_wide_choice_go_below_it(keep, light):
    form = keep(Form(Worded))
    form.resize(280, 300)
    form.show()
    field = form.field("loss")
    assert field.help.width() > 260
    assert field.help.height() < 60


def test_an_error_in_a_folded_field_is_found(form):
    form.field("depth").input.setText("0")
    assert not form.valid
    form.focus_error()
    assert form.field("depth").isVisible()


def test_an_optional_number_may_be_empty(form):
    form.field("most").input.setText("5")
    assert form.values()["most"] == 5
    form.field("most").input.setText("")
    assert form.values()["most"] is None
    assert form.valid


def test_arrow_keys_step_by_the_scale(form, qtbot):
    qtbot.keyClick(form.field("factors").input, Qt.Key.Key_Up)
    qtbot.keyClick(form.field("negatives").input, Qt.Key.Key_Up)
    qtbot.keyClick(form.field("rate").input, Qt.Key.Key_Down)
    values = form.values()
    assert (values["factors"], values["negatives"], values["rate"]) == (128, 2, 0.0005)


def test_every_field_has_a_name_and_help(form):
    for name in Declared.model_fields:
        field = form.field(name)
        assert field.input.accessibleName() == Declared.model_fields[name].title
        assert field.help.text() == Declared.model_fields[name].description
        assert "default" in field.input.toolTip()


def test_every_algorithm_and_split_has_a_form(keep, light):
    from workbench.algorithms import all_algorithms
    from workbench.data.splitting import all_splits

    form = keep(Form())
    for declaration in [*all_algorithms().values(), *all_splits().values()]:
        form.set_declaration(declaration)
        assert form.valid, declaration
        assert declaration(**form.values()).model_dump() == declaration().model_dump()


@pytest.mark.parametrize(
    ("value", "text"), [(500.0, "500"), (0.001, "0.001"), (1e-5, "1e-05"), (True, "true"), (None, "–")]
)
def test_values_as_people_write_them(value, text):
    assert shown(value) == text


def test_a_decimal_comma_is_understood():
    assert parsed("0,5", "number", optional=False) == 0.5
    assert parsed("1.000,5", "number", optional=False) == "1.000,5"


@pytest.mark.parametrize("name", ["gru4rec", "rp3beta", "item-knn", "pure-svd", "mult-vae"])
def test_the_form_of_an_algorithm_fits_into_its_column(keep, name):
    """Words beside a long name pushed the inputs out of it."""
    form = keep(Form(all_algorithms()[name], hidden=("runs",)))
    for field in form.findChildren(Field):
        field.followed.setVisible(True)
    assert form.minimumSizeHint().width() <= FORM_WIDTH - 4 * GRID


def test_a_form_says_which_kinds_of_vectors_there_are(keep):
    form = keep(Form(all_algorithms()["vector-knn"]))
    form.set_offers({KINDS: ["plots", "posters"]})
    field = form.field(KINDS)
    assert field.help.text().endswith("In this data: plots, posters.")
    model = field.input.completer().model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["all", "plots", "posters"]
    form.set_declaration(all_algorithms()["content"])  # it stays known for the next algorithm
    assert form.field(KINDS).help.text().endswith("In this data: plots, posters.")
    form.set_offers({KINDS: []})
    assert form.field(KINDS).help.text().endswith("This data has none.")
