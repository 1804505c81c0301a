#!/usr/bin/env bash
# Makes src/console/web/vendor/noble.js again: what opens an approver's key in the browser, out of the audited libraries
# @noble/hashes and @noble/ciphers.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v npm >/dev/null || scripts/install.sh nodejs npm
place=target/noble
rm -rf "$place"
mkdir -p "$place"
npm install --prefix "$place" --no-audit --no-fund --silent @noble/hashes@2.4.0 @noble/ciphers@2.4.0 esbuild@0.28.2
cat > "$place/noble.mjs" <<'JS'
export { argon2idAsync } from "@noble/hashes/argon2.js";
export { chacha20poly1305 } from "@noble/ciphers/chacha.js";
JS
"$place/node_modules/.bin/esbuild" "$place/noble.mjs" --bundle --minify --format=esm --outfile=src/console/web/vendor/noble.js
