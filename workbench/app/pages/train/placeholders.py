"""What stands in the place of a run's curves where there is nothing to draw."""

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of, has_epochs
from workbench.app.session.blend import weights_words
from workbench.app.session.session import Session
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState


def empty_words(session: Session, info: RunInfo | None, *, begun: bool) -> tuple[str, str]:
    """Of the loss and of the validation; `begun` says whether an epoch has ended."""
    if info is None:
        return (
            translate("RunPanel", "The loss appears here during training."),
            translate("RunPanel", "Validation after each epoch appears here."),
        )
    if not has_epochs(info):
        one_step = translate("RunPanel", "{name} is trained in a single step: there is no curve to show.")
        loss = weights_words(session, info) or one_step.format(name=_algorithm_title(info))
        if not info.over:
            return loss, translate("RunPanel", "The validation result appears here when it is done.")
        return loss, _no_validation(info) or translate(
            "RunPanel", "There is no validation result: this split has no validation part."
        )
    if info.state is RunState.QUEUED:
        return translate("RunPanel", "Waiting for the runs before it."), translate(
            "RunPanel", "The first value comes after the first epoch."
        )
    if info.over:
        return translate("RunPanel", "It ended before its first step."), translate(
            "RunPanel", "There is no validation result."
        )
    loss = translate("RunPanel", "Waiting for the first steps.")
    if begun:
        return loss, _no_validation(info) or translate(
            "RunPanel", "This split has no validation part: the last epoch is kept."
        )
    return loss, translate("RunPanel", "The first value comes after the first epoch.")


def _no_validation(info: RunInfo) -> str:
    """Why nothing was left to validate on, where that is what was wanted."""
    if not info.spec.get("learns_validation"):
        return ""
    return translate("RunPanel", "It has learned from the validation part too: only the test can judge it now.")


def _algorithm_title(info: RunInfo) -> str:
    kind = algorithm_of(info)
    return kind.title if kind is not None else info.algorithm[:60]
