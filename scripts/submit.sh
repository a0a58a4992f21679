#!/usr/bin/env bash
# Submit one stage to a Spark master:
#   scripts/submit.sh spark://host:7077 nightly --config conf/steam.toml --workspace hdfs:///steamrec
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: scripts/submit.sh MASTER_URL STAGE [ARGUMENTS OF THE STAGE]" >&2
  exit 2
fi
master=$1 stage=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -f "$root/jobs/$stage.py" ]; then
  echo "submit.sh: there is no stage '$stage'; there are: $(cd "$root/jobs" && ls -- *.py | sed 's/\.py$//' | tr '\n' ' ')" >&2
  exit 2
fi
"$root/scripts/setup.sh"
package="$root/build/steamrec.zip"
mkdir -p "$root/build"
"$root/.venv/bin/python" - "$root" "$package" <<'PY'
import pathlib, sys, zipfile
root, package = pathlib.Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(package, "w") as archive:
    for path in sorted((root / "steamrec").rglob("*.py")):
        archive.write(path, path.relative_to(root))
PY
export PYSPARK_PYTHON="${PYSPARK_PYTHON:-$root/.venv/bin/python}"
export PYSPARK_DRIVER_PYTHON="${PYSPARK_DRIVER_PYTHON:-$root/.venv/bin/python}"
exec "$root/.venv/bin/spark-submit" --master "$master" --properties-file "$root/conf/spark-defaults.conf" \
  --py-files "$package" ${STEAMREC_SUBMIT_OPTIONS:-} "$root/jobs/$stage.py" "$@"
