#!/usr/bin/env bash
# Brings the images of demos and tests to the engine, under the project's own names:
#   kubelette.local/busybox:1   a shell and its tools, no entrypoint
#   kubelette.local/nginx:1     a web server in the foreground on port 80
# Each: the engine has it, else a public image is pulled, else (Debian, Ubuntu) it is made from distribution packages.
# What we make ourselves never gets somebody else's name.
#
# Usage: scripts/images.sh [busybox] [nginx]      both without arguments
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'setup: %s\n' "$*" >&2; }
engine() { node "$here/engine.mjs" "$@"; }

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
registry=unknown

main() {
  local image
  [ $# -gt 0 ] || set -- busybox nginx
  for image in "$@"; do ensure "$image"; done
}

ensure() {
  local name=kubelette.local/$1:1 public
  engine has "$name" && return
  case $1 in
    busybox) public=docker.io/library/busybox:1.36 ;;
    nginx) public=docker.io/library/nginx:alpine ;;
    *) say "unknown image $1" && exit 2 ;;
  esac
  if [ "$registry" != absent ]; then
    say "image $name: pulling $public"
    if engine pull "$public" "$name"; then return; fi
    registry=absent
  fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    say "image $name: cannot pull $public and this is no Debian or Ubuntu to make it from packages; give the engine access to a registry"
    exit 1
  fi
  say "image $name: no registry, making it from distribution packages"
  work=${work:-$(mktemp -d)}
  "make_$1" "$work/$1" "$name"
  say "image $name: done"
}

# A fresh machine has no package lists, and one with old lists asks for files that are gone.
read_package_lists() {
  if ! apt-cache show "$1" >/dev/null 2>&1; then
    say "reading package lists"
    apt-get -qq update
  fi
}

# apt-get download NAME..., unpacked below DIRECTORY. Nothing is installed on this machine.
unpack_packages() {
  local root=$1 deb
  shift
  local debs=$root.debs
  mkdir -p "$root" "$debs"
  # apt downloads as user _apt when it may; a private temporary directory would make it warn.
  chmod 755 "$work" "$debs"
  read_package_lists "$1"
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$@")
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$root"; done
}

# The files any container expects: users root and nobody, a writable /tmp, mount points.
write_base() {
  local root=$1
  mkdir -p "$root"/{bin,dev,etc,proc,sys,root,tmp,var/tmp}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
}

import() {
  local root=$1
  shift
  # Sorted, numeric and owned by root whoever runs this, so that the image does not depend on the machine.
  tar -C "$root" --sort=name --numeric-owner --owner=0 --group=0 -cf - . | engine import "$@"
}

add_busybox() {
  local root=$1 busybox applets applet
  unpack_packages "$root.busybox" busybox-static
  busybox=$root.busybox/bin/busybox
  [ -f "$busybox" ] || busybox=$root.busybox/usr/bin/busybox
  mkdir -p "$root/bin"
  install -m 755 "$busybox" "$root/bin/busybox"
  applets=$("$busybox" --list)
  for applet in $applets; do
    [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
  done
}

make_busybox() {
  local root=$1 name=$2
  write_base "$root"
  add_busybox "$root"
  import "$root" "$name" 'CMD ["sh"]' 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}

# nginx and the libraries it needs: dependencies are followed through library packages only, which leaves out
# debconf, perl and the like that serve installing on a machine.
nginx_packages() {
  apt-cache depends --recurse --important nginx | awk '
    function wanted(name) { return name ~ /^(nginx-common|nginx-core|nginx-light|lib.*|zlib.*)$/ }
    /^[a-z0-9]/ { package = $1 }
    # "|Depends" goes on with an alternative in the next line: the first of them is taken.
    /^ [ |](Pre)?Depends: / {
      if (!alternative && wanted($2)) needs[package] = needs[package] " " $2
      alternative = /^ \|/
    }
    END {
      queue[1] = "nginx"; seen["nginx"] = 1; last = 1
      for (first = 1; first <= last; first++) {
        print queue[first]
        count = split(needs[queue[first]], names)
        for (i = 1; i <= count; i++) if (!(names[i] in seen)) { seen[names[i]] = 1; queue[++last] = names[i] }
      }
    }'
}

make_nginx() {
  local root=$1 name=$2 packages directory
  read_package_lists nginx
  packages=$(nginx_packages)
  # shellcheck disable=SC2086 # package names, one word each
  unpack_packages "$root" $packages
  # Distributions with a merged /usr have packages that still ship /lib and /lib64: one place for both.
  for directory in bin sbin lib lib64; do
    mkdir -p "$root/usr/$directory"
    if [ -d "$root/$directory" ] && [ ! -L "$root/$directory" ]; then
      cp -a "$root/$directory/." "$root/usr/$directory/"
      rm -rf "${root:?}/$directory"
    fi
    ln -sfn "usr/$directory" "$root/$directory"
  done
  add_busybox "$root"
  write_base "$root"
  rm -rf "$root/usr/share/"{doc,man,lintian,locale} "$root/etc/nginx/modules-enabled"
  mkdir -p "$root/etc/nginx/conf.d" "$root/var/log/nginx" "$root/var/lib/nginx" "$root/run" "$root/usr/share/nginx/html"
  ln -sfn ../run "$root/var/run"
  ln -sfn /dev/stdout "$root/var/log/nginx/access.log"
  ln -sfn /dev/stderr "$root/var/log/nginx/error.log"
  write_nginx_configuration "$root"
  import "$root" "$name" 'CMD ["nginx", "-g", "daemon off;"]' 'EXPOSE 80/tcp' \
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}

# As in the public image: pages from /usr/share/nginx/html, logs to stdout and stderr, conf.d for additions.
write_nginx_configuration() {
  cat >"$1/etc/nginx/nginx.conf" <<'CONF'
user nobody nogroup;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout combined;
  sendfile on;
  include /etc/nginx/conf.d/*.conf;
}
CONF
  cat >"$1/etc/nginx/conf.d/default.conf" <<'CONF'
server {
  listen 80;
  location / {
    root /usr/share/nginx/html;
    index index.html;
  }
}
CONF
  cat >"$1/usr/share/nginx/html/index.html" <<'CONF'
<!DOCTYPE html>
<title>Welcome to nginx!</title>
<h1>Welcome to nginx!</h1>
<p>Served by a pod of kubelette.</p>
CONF
}

main "$@"
