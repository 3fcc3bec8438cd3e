#!/usr/bin/env bash
# Checks the programs that the build needs; prints the first that is missing and the command that installs it.
set -u
python3=${1:-python3}

lacks() {
    echo "make: this machine lacks $1; install it with: $2" >&2
    exit 1
}

command -v cargo >/dev/null || lacks "Rust" "your package manager's rustup, then: rustup toolchain install 1.95"
command -v cc >/dev/null || lacks "a C compiler" "sudo apt-get install build-essential"
command -v "$python3" >/dev/null || lacks "Python 3.11 or newer" "sudo apt-get install python3 python3-venv"
"$python3" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    lacks "Python 3.11 or newer (found $("$python3" --version))" "sudo apt-get install python3.11-venv, then: make PYTHON3=python3.11"
"$python3" -c 'import ensurepip, venv' 2>/dev/null || lacks "Python's venv module" "sudo apt-get install $python3-venv"
found=$(rustc --version | cut -d' ' -f2)
[ "$(printf '1.95\n%s\n' "$found" | sort -V | head -n1)" = 1.95 ] ||
    lacks "Rust 1.95 or newer (found $found)" "rustup update stable"
