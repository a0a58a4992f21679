#!/usr/bin/env bash
# All checks: format, lint, types, tests. Arguments go to pytest.
# STEAMREC_DATA=<folder with australian_users_items.json.gz> adds the checks on the real file.
# STEAMREC_HADOOP_TESTS=1 adds the tests on HDFS and YARN (half an hour).
# With --quick the tests that need neither Spark nor TensorFlow, in a minute: for every save.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh
quick=
for argument in "$@"; do [ "$argument" = --quick ] && quick=1; done
# The tests of the report look at it in Chromium; without one they are reported as skipped.
if [ -z "$quick" ] && ! { command -v chromium && command -v chromedriver; } >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium found: installing chromium and chromium-driver." >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends chromium chromium-driver; } >&2 || true
  fi
fi
export SPARK_CONF_DIR="$PWD/conf"
.venv/bin/ruff format --check .
.venv/bin/ruff check .
if [ -n "$quick" ]; then
  .venv/bin/mypy &
  types=$!
  .venv/bin/python -m pytest -q -n 2 "$@"
  wait "$types"
  exit
fi
.venv/bin/mypy
# Two processes, a test file whole in one of them: starting Spark and TensorFlow takes one core.
exec .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder "$@"
