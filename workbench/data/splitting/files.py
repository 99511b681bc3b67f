"""The person's own division."""

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.split import Split


class Files(Split):
    """The person's own files: one to learn from, one to test on, perhaps one for validation."""

    name, title, short, order = "files", "My own files", "own files", 7
    sentence = "Trains on your training file, and tests on your test file, to compare with published results."
    needs = ("test file",)
    row_by_row = True

    def places(self, data: Interactions) -> Array:
        assert data.part is not None, "`needs` says so"
        return data.part

    def describe(self) -> str:
        return "the person's own training, validation and test files"
