#!/usr/bin/env bash
# Finds a Python that can make the .venv, installs what Debian keeps apart from it, and hands over to set_up.py.
# PYTHON chooses the interpreter; all arguments go to set_up.py.
set -euo pipefail
cd "$(dirname "$0")/.."

# Prints the first line that a person without rights has to type, and runs it where the rights are there.
install_system_packages() {
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            echo "error: missing system packages; type: sudo apt-get install -y $*" >&2
            return 1
        fi
        sudo=(sudo -n)
    fi
    "${sudo[@]+"${sudo[@]}"}" apt-get update -qq || true
    "${sudo[@]+"${sudo[@]}"}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

if [ -x .venv/bin/python ] && is_new_enough .venv/bin/python; then
    exec .venv/bin/python packaging/set_up.py "$@"
fi

# Python 3.11 first: the one the pinned versions are tested with.
candidates=(${PYTHON:-python3.11 python3.12 python3.13 python3})
chosen=""
for candidate in "${candidates[@]}"; do
    if is_new_enough "$candidate"; then
        chosen=${chosen:-$candidate}
        if makes_environments "$candidate"; then
            exec "$candidate" packaging/set_up.py "$@"
        fi
    fi
done

if [ -z "$chosen" ]; then
    echo "error: no Python 3.11 or newer among: ${candidates[*]}. On Debian 12+ and Ubuntu 24.04+ type:" \
        "sudo apt-get install -y python3 python3-venv; elsewhere set PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "error: $chosen lacks the modules venv and ensurepip; install them, or set PYTHON to another one" >&2
    exit 1
fi
version=$("$chosen" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
install_system_packages "python$version-venv"
exec "$chosen" packaging/set_up.py "$@"
