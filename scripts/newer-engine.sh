#!/usr/bin/env bash
# A newer Docker engine beside the one that runs, to try things on. From the packages of newer Debian suites, unpacked
# below node_modules/.cache/kubelette; nothing is installed on this machine. With a socket, a containerd and a data directory
# of its own, and in a network namespace of its own, because a dockerd rewrites the packet filter it finds. Its pods can
# be reached from inside that namespace only, which is where `run` puts a command.
#
#   scripts/newer-engine.sh start VERSION [OPTION...]   starts it, with these options of dockerd; prints its DOCKER_HOST
#   scripts/newer-engine.sh run VERSION COMMAND...      runs COMMAND beside it, with DOCKER_HOST set
#   scripts/newer-engine.sh stop VERSION                ends it with everything on it; what was unpacked stays
#
# VERSION is 26 (Debian trixie) or 28 (Debian sid). Needs root on Debian. Containers get the images of scripts/images.sh,
# copied from the engine that is found without DOCKER_HOST.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
start_seconds=60
stop_seconds=60

say() { printf 'engine %s: %s\n' "$version" "$*" >&2; }

main() {
  [ $# -ge 2 ] || usage
  local command=$1
  version=$2
  shift 2
  case $version in
    26) suite=trixie init=tini ;;
    28) suite=sid init=tini-static ;;
    *) usage ;;
  esac
  cache=$PWD/node_modules/.cache/kubelette/engine-$version
  root=$cache/root
  # Paths of sockets must be short; and packages may be installed anew while it runs.
  run=/run/kubelette-engine-$version
  data=/var/lib/kubelette-engine-$version
  namespace=kubelette-engine-$version
  host=unix://$run/docker.sock
  case $command in
    start)
      start "$@"
      printf '%s\n' "$host"
      ;;
    run)
      start
      # What tests download is brought now: no way leads out of the namespace.
      node scripts/kubectl.mjs
      bash scripts/registry.sh >/dev/null
      inside env DOCKER_HOST="$host" "$@"
      ;;
    stop) stop ;;
    *) usage ;;
  esac
}

usage() {
  echo "usage: newer-engine.sh start 26|28 [OPTION...] | run 26|28 COMMAND... | stop 26|28" >&2
  exit 2
}

# Not `ip netns exec`: that mounts another /sys, without control groups.
inside() { nsenter --net="/run/netns/$namespace" "$@"; }
answers() { DOCKER_HOST=$host node scripts/engine.mjs find >/dev/null 2>&1; }
alive() { [ "$(cat "/proc/$(cat "$run/pid" 2>/dev/null)/comm" 2>/dev/null)" = dockerd ]; }

start() {
  if alive && answers; then return; fi
  [ -e "$cache/unpacked" ] || unpack
  [ -e "/run/netns/$namespace" ] || ip netns add "$namespace"
  inside ip link set lo up
  mkdir -p "$run"
  say "starting $("$root/usr/sbin/dockerd" --version) (log $run/log)"
  # Its programs find each other on the path. In its own session and with none of our descriptors.
  PATH=$root/usr/sbin:$root/usr/bin:$PATH setsid --fork nsenter --net="/run/netns/$namespace" dockerd \
    --host "$host" --data-root "$data" --exec-root "$run/exec" --pidfile "$run/pid" --log-level warn \
    --config-file /dev/null "$@" </dev/null >"$run/log" 2>&1
  local deadline=$((SECONDS + start_seconds)) image
  until answers; do
    if [ $SECONDS -ge $deadline ]; then
      tail -n 20 "$run/log" >&2
      say "does not answer after $start_seconds s, see $run/log"
      exit 1
    fi
    sleep 0.3
  done
  for image in busybox nginx; do
    DOCKER_HOST=$host node scripts/engine.mjs has "kubelette.local/$image:1" && continue
    env -u DOCKER_HOST bash scripts/images.sh "$image"
    env -u DOCKER_HOST node scripts/engine.mjs save "kubelette.local/$image:1" | DOCKER_HOST=$host node scripts/engine.mjs load
  done
}

# apt with lists and settings of its own: from this machine's mirror, but another suite.
unpack() {
  local deb
  rm -rf "$cache"
  mkdir -p "$cache"/{apt/lists/partial,apt/archives/partial,debs} "$root"
  : >"$cache/apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$(mirror)" "$suite" \
    >"$cache/apt/sources.list"
  say "downloading it from Debian $suite"
  other_suite apt-get -qq update
  (cd "$cache/debs" && other_suite apt-get -qq download docker.io containerd runc "$init" \
    libc6 libseccomp2 patchelf libstdc++6 libgcc-s1)
  for deb in "$cache"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
  adopt_libraries "$root/usr/sbin/runc"
  case $("$root/usr/sbin/dockerd" --version) in
    "Docker version $version."*) ;;
    *) say "Debian $suite has another one now: $("$root/usr/sbin/dockerd" --version)" && exit 1 ;;
  esac
  rm -rf "$cache/apt" "$cache/debs"
  : >"$cache/unpacked"
}

# The first of this machine's sources is its distribution.
mirror() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1; }

other_suite() {
  local command=$1
  shift
  "$command" -o Dir::Etc::sourcelist="$cache/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State="$cache/apt" -o Dir::State::status="$cache/apt/status" -o Dir::Cache="$cache/apt" \
    -o APT::Sandbox::User=root "$@"
}

# The C library it wants is newer than this machine's. For a program that starts itself again, as runc does, it would not be
# enough to start it by its loader.
adopt_libraries() {
  local libraries loader
  libraries=$(dirname "$(find "$root/usr/lib" -name libc.so.6)")
  loader=$(find "$libraries" -name 'ld-linux-*.so.*')
  "$loader" --library-path "$libraries" "$root/usr/bin/patchelf" --set-rpath "$libraries" --set-interpreter "$loader" "$1"
}

stop() {
  local deadline=$((SECONDS + stop_seconds)) pid mount
  if alive; then
    pid=$(cat "$run/pid")
    kill "$pid"
    while [ -e "/proc/$pid" ] && [ $SECONDS -lt $deadline ]; do sleep 0.2; done
    if [ -e "/proc/$pid" ]; then
      say "dockerd (pid $pid) did not stop within $stop_seconds s"
      exit 1
    fi
  fi
  # Deepest first.
  awk -v run="$run/" -v data="$data/" 'index($2, run) == 1 || index($2, data) == 1 { print $2 }' /proc/mounts |
    sort -r | while read -r mount; do umount "$mount"; done
  rm -rf "$run" "$data"
  if [ -e "/run/netns/$namespace" ]; then ip netns del "$namespace"; fi
}

main "$@"
