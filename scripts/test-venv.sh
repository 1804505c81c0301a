#!/usr/bin/env bash
# The Python packages that tests speak with, in target/test-venv. A test that does not find them fails.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/test-venv
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check apprise==2.2.0
