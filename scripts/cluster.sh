#!/usr/bin/env bash
# A Spark standalone cluster on this machine, from the pip-installed pyspark: a master and two
# workers that listen on 127.0.0.1 only.
#   scripts/cluster.sh start   prints the master's URL once both workers are registered
#   scripts/cluster.sh stop
#   scripts/cluster.sh status
# Environment: STEAMREC_CLUSTER_DIR (state and logs; default build/cluster), STEAMREC_MASTER_PORT
# (7077), STEAMREC_MASTER_UI_PORT (8080), STEAMREC_WORKERS (2), STEAMREC_WORKER_CORES (1),
# STEAMREC_WORKER_MEMORY (2g), STEAMREC_CLUSTER_HOST (127.0.0.1).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
state=${STEAMREC_CLUSTER_DIR:-$root/build/cluster}
host=${STEAMREC_CLUSTER_HOST:-127.0.0.1}
port=${STEAMREC_MASTER_PORT:-7077}
ui=${STEAMREC_MASTER_UI_PORT:-8080}
workers=${STEAMREC_WORKERS:-2}
url="spark://$host:$port"

say() { printf 'cluster.sh: %s\n' "$*" >&2; }

# Whether the process of a pid file still is one of Spark's daemons (a pid may be another's now).
alive() {
  [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' < "/proc/$1/cmdline" | grep -q 'org\.apache\.spark\.deploy\.'
}

daemon() { # name, class, arguments
  local name=$1
  shift
  # spark-class asks PYSPARK_PYTHON where Spark is. A web page binds to SPARK_LOCAL_IP; without it,
  # to every address.
  PYSPARK_PYTHON="$root/.venv/bin/python" SPARK_LOCAL_IP=$host SPARK_DAEMON_MEMORY=256m SPARK_NO_DAEMONIZE=1 SPARK_CONF_DIR="$state/conf" \
    setsid "$root/.venv/bin/spark-class" "$@" > "$state/$name.log" 2>&1 < /dev/null &
  echo $! > "$state/$name.pid"
}

registered() {
  "$root/.venv/bin/python" - "http://$host:$ui/json/" <<'PY' 2> /dev/null
import json, sys, urllib.request
print(json.load(urllib.request.urlopen(sys.argv[1], timeout=2))["aliveworkers"])
PY
}

stop() {
  local file pid name
  for file in "$state"/worker-*.pid "$state"/master.pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    if alive "$pid"; then
      kill "$pid" || true
      for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
      if alive "$pid"; then kill -9 "$pid" || true; fi
    fi
    rm -f "$file"
  done
}

case ${1:-} in
  start)
    "$root/scripts/setup.sh"
    mkdir -p "$state/conf" "$state/work"
    if [ -e "$state/master.pid" ] && alive "$(cat "$state/master.pid")"; then
      say "a cluster runs already: $url"
      echo "$url"
      exit 0
    fi
    rm -f "$state"/*.pid
    daemon master org.apache.spark.deploy.master.Master --host "$host" --port "$port" --webui-port "$ui"
    for number in $(seq "$workers"); do
      daemon "worker-$number" org.apache.spark.deploy.worker.Worker --host "$host" --webui-port 0 \
        -c "${STEAMREC_WORKER_CORES:-1}" -m "${STEAMREC_WORKER_MEMORY:-2g}" -d "$state/work" "$url"
    done
    for _ in $(seq 240); do
      [ "$(registered)" = "$workers" ] && { echo "$url"; exit 0; }
      alive "$(cat "$state/master.pid")" || kill -0 "$(cat "$state/master.pid")" 2> /dev/null || break
      sleep 0.5
    done
    say "the cluster did not come up; see $state/*.log"
    tail -n 5 "$state"/*.log >&2 || true
    stop
    exit 1
    ;;
  stop)
    stop
    ;;
  status)
    if [ -e "$state/master.pid" ] && alive "$(cat "$state/master.pid")"; then
      echo "$url with $(registered) workers"
    else
      echo "no cluster"
      exit 1
    fi
    ;;
  *)
    echo "usage: scripts/cluster.sh start|stop|status" >&2
    exit 2
    ;;
esac
