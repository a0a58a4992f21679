"""Print the content hashes in the receipts of a workspace, or what differs between two.

    python scripts/compare_hashes.py WORKSPACE [OTHER]

Exit code 1 when a table, a model or a figure is not the same in both. Runs are compared by what
they hold: their ids and dates say when they were made.
"""

import argparse
import json
import re
import sys
from pathlib import Path

RUN = re.compile(r"dt=[^/]+/run=[^/]+")
# They name a run, or count the letters of a page that says when its stages ended.
UNCOMPARED = ("run_id", "path", "bytes")


def hashes(workspace: Path) -> dict[str, str]:
    """Each output's rows and content hash, and each figure of the receipts, by their names."""
    found = {}
    for file in sorted((workspace / "receipts").rglob("*.json")):
        receipt = json.loads(file.read_text())
        for name, output in receipt["outputs"].items():
            rows = f"{output['rows']:,} rows, " if "rows" in output else ""
            found[RUN.sub("dt=*/run=*", name)] = rows + output["content_hash"]
        for name, value in receipt["counts"].items():
            if name not in UNCOMPARED:
                found[f"{receipt['stage']}: {name}"] = str(value)
    return found


def main() -> None:
    """Print, or compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("other", type=Path, nargs="?")
    options = parser.parse_args()
    first = hashes(options.workspace)
    if not first:
        sys.exit(f"{options.workspace} has no receipts.")
    if options.other is None:
        print("\n".join(f"{name}: {value}" for name, value in first.items()))
        return
    second = hashes(options.other)
    differing = sorted(
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    )
    for name in differing:
        print(f"{name}: {first.get(name, 'missing')} | {second.get(name, 'missing')}")
    print(f"{len(first.keys() | second.keys())} outputs and figures, {len(differing)} differ.")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
