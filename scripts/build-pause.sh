#!/usr/bin/env bash
# Builds the sandbox program for both architectures from native/*.c into OUTPUT (default native/build). The bytes
# depend on nothing but the sources and the compiler, here those of Debian 12: gcc 12.2 and binutils 2.40.
# After a change: bash scripts/build-pause.sh && node scripts/generate-pause-binaries.mjs
#
# Usage: scripts/build-pause.sh [OUTPUT]
#        scripts/build-pause.sh --source-hash       prints what identifies the sources, needs no compiler
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# This script is a source too: its flags decide about the bytes.
source_hash() { cat native/*.c native/*.h scripts/build-pause.sh | sha256sum | cut -c 1-12; }

# shellcheck disable=SC2054 # the commas belong to the linker
flags=(
  -std=c11 -Os -Wall -Wextra -Werror
  # No C library, no start files; and no code that would need one.
  -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-stack-protector -fno-tree-loop-distribute-patterns
  # Nothing in the file that is not run: unwind tables, compiler name, unused functions.
  -fno-asynchronous-unwind-tables -fno-ident -ffunction-sections -fdata-sections -Wl,--gc-sections
  -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,noexecstack -Wl,-s
)

build() {
  local compiler=$1 output=$2
  shift 2
  if ! command -v "$compiler" >/dev/null; then
    printf '%s is missing: apt-get install gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross\n' "$compiler" >&2
    exit 1
  fi
  "$compiler" "${flags[@]}" "$@" -DPAUSE_SOURCE="\"$(source_hash)\"" native/*.c -o "$output"
  chmod 755 "$output"
}

if [ "${1:-}" = --source-hash ]; then
  source_hash
  exit
fi
output=${1:-native/build}
mkdir -p "$output"
amd64=gcc
[ "$(uname -m)" = x86_64 ] || amd64=x86_64-linux-gnu-gcc
arm64=aarch64-linux-gnu-gcc
[ "$(uname -m)" != aarch64 ] || arm64=gcc
build "$amd64" "$output/pause-amd64" -march=x86-64 -fcf-protection=none
# Without outline atomics, which would call into libgcc.
build "$arm64" "$output/pause-arm64" -march=armv8-a -mno-outline-atomics
