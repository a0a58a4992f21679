#!/usr/bin/env bash
# Build what a cluster needs:
#   scripts/package.sh zip           build/steamrec.zip, for --py-files
#   scripts/package.sh environment   build/environment.tar.gz, for --archives ...#environment
#   scripts/package.sh               both
# The environment's Python is a link to the interpreter it was made with: each node needs that
# Python at the same place, or at PYTHON_PREFIX (a folder such as /usr/bin).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
what=${1:-all}
case $what in zip | environment | all) ;; *) echo "usage: scripts/package.sh [zip|environment]" >&2; exit 2 ;; esac
"$root/scripts/setup.sh"
mkdir -p "$root/build"

if [ "$what" != environment ]; then
  "$root/.venv/bin/python" - "$root" "$root/build/steamrec.zip" <<'PY'
import os, pathlib, sys, zipfile

root, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
partial = target.with_name(f".{target.name}.{os.getpid()}")
with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
    conf = [path for path in (root / "steamrec/conf").iterdir() if path.is_file()]
    for path in sorted([*(root / "steamrec").rglob("*.py"), *conf]):
        # A fixed time: the same code is the same file.
        entry = zipfile.ZipInfo(str(path.relative_to(root)), (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
partial.replace(target)  # in one step: another submit may be reading it
PY
  echo "$root/build/steamrec.zip"
fi

if [ "$what" != zip ]; then
  prefix=()
  [ -n "${PYTHON_PREFIX:-}" ] && prefix=(--python-prefix "$PYTHON_PREFIX")
  # Without the development tools and what no executor reads: half of the size.
  exclude=()
  while IFS= read -r pattern; do exclude+=(--exclude "$pattern"); done \
    < <("$root/.venv/bin/python" "$root/scripts/development_files.py")
  "$root/.venv/bin/venv-pack" --quiet --force --prefix "$root/.venv" "${prefix[@]}" "${exclude[@]}" \
    --output "$root/build/environment.tar.gz"
  echo "$root/build/environment.tar.gz"
fi
