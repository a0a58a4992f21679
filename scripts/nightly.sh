#!/usr/bin/env bash
# The night as cron or a scheduler calls it: each stage submitted in order, all into one log file.
#   scripts/nightly.sh MASTER_URL WORKSPACE [--date YYYY-MM-DD] [ARGUMENTS OF THE STAGES]
# STEAMREC_LOG names the log file (default build/logs/nightly-<date>.log). Stops at the first stage
# that fails, with its exit code: 0 published, 1 a run failed, 2 bad use or settings, 3 a gate refused.
# After a failure, the same call continues where the night stopped.
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: scripts/nightly.sh MASTER_URL WORKSPACE [--date YYYY-MM-DD] [ARGUMENTS]" >&2
  exit 2
fi
master=$1 workspace=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
# One date for the whole night, also when it lasts past midnight.
date=$(date +%F)
if [ "${1:-}" = --date ]; then
  date=${2:-}
  shift $(($# > 1 ? 2 : 1))
fi
if [[ ! $date =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then
  echo "nightly.sh: --date takes YYYY-MM-DD, not '$date'" >&2
  exit 2
fi
log=${STEAMREC_LOG:-$root/build/logs/nightly-$date.log}
mkdir -p "$(dirname "$log")"
submitted=
# A scheduler signals this script alone; bash would end and leave the stage running.
pass_on() {
  trap '' TERM INT HUP
  [ -n "$submitted" ] && kill -TERM "$submitted" 2> /dev/null && wait "$submitted"
  echo "nightly.sh: stopped; call it again to go on" >&2
  exit 143
}
trap pass_on TERM INT HUP
submit() {
  "$root/scripts/submit.sh" "$master" "$1" --workspace "$workspace" "${@:2}" >> "$log" 2>&1 &
  submitted=$!
  local code=0
  wait "$submitted" || code=$?
  submitted=
  return "$code"
}
for stage in ingest prepare sample train evaluate export report; do
  dated=()
  [ "$stage" = export ] && dated=(--date "$date")
  code=0
  submit "$stage" "${dated[@]}" "$@" || code=$?
  if [ "$code" -ne 0 ]; then
    echo "nightly.sh: $stage ended with exit code $code; the last lines of $log:" >&2
    tail -n 5 "$log" >&2
    # The report covers a refused run too; the night still ends with the refusal.
    if [ "$stage" = export ] && [ "$code" -eq 3 ]; then
      submit report "$@" || echo "nightly.sh: the report failed too; see $log" >&2
    fi
    exit "$code"
  fi
done
echo "nightly.sh: the night of $date is published in $workspace; log: $log" >&2
