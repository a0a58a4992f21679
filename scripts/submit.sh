#!/usr/bin/env bash
# Submit one stage, or the whole night, to a Spark master:
#   scripts/submit.sh spark://host:7077 nightly --config conf/steam.toml --workspace hdfs:///steamrec
# STEAMREC_SUBMIT_OPTIONS holds more options of spark-submit, parted by spaces
# ("--executor-memory 2g"). The exit codes are those of the command.
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: scripts/submit.sh MASTER_URL STAGE [ARGUMENTS OF THE STAGE]" >&2
  exit 2
fi
master=$1 stage=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
if [[ ! $stage =~ ^[a-z]+$ ]] || [ ! -f "$root/jobs/$stage.py" ]; then
  echo "submit.sh: there is no stage '$stage'; there are: $(cd "$root/jobs" && ls -- *.py | sed 's/\.py$//' | tr '\n' ' ')" >&2
  exit 2
fi
package=$("$root/scripts/package.sh" zip)
export PYSPARK_PYTHON="${PYSPARK_PYTHON:-$root/.venv/bin/python}"
export PYSPARK_DRIVER_PYTHON="${PYSPARK_DRIVER_PYTHON:-$root/.venv/bin/python}"
export SPARK_CONF_DIR="${SPARK_CONF_DIR:-$root/conf}"
# With a cluster on this machine the driver listens on the loopback address only.
case $master in
  local* | spark://127.0.0.1:* | spark://localhost:*) export SPARK_LOCAL_IP="${SPARK_LOCAL_IP:-127.0.0.1}" ;;
esac
# shellcheck disable=SC2206 # the options are split on purpose
command=("$root/.venv/bin/spark-submit" --master "$master" --properties-file "$root/conf/spark-defaults.conf"
  --py-files "$package" ${STEAMREC_SUBMIT_OPTIONS:-})
case "$master ${STEAMREC_SUBMIT_OPTIONS:-}" in
  yarn*--deploy-mode[\ =]cluster*) ;;
  *) exec "${command[@]}" "$root/jobs/$stage.py" "$@" ;;
esac
# In YARN's cluster mode the driver outlives spark-submit: a signal has to end the application too.
tag="steamrec-$$-$(date +%s)"
"${command[@]}" --conf "spark.yarn.tags=$tag" "$root/jobs/$stage.py" "$@" &
submitted=$!
end_application() {
  trap '' TERM INT HUP
  kill -TERM "$submitted" 2> /dev/null || true
  "$root/.venv/bin/python" "$root/scripts/end_application.py" "$tag" >&2 || true
  wait "$submitted"
  exit 143
}
trap end_application TERM INT HUP
code=0
wait "$submitted" || code=$?
exit "$code"
