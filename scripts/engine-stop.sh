#!/usr/bin/env bash
# Stops the dockerd that scripts/engine-start.sh started, and no other. Nothing to stop is fine.
set -euo pipefail
pid_file=/run/kubelette-dockerd.pid
stop_seconds=30

[ -s "$pid_file" ] || exit 0
pid=$(cat "$pid_file")
# The number may belong to somebody else by now.
if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
  printf 'setup: stopping dockerd (pid %s)\n' "$pid" >&2
  kill "$pid"
  deadline=$((SECONDS + stop_seconds))
  while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.2; done
  if kill -0 "$pid" 2>/dev/null; then
    printf 'setup: dockerd (pid %s) did not stop within %s s\n' "$pid" "$stop_seconds" >&2
    exit 1
  fi
fi
rm -f "$pid_file"
