#!/usr/bin/env bash
# Starts the sample county shortly before its morning slot, waits until one bulletin has been aired in its three
# languages and posted, and says where to listen and read. Then the daemon runs on until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."

cunxiang=target/release/cunxiang
data=data/sample
station=shengping-xiancheng
broadcast=epidemic-daily

# Each start is a new morning: the ledger of the last one would say that this bulletin has been aired.
if [[ -e $data/cunxiang.lock ]] && command -v flock >/dev/null && ! flock --nonblock "$data/cunxiang.lock" true; then
    echo "run-sample: the sample county runs already; stop it with Ctrl-C there" >&2
    exit 1
fi
rm -rf "$data" data/aired data/posts
mkdir -p "$data"

machine=config/machine.toml
where="the WAV files below"
if [[ -e /dev/snd ]] && compgen -G '/dev/snd/pcm*p' >/dev/null; then
    machine=config/machine.sound-card.toml
    where="the sound card"
fi

echo "The sample county starts at 07:29:50 on 24 November 2026; the bulletin is due at 07:30:00 on $where."
"$cunxiang" run --machine "$machine" --data "$data" --clock 2026-11-24T07:29:50+08:00 &
daemon=$!
stop() {
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
}
trap 'stop; exit 0' INT TERM

# 10 s to the slot, 40 s of bulletin, and some for a slow machine.
for ((second = 0; second < 90; second++)); do
    sleep 1 &
    wait $! || true
    if ! kill -0 "$daemon" 2>/dev/null; then
        wait "$daemon" || exit $?
        exit 1
    fi
    if "$cunxiang" log --data "$data" --station "$station" --broadcast "$broadcast" --outcome played --format json 2>/dev/null | grep -q '"played"'; then
        aired=yes
        break
    fi
done
if [[ ${aired:-no} != yes ]]; then
    echo "run-sample: nothing was aired within 90 s; this is what the ledger says:" >&2
    "$cunxiang" log --data "$data" >&2 || true
    stop
    exit 1
fi

echo
"$cunxiang" log --data "$data"
echo
echo "Listen:"
if [[ $machine == config/machine.sound-card.toml ]]; then
    echo "  $station sounded on the sound card"
fi
for file in data/aired/*.wav; do
    [[ -e $file ]] && echo "  $file"
done
echo "Read, and hear the voice notes:"
for folder in data/posts/*/*/; do
    [[ -d $folder ]] && echo "  $folder"
done
echo "Look: curl http://127.0.0.1:8320/healthz, and $cunxiang status --data $data"
echo "The texts in Tibetan and Lisu are drafts, their recordings tones: see README.md."
echo "The county runs on; Ctrl-C stops it."
wait "$daemon"
