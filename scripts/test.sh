#!/usr/bin/env bash
# All checks: format, lint, types, tests. Arguments go to pytest.
# STEAMREC_DATA=<folder with australian_users_items.json.gz> adds the checks on the real file.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh
export SPARK_CONF_DIR="$PWD/conf"
.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/mypy
exec .venv/bin/python -m pytest "$@"
