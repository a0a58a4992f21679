#!/usr/bin/env bash
# Make .venv with the pinned versions and check Java; quick when both are in place.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3.11}
command -v "$python" >/dev/null 2>&1 || python=python3
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  say "steamrec needs Python 3.11; install it, or name it: PYTHON=/path/to/python3.11 $0"
  exit 2
fi

java_version() { java -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p'; }
[ -n "${JAVA_HOME:-}" ] && PATH="$JAVA_HOME/bin:$PATH"
case "$(command -v java >/dev/null 2>&1 && java_version)" in
  17 | 21) ;;
  *)
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      say "No Java 17 or 21 found: installing openjdk-17-jre-headless."
      apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless >&2
    else
      say "steamrec needs Java 17 or 21 (Spark 4 runs on them); install one, or set JAVA_HOME."
      exit 2
    fi
    ;;
esac

# The stamp is the lock's own hash, so a changed lock is installed and an unchanged one is not.
want=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ ! -x .venv/bin/steamrec ] || [ "$(cat .venv/.steamrec-lock 2>/dev/null)" != "$want" ]; then
  say "Installing the pinned packages into .venv (some minutes the first time)."
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s\n' "$want" > .venv/.steamrec-lock
fi
