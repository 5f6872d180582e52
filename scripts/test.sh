#!/usr/bin/env bash
# The whole suite on SQLite and in a browser, then everything that touches a database again on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/pytest -q -n 2 "$@"
TEST_DATABASE=postgresql .venv/bin/pytest -q -n 2 -m "not e2e" "$@"
