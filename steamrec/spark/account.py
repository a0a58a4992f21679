"""The account of this process, where /etc/passwd has no entry for its user id.

Containers often run under such an id. Java, Hadoop, Python and Keras all ask for the account's
name and home folder, and most of them fail without an answer.
"""

import os
import pwd
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any


def has_entry(user_id: int) -> bool:
    """Whether /etc/passwd (or what stands for it) knows `user_id`."""
    try:
        pwd.getpwuid(user_id)
    except KeyError:
        return False
    return True


def complete_account(
    variables: MutableMapping[str, str], user_id: int, temporary: str
) -> MutableMapping[str, str]:
    """Set USER, LOGNAME and HOME where `user_id` has no entry and they are not set; returns them.

    The home folder is then `temporary`. Matplotlib's settings go there too, whatever the account,
    where its home folder cannot be written.
    """
    if not has_entry(user_id):
        name = variables.get("USER") or variables.get("LOGNAME") or f"uid{user_id}"
        for key in ("USER", "LOGNAME"):
            if not variables.get(key):
                variables[key] = name
        if not Path(variables.get("HOME", "")).is_absolute():
            variables["HOME"] = temporary
    home = variables.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 (raises nothing)
    if not os.access(home, os.W_OK | os.X_OK):
        variables.setdefault("MPLCONFIGDIR", str(Path(temporary) / f"matplotlib-{user_id}"))
    return variables


def complete_own_account() -> None:
    """Complete the account of this process, for it and for all that it starts."""
    complete_account(os.environ, os.getuid(), tempfile.gettempdir())


def account_options() -> str:
    """Java's options for an account without an entry; empty for any other."""
    if has_entry(os.getuid()):
        return ""
    return f'"-Duser.name={os.environ["USER"]}" "-Duser.home={os.environ["HOME"]}"'


def log_in(gateway: Any) -> None:
    """Tell the Hadoop behind `gateway` (Py4J's) who this is, where it cannot find out itself."""
    if has_entry(os.getuid()):
        return
    users = gateway.jvm.org.apache.hadoop.security.UserGroupInformation
    users.setLoginUser(users.createRemoteUser(os.environ["USER"]))
