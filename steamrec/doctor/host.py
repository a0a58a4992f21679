"""The host name, the locale and the account: what steamrec sets itself is told, not refused."""

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from steamrec.doctor.finding import Finding
from steamrec.spark.account import has_entry


def check_host_name(
    local: bool, name: str, resolve: Callable[[str, None], Any] = socket.getaddrinfo
) -> Finding:
    """Whether `name`, this machine's, has an address; with `local` the loopback one serves."""
    if local:
        return Finding("host name", f"{name}; a local master uses localhost")
    try:
        resolve(name, None)
    except (OSError, UnicodeError) as error:
        found = f"{name} has no address ({error})"
        advice = "add it to /etc/hosts, or set SPARK_LOCAL_IP to an address of this machine."
        return Finding("host name", found, advice)
    return Finding("host name", name)


def check_locale(variables: Mapping[str, str]) -> Finding:
    """Which locale the shell has; Java and the workers always get UTF-8."""
    given = next(
        (variables[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if variables.get(name)), ""
    )
    return Finding("locale", f"{given or 'none'}; Java and the workers get C.UTF-8")


def check_account(variables: Mapping[str, str], user_id: int) -> Finding:
    """Who runs this: a user id without an entry in /etc/passwd gets a name and a home folder."""
    if has_entry(user_id):
        home = variables.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 (raises nothing)
        return Finding("account", f"user id {user_id}, home folder {home}")
    name, home = variables.get("USER", ""), variables.get("HOME", "")
    words = f"user id {user_id} has no entry in /etc/passwd; steamrec calls it {name}, with {home}"
    return Finding("account", f"{words} as its home folder")
