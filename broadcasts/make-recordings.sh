#!/usr/bin/env bash
# Makes all sample audio again: the chime, Chinese by espeak-ng, tone patterns for Tibetan and Lisu.
#
#   broadcasts/make-recordings.sh
#
# Run it from the repository root. It needs espeak-ng and sox, and the cunxiang binary
# ($CUNXIANG, else target/release/cunxiang, else target/debug/cunxiang).
# No voice for Tibetan or Lisu exists here, so those languages get a short tone pattern each:
# a placeholder that shows where a person's recording belongs, never a message.
set -euo pipefail

if [[ ! -f config/county.toml || ! -d broadcasts ]]; then
    echo "make-recordings: run this from the repository root" >&2
    exit 2
fi
for tool in espeak-ng sox; do
    if ! command -v "$tool" >/dev/null; then
        echo "make-recordings: $tool is missing; run: apt-get install espeak-ng sox" >&2
        exit 2
    fi
done
cunxiang=${CUNXIANG:-}
if [[ -z $cunxiang ]]; then
    cunxiang=target/release/cunxiang
    [[ -x $cunxiang ]] || cunxiang=target/debug/cunxiang
fi
if ! command -v "$cunxiang" >/dev/null; then
    echo "make-recordings: no cunxiang binary at $cunxiang; run: cargo build --release" >&2
    exit 2
fi

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# Speaks Chinese text from standard input into a WAV file. What `show --spoken` prints has telephone numbers written
# digit by digit already.
speak() {
    espeak-ng -v cmn -s 160 -f /dev/stdin -w "$1"
}

# One tone: pitch in hertz, length in seconds.
tone() {
    sox -n -r 48000 -c 1 -b 16 "$3" synth "$2" sine "$1" fade h 0.02 "$2" 0.08 gain -9
}

# The messages of a broadcast, one a line.
messages_of() {
    sed -n 's/^messages *= *\[\(.*\)\].*/\1/p' "$1" | tr -d '" ' | tr ',' '\n'
}

# The chime: two notes a third apart that ring out, about 1.2 s.
sox -n -r 48000 -c 1 -b 16 "$temp/high.wav" synth 0.5 sine 659.25 fade l 0.01 0.5 0.4 gain -6
sox -n -r 48000 -c 1 -b 16 "$temp/low.wav" synth 0.7 sine 523.25 fade l 0.01 0.7 0.6 gain -6
sox "$temp/high.wav" "$temp/low.wav" "$temp/chime.wav"
"$cunxiang" clip import "$temp/chime.wav" --chime chime --kind synthetic --speaker "sox" --no-original

# Tibetan: three rising tones.
tone 330 0.5 "$temp/b1.wav"
tone 440 0.5 "$temp/b2.wav"
tone 554 0.5 "$temp/b3.wav"
sox "$temp/b1.wav" "$temp/b2.wav" "$temp/b3.wav" "$temp/bo.wav"

# Lisu: two tones, turn and turn about.
tone 784 0.25 "$temp/l1.wav"
tone 622 0.25 "$temp/l2.wav"
sox "$temp/l1.wav" "$temp/l2.wav" "$temp/l1.wav" "$temp/l2.wav" "$temp/l1.wav" "$temp/l2.wav" "$temp/lis.wav"

for file in broadcasts/*.toml; do
    broadcast=$(basename "$file" .toml)
    [[ $broadcast == recordings ]] && continue
    for message in $(messages_of "$file"); do
        "$cunxiang" show "$message" --language zh-CN --spoken --broadcast "$broadcast" > "$temp/text.txt"
        speak "$temp/zh.wav" < "$temp/text.txt"
        "$cunxiang" clip import "$temp/zh.wav" --message "$message" --language zh-CN --broadcast "$broadcast" \
            --kind synthetic --voice cmn --speaker "espeak-ng cmn" --no-original
        for language in bo lis; do
            "$cunxiang" clip import "$temp/$language.wav" --message "$message" --language "$language" \
                --broadcast "$broadcast" --kind placeholder --speaker "tone pattern" --no-original
        done
    done
done
