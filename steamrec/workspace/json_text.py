"""JSON as the workspace's files have it."""

import json
from typing import Any

from steamrec.errors import RunError


def json_bytes(value: Any) -> bytes:
    """`value` as the text of a JSON file."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def parsed_json(content: bytes, name: str) -> Any:
    """The value of the JSON text `content` of file `name`; raises RunError that names it."""
    try:
        return json.loads(content)
    except ValueError as error:
        raise RunError(f"{name} is damaged ({error}).") from None
