"""Words that are declared where no Qt is known: titles and sentences of splits, filters, formats."""

from PySide6.QtCore import QCoreApplication


def declared(text: str) -> str:
    """The translation of a declared text, which is its own key."""
    return QCoreApplication.translate("Declared", text)
