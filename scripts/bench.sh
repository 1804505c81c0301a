#!/usr/bin/env bash
# Runs every benchmark, one after the other: medians and ratios against peers and limits in the same rounds.
# Python peers go into a folder of their own below target/.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=target/bench-venv
if [[ ! -x $venv/bin/python ]]; then
    python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet apscheduler==3.11.3 sqlalchemy python-dateutil fluent.runtime==0.4.0 compare-locales==9.0.5 \
    apprise==2.2.0 python-telegram-bot==22.8 huey==3.5.4 requests
export CUNXIANG_BENCH_PYTHON=$PWD/$venv/bin/python

benches=("$@")
if [[ ${#benches[@]} -eq 0 ]]; then
    mapfile -t benches < <(sed -n '/^\[\[bench\]\]/,/^$/s/^name = "\(.*\)"/\1/p' Cargo.toml)
fi
for bench in "${benches[@]}"; do
    echo "== $bench"
    cargo bench --locked --quiet --bench "$bench"
done
