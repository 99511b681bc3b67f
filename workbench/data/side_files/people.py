"""What is known of users: attributes such as age or occupation, joined to the interactions by id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.data.reading.first_rows import preview
from workbench.data.reading.text.source_file import look_at
from workbench.data.side_files.joining import id_column, match, open_table, texts_of, write_table

# Files without a header whose columns everybody knows.
KNOWN = {
    "u.user": ("id", "age", "gender", "occupation", "zip code"),
    "users.dat": ("id", "gender", "age", "occupation", "zip code"),
}


@dataclass(frozen=True, eq=False)
class Users:
    """Attributes of users as text, aligned with the user ids of interactions; null where unknown.

    Attributes
    ----------
    user_ids : pyarrow string array (n_users,)
    attributes : pyarrow table of string columns (n_users rows)
    """

    user_ids: pa.Array
    attributes: pa.Table

    def __len__(self) -> int:
        return len(self.user_ids)

    def of(self, index: int) -> dict[str, str]:
        """What is known of one user, by name of the attribute."""
        found = self.attributes.slice(index, 1).to_pylist()[0]
        return {name: value for name, value in found.items() if value}

    def write(self, folder: Path) -> None:
        """Write ``users.arrow`` into a data folder."""
        columns = {"id": self.user_ids, **{f"attribute {name}": self.attributes[name] for name in self.names}}
        write_table(folder / "users.arrow", pa.table(columns))

    @property
    def names(self) -> list[str]:
        """Names of the attributes."""
        return list(self.attributes.column_names)

    @classmethod
    def open(cls, folder: Path) -> "Users | None":
        """Users of a data folder, memory-mapped; None where no user file was imported.

        Raises
        ------
        WorkbenchError
            If the file is damaged.
        """
        path = folder / "users.arrow"
        if not path.exists():
            return None
        table = open_table(path, "user")
        ids, attributes = table["id"].combine_chunks(), table.drop(["id"])
        names = [name.removeprefix("attribute ") for name in attributes.column_names]
        return cls(ids, attributes.rename_columns(names))


def read_users(path: Path, user_ids: pa.Array) -> tuple[Users, dict[str, Any]]:
    """Read all columns of a file of users as attributes, and join them to `user_ids`.

    Returns
    -------
    users : Users
        One entry for each of `user_ids`.
    report : dict
        As that of `items.read_items`; ``columns`` lists the attributes.

    Raises
    ------
    WorkbenchError
        If the file cannot be read or no row is about one of the users.
    """
    file = look_at(path)
    shown = preview(file)
    names = list(KNOWN.get(file.name.lower(), ())) if not shown.format.header else []
    names = names if len(names) == len(shown.names) else shown.names
    at = id_column([shown.column(i) for i in range(len(shown.names))], user_ids)
    others = {f"{i}": i for i in range(len(names)) if i != at}
    ids, columns, refused = texts_of(file, shown, {"id": at, **others})
    where, report = match(user_ids, ids, file.path, "user")
    unique = [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]
    table = pa.table({unique[int(i)]: columns[i].take(where) for i in others})
    report["rows"] += len(refused)
    report |= {"columns": table.column_names, "refused_count": len(refused), "refused": refused[:100]}
    return Users(user_ids, table), report
