#!/usr/bin/env bash
# Measure on the real file; figures go to build/bench and to standard output.
#   STEAMREC_DATA=<folder with australian_users_items.json.gz> scripts/bench.sh [WHAT] [NIGHT]
# WHAT: steam (the whole night of conf/steam.toml; the default), networks (the same with the three
# networks only), notebook and notebook-large-batch (those of conf/<name>.toml), ingest (the stage
# against ast.literal_eval on every line), sampling (the stage and its NumPy core against a plain
# Python loop, on the split of the night run before), ranking (EASE and the two-stage model on three
# split seeds), training (the loop against the notebook's, on the samples of a finished "steam"),
# warm (epochs that a warm start saves, on the same), export (top-10 lists for everybody by the
# models of a finished "steam", against implicit's), quality (time to the notebook's HR@10, on a
# finished "notebook-large-batch"),
# training and sampling take another finished NIGHT ("networks") in place of "steam";
# --scale [MULTIPLES] (nights of 1, 2, 4 and 8 times the real number of made users).
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-steam}
if [ "$what" != --scale ]; then  # whose users are made
  raw=${STEAMREC_DATA:?set it to the folder that holds australian_users_items.json.gz}/australian_users_items.json.gz
fi
./scripts/setup.sh
mkdir -p build/bench
case $what in
  ingest)
    .venv/bin/python scripts/bench_ingest.py "$raw" | tee build/bench/ingest.json
    ;;
  sampling)
    if [ ! -e "build/bench/workspace-${2:-steam}/receipts/split.json" ]; then
      .venv/bin/steamrec ingest --config conf/steam.toml --workspace build/bench/workspace-steam \
        --master 'local[2]' --set "input.path=$raw"
      .venv/bin/steamrec prepare --config conf/steam.toml --workspace build/bench/workspace-steam \
        --master 'local[2]' --set "input.path=$raw"
    fi
    .venv/bin/python scripts/bench_sampling.py "build/bench/workspace-${2:-steam}" |
      tee build/bench/sampling.json
    ;;
  training)
    .venv/bin/python scripts/bench_training.py "build/bench/workspace-${2:-steam}" \
      | tee build/bench/training.json
    ;;
  steam | networks | notebook | notebook-large-batch)
    config=$what models=()
    [ "$what" = networks ] && config=steam models=(--set 'train.models=["gmf","mlp","neumf"]')
    rm -rf "build/bench/workspace-$what"
    .venv/bin/python scripts/bench_night.py --output build/bench --name "$what" \
      --workspace "build/bench/workspace-$what" -- \
      --config "conf/$config.toml" --master 'local[2]' --set "input.path=$raw" "${models[@]}"
    ;;
  export)
    .venv/bin/python scripts/bench_export.py build/bench/workspace-steam | tee build/bench/export.json
    ;;
  --scale)
    .venv/bin/python scripts/bench_scale.py --output build/bench --times "${2:-1,2,4,8}"
    ;;
  warm)
    .venv/bin/python scripts/bench_warm.py build/bench/workspace-steam | tee build/bench/warm.json
    ;;
  quality)
    .venv/bin/python scripts/bench_quality.py build/bench/workspace-notebook-large-batch |
      tee build/bench/quality.json
    ;;
  ranking)
    .venv/bin/python scripts/bench_ranking.py --output build/bench --seeds 1 2 3 -- \
      --config conf/steam.toml --master 'local[2]' --set "input.path=$raw"
    ;;
  *)
    echo "usage: scripts/bench.sh [steam|networks|notebook|notebook-large-batch|ingest|sampling|ranking|training|warm|quality|export|--scale]" >&2
    exit 2
    ;;
esac
