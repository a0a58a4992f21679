"""Text on its way to a terminal or a log: nothing from the data may be obeyed there."""

import io
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
