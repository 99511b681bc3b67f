"""The two ways in which a job ends early, and what to say where it ends in a third."""

import errno
import re

# What libraries say where the system has no memory left for them, without a MemoryError: pyarrow, torch, the loader of
# shared libraries; a thread takes memory, too.
OUT_OF_MEMORY = (
    "allocate memory",
    "bad_alloc",
    "can't start new thread",
    "failed to launch worker thread",
    "failed to map segment",
    "not enough memory",
    "out of memory",
)
UNFORESEEN = "This failed unexpectedly:"
# What a file holds is quoted in sentences, however long it is; a path may be long, too.
MAX_WORD_CHARS, MAX_SENTENCE_CHARS = 400, 1400
_LONG_WORD = re.compile(rf"\S{{{MAX_WORD_CHARS + 1},}}")


class WorkbenchError(Exception):
    """A sentence for the person at the screen: what happened, where, and what to do about it."""

    def __str__(self) -> str:
        """The sentence, at a length that can be read."""
        return readable(super().__str__())


def readable(sentence: str) -> str:
    """A sentence without the middle of what it quotes at too great a length: it begins and ends as it was."""
    return _cut(_LONG_WORD.sub(lambda word: _cut(word[0], MAX_WORD_CHARS // 2), sentence), MAX_SENTENCE_CHARS)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-(most // 2) :]}"


class Cancelled(Exception):  # noqa: N818 - being cancelled is not an error
    """The person asked for the job to end."""


class Pruned(Cancelled):
    """A search has given a training up."""


def lacks_memory(error: BaseException | None) -> bool:
    """Whether an error, or what led to it, is that the system had no memory left."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if not isinstance(error, WorkbenchError) and any(words in str(error).lower() for words in OUT_OF_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


def sentence_of(error: Exception) -> str:
    """What to say to the person of whatever ended a job or a command."""
    if isinstance(error, WorkbenchError) and (not lacks_memory(error) or "memory" in str(error)):
        return str(error)
    if lacks_memory(error):
        return "There was not enough memory for this. Close other programs, or use less data or a smaller algorithm."
    if isinstance(error, OSError) and error.filename:
        return readable(f"{error.filename} could not be used: {error.strerror}.")
    if isinstance(error, RecursionError):
        return (
            "A file is nested too deeply to be read. Was it made by this program, or by hand? Restore it from a copy."
        )
    if isinstance(error, ValueError) and "null byte" in str(error):
        return "The name of a file or folder has a character with the code 0 in it, which no name may have. Remove it."
    if isinstance(error, ValueError) and "surrogates not allowed" in str(error):
        return (
            "A name or a value has half a character in it, which cannot be written. Rename the file, or write it again."
        )
    if isinstance(error, ValueError) and "integer string conversion" in str(error):
        return "A whole number has thousands of digits, which is more than can be calculated with. Write a smaller one."
    return readable(f"{UNFORESEEN} {type(error).__name__}: {error}.")
