#!/usr/bin/env bash
# Makes the virtual environment, the proxy and, as root on Debian, the system packages. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
venv=$2

system_packages() {
    local missing=()
    command -v bwrap >/dev/null || missing+=(bubblewrap)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v slurmctld >/dev/null || missing+=(slurm-wlm munge)
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "installing ${missing[*]}" >&2
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "missing: ${missing[*]} (as root: apt-get install ${missing[*]}); 'labhub doctor' says what each is for" >&2
    fi
}

python_packages() {
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    [ -x "$venv/bin/uv" ] || "$venv/bin/pip" install --quiet uv
    local uv=("$venv/bin/uv" --quiet)
    VIRTUAL_ENV="$PWD/$venv" "${uv[@]}" pip sync --compile-bytecode --require-hashes requirements/dev.txt
    # With it jsonschema builds 39 grammars at import, for addresses in other scripts: two seconds
    # of every start of the Hub, a formgrader or a student's JupyterLab. Without it, it leaves them out.
    VIRTUAL_ENV="$PWD/$venv" "${uv[@]}" pip uninstall rfc3987-syntax
    # Its build needs only setuptools, which the locked file brings.
    VIRTUAL_ENV="$PWD/$venv" "${uv[@]}" pip install --no-deps --no-build-isolation --editable .
}

proxy() {
    PATH="$PWD/$venv/bin:$PATH"
    command -v npm >/dev/null || { echo "npm is missing: the Hub's proxy cannot be installed" >&2; return; }
    npm ci --silent --no-audit --no-fund
}

system_packages
python_packages
proxy
