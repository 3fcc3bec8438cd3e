#!/usr/bin/env bash
# Checks what `make wheel` and `make lambda` left in dist/, adds the sdist and the bill of materials, and says what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=build/release-tools
clean=build/release-clean

version=$(cargo metadata --no-deps --format-version 1 --locked |
    .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["packages"][0]["version"])')
if ! grep -q "^## $version - [0-9]\{4\}-[0-9][0-9]-[0-9][0-9]$" CHANGELOG.md; then
    echo "release: CHANGELOG.md has no dated entry for $version; expected a line like: ## $version - $(date +%F)" >&2
    exit 1
fi

cargo install --quiet --locked --root "$tools" cargo-deny cargo-cyclonedx
"$tools/bin/cargo-deny" --all-features check licenses bans sources
for crate in rust/b3-kernels-py rust/b3-ingest lambda; do
    "$tools/bin/cargo-cyclonedx" cyclonedx --quiet --format json --manifest-path "$crate/Cargo.toml"
done
find rust lambda -name '*.cdx.json' -exec mv {} dist/ \;

rm -f dist/b3_kernels-*.tar.gz
.venv/bin/maturin sdist --quiet --out dist
.venv/bin/twine check --strict dist/*.whl dist/*.tar.gz

rm -rf "$clean"
"${PYTHON3:-python3}" -m venv "$clean"
"$clean/bin/pip" install --quiet --disable-pip-version-check --no-deps dist/*.whl
installed=$("$clean/bin/python" -c 'import b3_kernels as b3, datetime as d; assert b3.is_session(d.date(2024, 11, 8)); print(b3.__version__)')
if [ "$installed" != "$version" ]; then
    echo "release: the wheel says it is $installed; expected $version" >&2
    exit 1
fi
ls -l dist
