#!/usr/bin/env bash
# Locks every requirement file with hashes, for Python 3.11.2 (Debian 12) to 3.13, without an index address.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile --universal --python-version 3.11.2 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --constraint requirements/constraints.in "$@"; }
lock pyproject.toml --all-extras --output-file requirements/dev.txt
