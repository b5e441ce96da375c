#!/usr/bin/env bash
# Gradescope runs this once, when the image is built (Ubuntu 22.04 or newer, as root).
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
apt-get update
apt-get install -y --no-install-recommends bubblewrap libseccomp2 python3.11 python3.11-venv
python3.11 -m venv "$root/venv"
cd "$root/source"
"$root/venv/bin/python" -m pip install --no-cache-dir --constraint constraints.txt .
