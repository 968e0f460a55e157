#!/usr/bin/env bash
# Provides the registry that the tests push to and pull from, and prints where it is: $DOCKER_REGISTRY, one on the path, else
# that of the distribution (Debian, Ubuntu), which is only downloaded and unpacked, because installing it would start it.
#
# Usage: scripts/registry.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=$PWD/node_modules/.cache/kubelette
unpacked=$cache/docker-registry/usr/bin/docker-registry

found() { printf '%s\n' "$1" && exit 0; }
[ -z "${DOCKER_REGISTRY:-}" ] || found "$DOCKER_REGISTRY"
! command -v docker-registry || exit 0
[ ! -x "$unpacked" ] || found "$unpacked"

if ! command -v apt-get >/dev/null; then
  echo "setup: no docker-registry (put one on the path, or its path into DOCKER_REGISTRY); tests with a registry will fail" >&2
  exit 1
fi
mkdir -p "$cache"
work=$(mktemp -d "$cache/registry.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
download() { apt-get -qq -o APT::Sandbox::User=root download docker-registry >&2; }
# A fresh machine has no package lists, an old one lists of versions that are gone.
download 2>/dev/null || { apt-get -qq update >&2 && download; }
dpkg-deb -x ./*.deb root
# Another process may have been faster.
mv -T root "$cache/docker-registry" 2>/dev/null || [ -x "$unpacked" ]
found "$unpacked"
