#!/usr/bin/env bash
# An S3-compatible store on this machine for trials: moto's server, on 127.0.0.1, in memory.
#   scripts/s3.sh start    prints its URL, for AWS_ENDPOINT_URL, once the bucket "steamrec" is there
#   scripts/s3.sh stop
#   scripts/s3.sh status
# The server lives in an environment of its own, as its libraries do not go with steamrec's. Exits
# with 3 when it cannot be had. Environment: STEAMREC_S3_DIR (state and log; default build/s3),
# STEAMREC_S3_SERVER (its environment; default build/s3-server), STEAMREC_S3_PORT (a free one).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
state=${STEAMREC_S3_DIR:-$root/build/s3}
server=${STEAMREC_S3_SERVER:-$root/build/s3-server}
packages=(moto[s3]==5.2.5 flask==3.1.3 flask-cors==6.0.5)

say() { printf 's3.sh: %s\n' "$*" >&2; }

alive() {
  local pid
  pid=$(cat "$state/server.pid" 2> /dev/null) || return 1
  [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q moto_server
}

stop() {
  if alive; then
    kill "$(cat "$state/server.pid")"
    for _ in $(seq 50); do alive || break; sleep 0.1; done
    if alive; then kill -9 "$(cat "$state/server.pid")" || true; fi
  fi
  rm -f "$state/server.pid" "$state/url"
}

case ${1:-} in
  start)
    if alive; then cat "$state/url"; exit 0; fi
    mkdir -p "$state"
    if [ ! -x "$server/bin/moto_server" ]; then
      "$root/.venv/bin/python" -m venv "$server"
      if ! "$server/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" > "$state/install.log" 2>&1; then
        say "the server cannot be installed; see $state/install.log"
        exit 3
      fi
    fi
    port=${STEAMREC_S3_PORT:-$(python3 -c 'import random; print(random.randrange(10_000, 32_000))')}
    setsid "$server/bin/moto_server" -H 127.0.0.1 -p "$port" > "$state/server.log" 2>&1 < /dev/null &
    echo $! > "$state/server.pid"
    disown $!
    echo "http://127.0.0.1:$port" > "$state/url"
    for _ in $(seq 240); do
      if python3 - "http://127.0.0.1:$port/steamrec" 2> /dev/null <<'PY'; then cat "$state/url"; exit 0; fi
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], method="PUT"), timeout=5)
PY
      kill -0 "$(cat "$state/server.pid")" 2> /dev/null || break
      sleep 0.25
    done
    say "the server did not come up; see $state/server.log"
    stop
    exit 1
    ;;
  stop) stop ;;
  status) if alive; then cat "$state/url"; else echo "no server"; exit 1; fi ;;
  *)
    echo "usage: scripts/s3.sh start|stop|status" >&2
    exit 2
    ;;
esac
