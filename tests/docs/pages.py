"""The pages of the docs and what is in them: fenced blocks, commands, inline code."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SITE = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*SITE, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
CHANGES = ROOT / "CHANGELOG.md"  # its commands and settings are those of their time
FENCE = re.compile(
    r"^(?:<!-- (?P<note>.*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```", re.M | re.S
)


@dataclass(frozen=True)
class Fence:
    """One fenced block; `note` is the HTML comment right above it."""

    page: str
    language: str
    text: str
    note: str


def fences(language: str) -> list[Fence]:
    """All blocks of a language, on all pages."""
    return [
        Fence(page.name, language, found["text"], found["note"] or "")
        for page in PAGES
        for found in FENCE.finditer(page.read_text(encoding="utf-8"))
        if found["language"] == language
    ]


def example(name: str) -> str:
    """The text of the block under `<!-- example: name -->`."""
    [found] = [fence for fence in fences("json") if fence.note == f"example: {name}"]
    return found.text


def inline_code(page: Path) -> list[str]:
    """The inline code of a page, fences left out."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return re.findall(r"`([^`\n]+)`", text)


def steamrec_arguments(line: str) -> list[str] | None:
    """What a shell line hands to `steamrec`, command first; None when it calls something else."""
    words = [word for word in shlex.split(line, comments=True) if word != "..."]
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if len(words) < 2:
        return None
    program, rest = Path(words[0]).name, words[1:]
    if program == "steamrec":
        return rest
    if program == "run.sh":
        return ["nightly", *rest]
    if program == "nightly.sh":
        return ["nightly", "--master", rest[0], "--workspace", rest[1], *rest[2:]]
    if program == "submit.sh":
        return [rest[1], "--master", rest[0], *rest[2:]]
    if program == "spark-submit":
        job = next((word for word in rest if word.startswith("jobs/")), None)
        return [Path(job).stem, *rest[rest.index(job) + 1 :]] if job else None
    return None


def shell_lines() -> list[tuple[str, str]]:
    """(page, line) of all shell blocks, continued lines joined."""
    return [
        (fence.page, line.strip())
        for fence in fences("sh")
        for line in fence.text.replace("\\\n", " ").splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
