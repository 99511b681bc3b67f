"""Where the files lie that come with the program: samples, icons, translations, pictures."""

from pathlib import Path

from workbench.errors import WorkbenchError

_BESIDE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """The path of something that comes with the program.

    Parameters
    ----------
    name
        Path below ``resources``, with forward slashes, such as ``samples/movielens-small/ratings.csv``.

    Raises
    ------
    WorkbenchError
        If it is not there.
    """
    # An installed program has them in the package's companion folder, a checkout in resources/.
    for folder in ("workbench_resources", "resources"):
        path = _BESIDE / folder / name
        if path.exists():
            return path
    raise WorkbenchError(f"The program's own file '{name}' is missing. Install Recommender Workbench again.")
