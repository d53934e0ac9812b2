#!/usr/bin/env bash
# Locks every requirement file with hashes, for Python 3.11.2 (Debian 12) to 3.13, without an index address.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet "$@"; }
lock() { compile --universal --python-version 3.11.2 --constraint requirements/constraints.in "$@"; }
lock pyproject.toml --all-extras --output-file requirements/dev.txt
lock requirements/student.in --output-file requirements/student.txt
# Colab's own versions, on the one platform that it has.
compile --python-version 3.13 --python-platform linux requirements/colab.in --output-file requirements/colab.txt
