#!/usr/bin/env bash
# Checks licences, adds the bills of materials and the sdist to dist/, checks the sdist and the wheels there, and lists dist/.
# `release.sh dated` checks the changelog alone; `make release` does that before it builds anything.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=build/release-tools

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
if ! grep -q "^## $version - [0-9]\{4\}-[0-9][0-9]-[0-9][0-9]$" CHANGELOG.md; then
    echo "release: CHANGELOG.md has no dated entry for $version; expected a line like: ## $version - $(date +%F)" >&2
    exit 1
fi
[ "${1:-}" != dated ] || exit 0

cargo install --quiet --locked --root "$tools" cargo-deny@0.20.2 cargo-cyclonedx@0.5.9
"$tools/bin/cargo-deny" --all-features check licenses bans sources
rm -f dist/*.cdx.json
"$tools/bin/cargo-cyclonedx" cyclonedx --quiet --format json
find rust lambda -name '*.cdx.json' -exec mv {} dist/ \;

rm -f dist/b3_kernels-*.tar.gz
.venv/bin/maturin sdist --out dist
.venv/bin/twine check --strict dist/*.whl dist/*.tar.gz
# The wheel's size, contents and oldest glibc, and its answers in a clean environment of each Glue whose Python is installed.
.venv/bin/python -m pytest --quiet tests/kernels/test_wheel.py
ls -l dist
