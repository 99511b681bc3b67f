"""The state of a run in words and colours; light enough for the first picture of the window."""

from workbench.app.widgets.translate import declared
from workbench.training.run_state import RunState

STATE_INK = {
    RunState.DONE: "ok",
    RunState.FAILED: "error",
    RunState.LOST: "error",
    RunState.RUNNING: "accent",
    RunState.PAUSED: "warn",
}


def state_title(state: RunState) -> str:
    """What a state is called, such as "Waiting"."""
    return declared(state.label)
