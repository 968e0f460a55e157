#!/usr/bin/env bash
# Installs distribution packages quietly; what apt said is shown when it fails. Needs root.
#
# Usage: scripts/apt-install.sh PACKAGE...
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive

install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" </dev/null >>"$log" 2>&1; }

# A fresh machine has no package lists, an old one lists of versions that are gone: then, and only then, read them.
if ! install "$@"; then
  apt-get update </dev/null >>"$log" 2>&1 || true
  if ! install "$@"; then
    tail -n 20 "$log" >&2
    printf 'apt-get install %s failed\n' "$*" >&2
    exit 1
  fi
fi
