#!/usr/bin/env bash
# Makes sure that a Docker engine answers. The one that is there is used; where none is, and this is a root shell on
# Debian or Ubuntu, the distribution's docker.io is installed and dockerd started in the background.
# scripts/engine-stop.sh stops that one again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=/var/log/kubelette-dockerd.log
pid_file=/run/kubelette-dockerd.pid
start_seconds=60

say() { printf 'setup: %s\n' "$*" >&2; }
answers() { node scripts/engine.mjs find >/dev/null 2>&1; }

main() {
  answers && return
  may_install || {
    say "no Docker engine answers: start Docker Desktop, Colima, Rancher Desktop or dockerd, or set DOCKER_HOST, and try again"
    exit 1
  }
  # A named engine is the user's choice; starting another one next to it would not help.
  if [ -n "${DOCKER_HOST:-}" ]; then
    say "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST: start it or unset DOCKER_HOST, and try again"
    exit 1
  fi
  command -v dockerd >/dev/null || install_docker
  if [ -d /run/systemd/system ]; then start_service; else start_daemon; fi
}

may_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -Eqs '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

install_docker() {
  local policy=/usr/sbin/policy-rc.d
  say "no Docker engine: installing docker.io (about a minute)"
  # Without systemd the package might start a daemon by itself that nobody would stop; we start our own.
  if [ ! -d /run/systemd/system ] && [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  bash scripts/apt-install.sh docker.io iptables ca-certificates
}

start_service() {
  say "starting the docker service"
  systemctl start docker
  await "" || { say "the docker service does not answer: journalctl -u docker" && exit 1; }
}

start_daemon() {
  # A container or a small virtual machine may come without control groups; dockerd needs them.
  if ! grep -q ' /sys/fs/cgroup' /proc/mounts; then
    command -v cgroupfs-mount >/dev/null || bash scripts/apt-install.sh cgroupfs-mount
    cgroupfs-mount || true
  fi
  say "starting dockerd (log $log, pid in $pid_file)"
  # In its own session and with none of our descriptors: it outlives this script and holds no pipe of the caller.
  # shellcheck disable=SC2016 # the inner shell expands them
  setsid --fork bash -c 'echo $$ >"$1"; exec dockerd --log-level warn' - "$pid_file" </dev/null >"$log" 2>&1
  await "$pid_file" || {
    tail -n 20 "$log" >&2
    say "dockerd does not answer after $start_seconds s, see $log"
    exit 1
  }
}

# Waits for the answer, no longer than the time limit or the life of the process in the given pid file.
await() {
  local deadline=$((SECONDS + start_seconds)) pid_file=$1
  until answers; do
    [ $SECONDS -lt $deadline ] || return 1
    if [ -n "$pid_file" ] && [ -s "$pid_file" ] && ! kill -0 "$(cat "$pid_file")" 2>/dev/null; then return 1; fi
    sleep 0.3
  done
}

main
