#!/usr/bin/env bash
# Measure on the real file; figures go to build/bench and to standard output.
#   STEAMREC_DATA=<folder with australian_users_items.json.gz> scripts/bench.sh [WHAT] [NIGHT]
# WHAT: steam (the whole night of conf/steam.toml; the default), networks (the same with the three
# networks only), notebook and notebook-large-batch (those of conf/<name>.toml), ingest (the stage
# against ast.literal_eval on every line), sampling (the stage and its NumPy core against the
# notebook's loop), ranking (EASE and the two-stage model on three split seeds), training (the loop
# against the notebook's), warm (epochs that a warm start saves), quality (time to the notebook's
# HR@10, with the settings of conf/notebook-large-batch.toml), export (top-10 lists for all users by
# the models of a finished "steam", against implicit's),
# small (the night of run.sh without arguments: seconds, Spark jobs and tasks of each stage; needs no
# real file), --scale [MULTIPLES] (nights of 1, 2, 4 and 8 times the real number of users, synthetic).
# sampling, training, warm and quality run the stages that they need where no night has; training
# and sampling take another NIGHT ("networks") in place of "steam".
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-steam}
if [ "$what" != --scale ] && [ "$what" != small ]; then  # whose users are synthetic
  raw=${STEAMREC_DATA:?set it to the folder that holds australian_users_items.json.gz}/australian_users_items.json.gz
fi
./scripts/setup.sh
mkdir -p build/bench

# stages NIGHT STAGE...: the first stages of a night; finished stages are not run again.
stages() {
  local config=$1 workspace=build/bench/workspace-$1 stage
  [ "$1" = networks ] && config=steam
  for stage in "${@:2}"; do
    .venv/bin/steamrec "$stage" --config "conf/$config.toml" --workspace "$workspace" \
      --master 'local[2]' --set "input.path=$raw"
  done
}

case $what in
  ingest)
    .venv/bin/python scripts/bench_ingest.py "$raw" | tee build/bench/ingest.json
    ;;
  sampling)
    stages "${2:-steam}" ingest prepare
    .venv/bin/python scripts/bench_sampling.py "build/bench/workspace-${2:-steam}" |
      tee build/bench/sampling.json
    ;;
  training)
    stages "${2:-steam}" ingest prepare sample
    .venv/bin/python scripts/bench_training.py "build/bench/workspace-${2:-steam}" |
      tee build/bench/training.json
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
  small)
    .venv/bin/python scripts/bench_small.py --output build/bench "${@:2}"
    ;;
  --scale)
    .venv/bin/python scripts/bench_scale.py --output build/bench --times "${2:-1,2,4,8}"
    ;;
  warm)
    stages steam ingest prepare sample
    .venv/bin/python scripts/bench_warm.py build/bench/workspace-steam | tee build/bench/warm.json
    ;;
  quality)
    stages notebook-large-batch ingest prepare sample
    .venv/bin/python scripts/bench_quality.py build/bench/workspace-notebook-large-batch |
      tee build/bench/quality.json
    ;;
  ranking)
    .venv/bin/python scripts/bench_ranking.py --output build/bench --seeds 1 2 3 -- \
      --config conf/steam.toml --master 'local[2]' --set "input.path=$raw"
    ;;
  *)
    echo "usage: scripts/bench.sh [steam|networks|notebook|notebook-large-batch|ingest|sampling|ranking|training|warm|quality|export|small|--scale]" >&2
    exit 2
    ;;
esac
