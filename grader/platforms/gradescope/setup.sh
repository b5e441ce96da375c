#!/usr/bin/env bash
# Gradescope runs this once, when the image is built (Ubuntu 22.04 or newer, as root).
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
root=${AUTOGRADER_ROOT:-/autograder}
apt-get update
for version in 3.13 3.12 3.11; do  # the newest of those that the lab is made for
    if apt-cache show "python$version" "python$version-venv" >/dev/null 2>&1; then break; fi
done
apt-get install -y --no-install-recommends bubblewrap libarchive-tools libseccomp2 "python$version" "python$version-venv"
"python$version" -m venv "$root/venv"
cd "$root/source"
"$root/venv/bin/python" -m pip install --no-cache-dir --constraint constraints.txt .
