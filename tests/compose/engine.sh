#!/usr/bin/env bash
# A Docker engine of our own, in a network and mount namespace of its own: no rule, bridge, sysctl or mount of the machine changes,
# and nothing in it can reach any network outside. Published ports are in that namespace too.
#   engine.sh start DIR    then DOCKER_HOST=unix://DIR/docker.sock
#   engine.sh stop DIR
#   engine.sh enter DIR COMMAND...   runs a command inside the namespace
set -euo pipefail
action=$1 dir=$2
shift 2

start() {
  mkdir -p "$dir"
  rm -f "$dir"/*.pid
  setsid unshare --mount --net --propagation private bash -c '
    set -e
    ip link set lo up
    echo $$ > "$1/ns.pid"
    exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/docker.pid" \
      --storage-driver overlay2 --log-level warn --bip 172.31.250.1/24 --default-address-pool base=172.31.0.0/17,size=24
  ' _ "$dir" > "$dir/dockerd.log" 2>&1 < /dev/null &
  for _ in $(seq 150); do
    DOCKER_HOST=unix://$dir/docker.sock docker version > /dev/null 2>&1 && return
    sleep 0.2
  done
  tail -20 "$dir/dockerd.log" >&2
  return 1
}

case $action in
  start) start ;;
  stop)
    pid=$(cat "$dir/ns.pid" 2> /dev/null || true)
    [ -n "$pid" ] && kill "$pid" 2> /dev/null || exit 0
    for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || exit 0; sleep 0.1; done
    kill -9 "$pid"
    ;;
  enter) exec nsenter -t "$(cat "$dir/ns.pid")" -n "$@" ;;
esac
