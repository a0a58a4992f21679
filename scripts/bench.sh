#!/usr/bin/env bash
# Measure the whole night on the real file and write the figures to build/bench.
#   STEAMREC_DATA=<folder with australian_users_items.json.gz> scripts/bench.sh [steam|notebook]
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-steam}
raw=${STEAMREC_DATA:?set it to the folder that holds australian_users_items.json.gz}/australian_users_items.json.gz
./scripts/setup.sh
mkdir -p build/bench
rm -rf "build/bench/workspace-$name"
exec .venv/bin/python scripts/bench_night.py --output build/bench --name "$name" \
  --workspace "build/bench/workspace-$name" -- \
  --config "conf/$name.toml" --master 'local[2]' --set "input.path=$raw"
