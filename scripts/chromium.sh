#!/bin/sh
# See to it that the browser tests have a Chromium: Debian's, where this may be installed; else say what is missing.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    ! command -v "$name" >/dev/null 2>&1 || exit 0
done

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    as_root=none
fi

if [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests."
    log=.venv/chromium.log
    export DEBIAN_FRONTEND=noninteractive
    # `env`, since sudo would drop the variable.
    if { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1; then
        exit 0
    fi
    tail -n 5 "$log"
    echo "Chromium could not be installed ($log)."
fi
echo "There is no Chromium: the browser tests will be skipped. To run them, install the package chromium (or Chrome)."
