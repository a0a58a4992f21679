"""Text on its way to a terminal or a log: nothing from the data may be obeyed there."""

import contextlib
import io
import logging
import os
import sys
import unicodedata

import click


def clean(text: str) -> str:
    """The text without what a terminal would obey, in one line.

    Names and ids come from files of strangers. Every kind of blank and line end becomes a blank;
    controls, escapes, marks that turn the direction of writing and what is not encodable become
    "?".
    """
    return "".join(
        letter if letter.isprintable() else (" " if _is_blank(letter) else "?") for letter in text
    )


def _is_blank(letter: str) -> bool:
    return letter in "\t\n\r" or unicodedata.category(letter) in ("Zs", "Zl", "Zp")


def say(text: str, err: bool = False) -> None:
    """Print one line of text, cleaned."""
    click.echo(clean(text), err=err)


def print_whatever_the_encoding() -> None:
    """Have letters that the terminal's encoding lacks escaped, where printing would fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def hide_native_output() -> None:
    """Send what libraries in C++ and child processes print to the run's log file.

    TensorFlow and Java greet whoever starts them on standard error; Python's own messages, the log
    and the bars still go there. Without a log file, or with STEAMREC_DEBUG, all stays as it is.
    """
    from steamrec.workspace import run_log

    log, seen = run_log.open_for_append(), sys.stderr
    if log is None:
        return
    with log, contextlib.suppress(OSError, ValueError, AttributeError):
        if seen.fileno() != 2:
            return
        seen.flush()
        terminal = os.dup(2)
        os.dup2(log.fileno(), 2)
        sys.stderr = open(terminal, "w", buffering=1, encoding=seen.encoding, errors=seen.errors)  # noqa: SIM115, PTH123
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is seen:
                handler.setStream(sys.stderr)
