#!/usr/bin/env bash
# Prepares everything `npm start` and `npm test` need, and is quick when nothing is missing: packages, the build, an
# engine, images. docs/setup.md says what it does where.
#
# Usage: scripts/setup.sh [demo|test]      test also wants the compilers that rebuild the sandbox program, and the clients
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=${1:-demo}

say() { printf 'setup: %s\n' "$*" >&2; }

main() {
  case $mode in demo | test) ;; *) say "usage: scripts/setup.sh [demo|test]" && exit 2 ;; esac
  check_node
  packages
  bundle
  bash scripts/engine-start.sh
  bash scripts/images.sh
  [ "$mode" = demo ] || compilers
  [ "$mode" = demo ] || node scripts/kubectl.mjs
  [ "$mode" = demo ] || bash scripts/registry.sh >/dev/null || true
}

check_node() {
  node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' ||
    { say "Node 20.19 or newer is needed, this is $(node --version)" && exit 1; }
}

packages() {
  # npm writes this file last, so an interrupted install has none.
  local installed=node_modules/.package-lock.json
  if [ -f "$installed" ] && [ ! package-lock.json -nt "$installed" ]; then return; fi
  # npm ci empties what a link points to, which may be another checkout's.
  if [ -L node_modules ]; then
    say "node_modules is a link to packages other than the lockfile asks for: remove the link, or run npm ci at its target"
    exit 1
  fi
  say "installing packages"
  # No package of ours needs its install script; none gets to run one.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
}

bundle() {
  local sources=(src package.json tsconfig.json scripts/build.mjs scripts/tsconfig.types.json)
  if [ -f dist/.built ] && [ -z "$(find "${sources[@]}" -newer dist/.built -print -quit)" ]; then return; fi
  say "building"
  npm run --silent build >&2
}

# A test rebuilds the sandbox program and compares the bytes. Only CI insists on it, see test/integration/pause.
compilers() {
  command -v gcc >/dev/null && command -v aarch64-linux-gnu-gcc >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "without gcc and aarch64-linux-gnu-gcc the sandbox program is not rebuilt by the tests"
    return
  fi
  say "installing the compilers for amd64 and arm64"
  bash scripts/apt-install.sh gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross
}

main
