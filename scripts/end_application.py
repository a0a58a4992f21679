"""End the YARN applications with a tag: python scripts/end_application.py TAG

Asks the ResourceManager that yarn-site.xml in HADOOP_CONF_DIR names over HTTP, which takes a
fraction of a second where `yarn application -kill` starts two JVMs. Exits with 1 when it cannot:
then use that.
"""

import getpass
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

SECONDS = 4  # to wait for an answer


def addresses() -> list[str]:
    """The web addresses of the ResourceManagers, HOST:PORT."""
    file = Path(os.environ.get("HADOOP_CONF_DIR", ""), "yarn-site.xml")
    found = {
        entry.findtext("name", ""): entry.findtext("value", "")
        for entry in ElementTree.parse(file).getroot().iter("property")
    }
    named = [
        value
        for name, value in found.items()
        if name.startswith("yarn.resourcemanager.webapp.address")
    ]
    hosts = [
        f"{value}:8088"
        for name, value in found.items()
        if name.startswith("yarn.resourcemanager.hostname")
    ]
    return named or hosts


def ask(url: str, content: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer to a GET, or to a PUT of `content`."""
    data = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    method = "GET" if content is None else "PUT"
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def end(address: str, tag: str) -> None:
    """End the applications with the tag; raises OSError."""
    base = f"http://{address}/ws/v1/cluster/apps"
    found: dict[str, Any] = ask(f"{base}?applicationTags={tag}")["apps"] or {"app": []}
    for application in found["app"]:
        url = f"{base}/{application['id']}/state?user.name={getpass.getuser()}"
        print(f"Ending {application['id']}.")
        ask(url, {"state": "KILLED"})


def main() -> None:
    """Ask one ResourceManager after the other."""
    for address in addresses():
        try:
            end(address, sys.argv[1])
            return
        except (OSError, ValueError) as error:
            print(f"The ResourceManager at {address}: {error}", file=sys.stderr)
    print("End it with: yarn application -list -appTags TAG, yarn application -kill ID")
    sys.exit(1)


if __name__ == "__main__":
    main()
