# make run    the sample county: builds, airs one bulletin, posts it, says where to listen and read
# make test   every test
# make bench  measures this program beside others, in interleaved rounds (installs those others)
# make recordings  makes the sample's audio again

SHELL := /bin/bash
BUILD_PACKAGES := gcc g++ libc6-dev make cmake pkg-config libasound2-dev
SAMPLE_PACKAGES := ca-certificates libasound2
TEST_PACKAGES := $(SAMPLE_PACKAGES) ffmpeg sox libsox-fmt-mp3 lame opus-tools espeak-ng pulseaudio pulseaudio-utils \
	libasound2-plugins util-linux libc-bin procps fonts-noto-core fonts-noto-cjk poppler-utils zbar-tools
RECORDING_PACKAGES := espeak-ng sox
BENCH_PACKAGES := $(TEST_PACKAGES) mpg123 mpd mpc valgrind python3 python3-venv libopus-dev

.PHONY: run test bench recordings lint

run:
	@scripts/install.sh $(BUILD_PACKAGES) $(SAMPLE_PACKAGES)
	cargo build --release --locked
	@scripts/run-sample.sh

test:
	@scripts/install.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)
	cargo test --locked --no-fail-fast

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

bench:
	@scripts/install.sh $(BUILD_PACKAGES) $(BENCH_PACKAGES)
	@scripts/bench.sh

recordings:
	@scripts/install.sh $(BUILD_PACKAGES) $(RECORDING_PACKAGES)
	cargo build --release --locked
	broadcasts/make-recordings.sh
