#!/usr/bin/env bash
# The whole night. Without arguments: on a small synthetic Steam file, into ./workspace.
# With arguments: they go to `steamrec nightly`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"
export SPARK_CONF_DIR="${SPARK_CONF_DIR:-$root/conf}"
steamrec="$root/.venv/bin/steamrec"

if [ $# -gt 0 ]; then
  exec "$steamrec" nightly "$@"
fi
cd "$root"
sample=workspace/raw/sample.json.gz
items=workspace/raw/sample-items.json.gz
[ -e "$sample" ] && [ -e "$items" ] ||
  "$steamrec" generate --users 3000 --seed 1 --output "$sample" --items-output "$items"
"$steamrec" nightly --config conf/sample.toml --workspace workspace \
  --set input.path="$sample" --set input.items_path="$items"
