"""The person's own division."""

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.split import Split
from workbench.errors import WorkbenchError


class Files(Split):
    """The person's own files: one to learn from, one to test on, perhaps one for validation."""

    name, title = "files", "My own files"

    def places(self, data: Interactions) -> Array:
        if data.part is None:
            message = "The split 'files' needs a test file beside the training file. Add one, or choose another split."
            raise WorkbenchError(message)
        return data.part

    def describe(self) -> str:
        return "the person's own training, validation and test files"
