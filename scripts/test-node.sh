#!/usr/bin/env bash
# What the tests in a browser are written with, in target/test-node. A test that does not find it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v npm >/dev/null || scripts/install.sh nodejs npm
place=target/test-node
mkdir -p "$place"
cmp --silent tests/browser/package-lock.json "$place/package-lock.json" && [[ -d $place/node_modules ]] && exit 0
cp tests/browser/package.json tests/browser/package-lock.json "$place/"
npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --silent
