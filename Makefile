# make run    the sample county: builds, airs one bulletin, posts it, says where to listen and read
# make test   every test
# make bench  measures this program beside others, in interleaved rounds (installs those others)
# make recordings  makes the sample's audio again
# make package  makes a Debian package of the release build; make package-arm64 one for arm64, cross-compiled
# make test-package  makes one of the tests' build, and installs, upgrades, removes and purges it

SHELL := /bin/bash
BUILD_PACKAGES := gcc g++ libc6-dev make cmake pkg-config libasound2-dev
SAMPLE_PACKAGES := ca-certificates libasound2
TEST_PACKAGES := $(SAMPLE_PACKAGES) ffmpeg sox libsox-fmt-mp3 lame opus-tools espeak-ng pulseaudio pulseaudio-utils \
	libasound2-plugins util-linux libc-bin procps fonts-noto-core fonts-noto-cjk poppler-utils zbar-tools \
	python3 python3-venv chromium
PACKAGE_PACKAGES := binutils dpkg systemd $(SAMPLE_PACKAGES)
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
RECORDING_PACKAGES := espeak-ng sox
BENCH_PACKAGES := $(TEST_PACKAGES) mpg123 mpd mpc valgrind libopus-dev \
	nats-server mosquitto nginx-light strace

.PHONY: run test bench recordings lint package package-arm64 test-package

run:
	@scripts/install.sh $(BUILD_PACKAGES) $(SAMPLE_PACKAGES)
	cargo build --release --locked
	@scripts/run-sample.sh

test:
	@scripts/install.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@scripts/test-venv.sh
	@scripts/test-node.sh
	cargo test --locked --no-fail-fast

package:
	@scripts/install.sh $(BUILD_PACKAGES) $(PACKAGE_PACKAGES)
	cargo build --release --locked
	scripts/package.sh target/release/cunxiang $$(dpkg --print-architecture) $(VERSION) target/debian

# What must be there first: docs/guide/packages.md
package-arm64:
	PKG_CONFIG_ALLOW_CROSS=1 PKG_CONFIG_PATH=/usr/lib/aarch64-linux-gnu/pkgconfig \
	CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++ \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	cargo build --release --locked --target aarch64-unknown-linux-gnu
	STRIP=aarch64-linux-gnu-strip OBJDUMP=aarch64-linux-gnu-objdump \
	scripts/package.sh target/aarch64-unknown-linux-gnu/release/cunxiang arm64 $(VERSION) target/debian

test-package:
	@scripts/install.sh $(PACKAGE_PACKAGES) util-linux procps
	cargo build --locked
	scripts/test-package.sh target/debug/cunxiang

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
