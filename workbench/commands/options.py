"""Options that several commands share."""

import argparse
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.commands.several_files import first_and_joined
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from workbench.data.importing.recipes import Recipe

Commands = Any  # what argparse gives for adding commands; it has no public name


class Parser(argparse.ArgumentParser):
    """A parser whose help ends with `more`, which is found out when help is asked for: it may load half the program."""

    more: Callable[[], str] | None = None

    def format_help(self) -> str:
        """The help, and what there is to choose from."""
        text = super().format_help()
        return text if self.more is None else f"{text}\n{self.more()}\n"

    def error(self, message: str) -> NoReturn:
        """End with a usage; what argparse takes for an option, such as an id that begins with a minus, is told."""
        if message.endswith("expected one argument"):
            option = message.split()[1].rstrip(":").split("/")[-1]
            message += f" (a value that begins with a minus is written with an equals sign: {option}=-5)"
        super().error(message)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write help or a usage; argparse itself hides it where standard output takes nothing."""
        if file is not None and file is sys.stdout:
            file.write(message)
        else:
            super()._print_message(message, file)


def common() -> argparse.ArgumentParser:
    """Options of every command; they may stand before the command or behind it."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print exactly one JSON value on standard output")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--debug", action="store_true", help="show where in the code a failure happened")
    return parser


def add_command(
    commands: Commands,
    name: str,
    help: str,  # noqa: A002 - the word of argparse
    more: Callable[[], str] | None = None,
    **settings: Any,
) -> argparse.ArgumentParser:
    """Add a command whose help begins with a capital letter, as a sentence, and ends with `more`."""
    parser: Parser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        parents=[common()],
        allow_abbrev=False,
        **settings,
    )
    parser.more = more
    return parser


def choices(title: str, described: Mapping[str, str]) -> list[str]:
    """Lines of a help that list what there is, each with its description."""
    room = 2 + max((len(name) for name in described), default=0)
    return [title, *(line for name, words in described.items() for line in _listed(f"  {name:{room}}", words))]


def paragraph(text: str) -> list[str]:
    """Lines of a help."""
    return _listed("", text)


def _listed(begin: str, text: str) -> list[str]:
    width = max(shutil.get_terminal_size().columns - 2, 40)
    return textwrap.wrap(text, width, initial_indent=begin, subsequent_indent=" " * len(begin))


def settings_words(declaration: "type[BaseModel]") -> str:
    """The settings of a declaration by name, those aside that few need."""
    fields = declaration.model_fields.items()
    names = [name for name, field in fields if not (field.json_schema_extra or {}).get("advanced")]  # type: ignore[union-attr]
    return f"Settings: {', '.join(names)}." if names else ""


FURTHER = ("items", "users", "vectors", "pictures")
FILES_HELP = "interactions, or a folder; of several: parts of one table, orders and their lines, items, users, vectors"


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Options that say how files of interactions are read, and what further files tell."""
    parser.add_argument(
        "--join", metavar="KEY", help="of two files: the column by which rows of the one find theirs in the other"
    )
    parser.add_argument(
        "--columns",
        metavar="user=A,item=B,…",
        help="columns by name or position; guessed if left out. time=D:dmy or time=D:mdy says what dates begin with",
    )
    parser.add_argument(
        "--read",
        type=assignment,
        action="append",
        metavar="KEY=VALUE",
        help="what the guess got wrong: kind (a file format of those below), table (sheet or table), member (of a zip), "
        "encoding, delimiter, header, quotes, decimal, thousands, comment, missing, first, time, duplicates, rating-as, "
        "ids (whole: 12.0 is 12; codes: NA is an id); repeatable",
    )
    parser.add_argument(
        "--recipe", type=Path, metavar="FILE", help="read it as another file was: a saved recipe or its data.json"
    )
    parser.add_argument(
        "--feedback",
        type=column_rules,
        action="append",
        metavar="COLUMN=RULES",
        help="what an event is worth, such as 'rating=like>=4,dislike<=2' (in quotes) or event=view:1,cart:3,buy:5 or "
        "click=like=1,seen=0; also ignore=…, log>=30 (the more the stronger); what no rule names was merely seen; "
        "guessed if left out; repeatable",
    )
    parser.add_argument("--items", type=Path, metavar="FILE", help="titles, years, genres of the items")
    parser.add_argument("--users", type=Path, metavar="FILE", help="attributes of the users")
    parser.add_argument(
        "--vectors",
        type=named_file,
        action="append",
        metavar="[NAME=]FILE",
        help="a vector for each item: .npy, Parquet or any table; repeatable, with a name for each kind",
    )
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="pictures of the items, called like their ids")


def format_choices() -> str:
    """The file formats that there are, for the end of a help."""
    from workbench.data.reading.formats import all_formats
    from workbench.data.reading.text.source_file import PACKED_ENDINGS

    described = {
        name: f"{kind.sentence[:1].upper()}{kind.sentence[1:]}"
        + (f" ({', '.join(kind.endings)})" if kind.endings else "")
        for name, kind in sorted(all_formats().items(), key=lambda one: not one[1].is_text)
    }
    packed = f"Any of them may be packed: {', '.join(PACKED_ENDINGS)}."
    return "\n".join([*choices("file formats, recognised by what is in the file:", described), *paragraph(packed)])


def recipe_of(args: argparse.Namespace) -> "tuple[Recipe | None, list[dict[str, Any]]]":
    """The recipe that the options of `add_reading` ask for, None for the guess; and the filters stored with it."""
    from workbench.data.importing.recipes import make_recipe, open_recipe

    if args.recipe is not None:
        if args.columns or args.read or args.feedback:
            args.parser.error("--recipe says how the file is read; leave out --columns, --read and --feedback")
        return open_recipe(args.recipe)
    if args.columns or args.read or args.feedback or args.join:
        first, joined = first_and_joined(args.paths)
        said = (args.columns, dict(args.read or []), args.feedback or ())
        return make_recipe(first, *said, joined=joined, key=args.join), []
    return None, []


def further_files(args: argparse.Namespace) -> dict[str, Path]:
    """Files and folders of the options of `add_reading` that are joined to the interactions."""
    from workbench.data.side_files.vector_files import further_name

    given = {name: getattr(args, name) for name in FURTHER if name != "vectors" and getattr(args, name) is not None}
    return given | {further_name(kind): path for kind, path in files_of_vectors(args).items()}


def files_of_vectors(args: argparse.Namespace) -> dict[str, Path]:
    """The files of ``--vectors`` by the name of their kind."""
    named: dict[str, Path] = {}
    for kind, path in args.vectors or []:
        if kind in named:
            args.parser.error(
                f"--vectors has two files called {kind}; give each a name of its own: --vectors NAME=FILE"
            )
        named[kind] = path
    return named


def joined_words(name: str, report: dict[str, Any]) -> str:
    """How many of the users or items a further file tells of, and of which it does not."""
    what = "users" if name == "users" else "items"
    words = [f"{report['matched']:,} of {report['matched'] + report['without']:,} {what} matched"]
    for number, examples, meaning in (
        (report["without"], report["without_examples"], "without"),
        (report["unused"], report["unused_examples"], f"of other {what}"),
    ):
        if number:
            such = ", ".join(str(example)[:40] for example in examples[:3])
            words.append(f"{number:,} {meaning} (such as {such})")
    return "; ".join(words)


def assignment(text: str) -> tuple[str, Any]:
    """``KEY=VALUE`` of the command line; the declaration reads the value, except for what means nothing."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        message = f"'{text}' is not KEY=VALUE"
        raise argparse.ArgumentTypeError(message)
    value = value.strip()
    return key.strip().replace("-", "_"), None if value.lower() in ("none", "null") else value


def named_file(text: str) -> tuple[str, Path]:
    """``NAME=FILE``, or a file without a name of its own; what is there as it is written is a file."""
    from workbench.data.side_files.vector_files import UNNAMED, check_kind

    name, equals, file = text.partition("=")
    if not equals or "/" in name or Path(text).exists():
        return UNNAMED, Path(text)
    try:
        return check_kind(name), Path(file)
    except WorkbenchError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def column_rules(text: str) -> tuple[str, str]:
    """``COLUMN=RULES``: the name of a column as it stands in the file, and what its values are worth."""
    column, equals, rules = text.partition("=")
    if not equals or not column.strip() or not rules.strip():
        message = f"'{text}' is not COLUMN=RULES, such as 'rating=like>=4,dislike<=2', in quotes"
        raise argparse.ArgumentTypeError(message)
    return column.strip(), rules.strip()


def run_folder(text: str) -> Path:
    """A folder that sentences can name: ``.`` as it is called."""
    path = Path(text)
    return path if path.name not in ("", "..") else path.resolve()


def names(text: str) -> list[str]:
    """Names between commas."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError("names between commas are needed, such as ndcg,recall")
    return found


def cutoffs(text: str) -> list[int]:
    """Whole numbers from 1 up between commas."""
    try:
        found = [int(number) for number in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        message = f"'{text}' is not a list of whole numbers from 1 up, such as 5,10,20"
        raise argparse.ArgumentTypeError(message)
    return found
