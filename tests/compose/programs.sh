#!/usr/bin/env bash
# Fetches, with apt and from Debian's own mirror, what newer suites have and this machine's has not, and unpacks it into DIR/unpacked;
# nothing is installed: a Docker engine with compose and buildx, and the Prometheus, Alertmanager and Caddy that the images are made of.
#   programs.sh DIR
set -euo pipefail
dir=$1
# Their runc needs a newer libc than this machine's: the one of the machine's own suite must be installed.
packages=(docker.io docker-cli containerd docker-compose docker-buildx prometheus promtool prometheus-alertmanager caddy busybox-static)
mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources)

fetch() { # suite
  rm -rf "$dir"
  mkdir -p "$dir"/{lists/partial,cache/archives/partial,debs,unpacked}
  : > "$dir/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" > "$dir/list"
  local options=(-q -q -o "Dir::Etc::SourceList=$dir/list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$dir/lists"
    -o "Dir::Cache=$dir/cache" -o "Dir::State::status=$dir/status" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update && (cd "$dir/debs" && apt-get "${options[@]}" download "${packages[@]}") || return 1
  for package in "$dir"/debs/*.deb; do dpkg -x "$package" "$dir/unpacked" || return 1; done
}

[ -e "$dir/unpacked/usr/bin/prometheus" ] || fetch forky || fetch trixie
