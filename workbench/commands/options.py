"""Options that several commands share."""

import argparse
from typing import Any

Commands = Any  # what argparse gives for adding commands; it has no public name


def common() -> argparse.ArgumentParser:
    """Options of every command; they may stand before the command or behind it."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print exactly one JSON value on standard output")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--debug", action="store_true", help="show where in the code a failure happened")
    return parser


def add_command(commands: Commands, name: str, help: str, **settings: Any) -> argparse.ArgumentParser:  # noqa: A002
    """Add a command whose help begins with a capital letter, as a sentence."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        parents=[common()],
        allow_abbrev=False,
        **settings,
    )
    return parser


def assignment(text: str) -> tuple[str, Any]:
    """``KEY=VALUE`` of the command line; the declaration reads the value, except for what means nothing."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        message = f"'{text}' is not KEY=VALUE"
        raise argparse.ArgumentTypeError(message)
    value = value.strip()
    return key.strip().replace("-", "_"), None if value.lower() in ("none", "null") else value


def names(text: str) -> list[str]:
    """Names between commas."""
    found = [one.strip() for one in text.split(",") if one.strip()]
    if not found:
        raise argparse.ArgumentTypeError("names between commas are needed, such as ndcg,recall")
    return found


def cutoffs(text: str) -> list[int]:
    """Whole numbers from 1 up between commas."""
    try:
        found = [int(one) for one in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        message = f"'{text}' is not a list of whole numbers from 1 up, such as 5,10,20"
        raise argparse.ArgumentTypeError(message)
    return found
