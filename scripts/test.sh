#!/usr/bin/env bash
# The whole suite on SQLite, then what touches a database again on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/pytest -q -n 2 "$@"
