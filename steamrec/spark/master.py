"""Spark's master URL: which forms there are."""

import re

from steamrec.errors import UsageError

_FORMS = (
    r"local",
    r"local\[(?:\*|[1-9]\d{0,5})(?:,\s*[1-9]\d{0,3})?\]",
    r"local-cluster\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]",
    r"spark://[^\s:/,]+:\d+(?:,[^\s:/,]+:\d+)*",
    r"yarn",
    r"k8s://\S+",
)
_MASTER = re.compile("|".join(f"(?:{form})" for form in _FORMS))


def check_master(master: str, source: str = "--master") -> None:
    """Raise UsageError unless `master` has a form that Spark takes; `source` names its origin."""
    if _MASTER.fullmatch(master) is None:
        raise UsageError(
            f"{source} takes local, local[2], local[*], spark://HOST:PORT, yarn or k8s://URL, "
            f"not {master!r}."
        )


def is_local(master: str) -> bool:
    """Whether this process's own JVM is the whole cluster."""
    return master == "local" or master.startswith("local[")
