#!/usr/bin/env bash
# Opens the window on the demo session; without a display it does the same job headless and says where it put it.
# Arguments go to the program.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=resources/demo
if [ -f "$demo/demo.mixassist" ]; then
    demo="$demo/demo.mixassist"
fi

if [ "$(uname)" = Darwin ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    if [ $# -gt 0 ]; then
        exec .venv/bin/python -m mixassist "$@"
    fi
    exec .venv/bin/python -m mixassist "$demo"
fi

echo "no display: mixing the demo session headless"
mkdir -p build/demo
QT_QPA_PLATFORM=offscreen .venv/bin/python -m mixassist mix "$demo" -o build/demo/mix.wav --report build/demo "$@"
echo "written to $PWD/build/demo:"
ls build/demo
