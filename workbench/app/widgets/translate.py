"""Texts in the person's language, where no method of a QObject says ``self.tr``."""

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """The translation of a text of the window. Write both as literals: `lupdate` looks for calls of this name."""
    return QCoreApplication.translate(context, text)


def declared(text: str) -> str:
    """The translation of a text that is declared outside the window (by an algorithm, say), which is its own key."""
    return QCoreApplication.translate("Declared", text)
