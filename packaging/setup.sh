#!/usr/bin/env bash
# Sets the program up in .venv, from nothing, and says in one sentence what it cannot do itself.
# Usage: packaging/setup.sh, in the repository's root; PYTHON=python3.12 chooses another Python.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
VENV=.venv
TORCH=2.13.0
TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu

# What Qt loads from the system: the first line for every window and picture, the second for X11 screens, the third so
# that pictures have letters on machines without a desktop.
QT_LIBRARIES="libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0
    libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0
    fonts-dejavu-core"

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

is_installed() { [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

# Debian and its kin: installs what is missing where it may, else prints the line to run.
install_packages() {
    command -v dpkg-query >/dev/null || return 0
    local missing=() name
    for name in "$@"; do
        is_installed "$name" || is_installed "${name}t64" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        stop "Some system packages are missing. Run this, then the same command again:
    sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "Installing system packages: ${missing[*]}"
    apt-get update -qq >/dev/null || stop "The list of system packages could not be read. Check the network and try again."
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
        || stop "apt-get could not install: ${missing[*]}. Its own message stands above."
}

check_python() {
    command -v "$PYTHON" >/dev/null || install_packages python3
    "$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
        || stop "Python 3.11, 3.12 or 3.13 is needed, and $PYTHON is $("$PYTHON" -V 2>&1). Name another: make PYTHON=python3.11"
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null \
        || install_packages "python$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
}

pip() { "$VENV/bin/python" -m pip --disable-pip-version-check "$@"; }

# On Linux the plain name brings gigabytes of CUDA, so the build for the CPU is asked for by its full name: first
# wherever pip looks already, then at PyTorch's own index. Elsewhere the plain name is the build for the CPU.
install_torch() {
    "$VENV/bin/python" -c "import sys, torch; sys.exit(torch.__version__.split('+')[0] != '$TORCH')" 2>/dev/null && return
    say "Installing PyTorch $TORCH (for the CPU)"
    if [ "$(uname -s)" != Linux ]; then
        pip install -qq --no-deps "torch==$TORCH"
    elif ! pip install -qq --no-deps "torch==$TORCH+cpu" 2>/dev/null; then
        say "pip does not know the CPU build of PyTorch by itself; taking it from $TORCH_CPU_INDEX"
        pip install -qq --no-deps "torch==$TORCH+cpu" --index-url "$TORCH_CPU_INDEX" \
            || stop "PyTorch $TORCH could not be installed. Install it into $VENV by hand, then run the same command again."
    fi
}

check_python
if [ "$(uname -s)" = Linux ]; then
    # shellcheck disable=SC2086 # a list of words
    install_packages $QT_LIBRARIES
fi

"$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv --clear "$VENV"
pip install -qq --constraint constraints.txt setuptools
install_torch
say "Installing the program and what it needs"
pip install -qq --constraint constraints.txt --no-build-isolation --editable ".[dev]"
"$VENV/bin/python" -c 'import torch, PySide6.QtWidgets' \
    || stop "The installation does not work: the message above says why. Remove $VENV and try again."
# Some 70 seconds of a processor, shared by all of them; without it, the first use of each algorithm waits for its part.
say "Compiling the fast loops"
PYTHONDONTWRITEBYTECODE= "$VENV/bin/workbench" compile --quiet >/dev/null \
    || say "The fast loops could not be compiled now; each is compiled when it is first used."
