#!/usr/bin/env bash
# Brings the stack of deploy/compose.yaml up for real and puts it through what happens to such things: on a Docker engine of its own, in a
# namespace without any way out, with images made of this machine's files by the project's own Dockerfiles. Only Grafana is a stand-in.
# Needs root, runc, iptables, apt with Debian's mirror, python3, and projects that have been restored. Prints each check; ends with 0 if all hold.
#   run.sh [FOLDER]     where programs and layers are kept for the next run; a temporary one if none is given
# With REUSE=1, images that are there from the last run are taken as they are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
deploy=$(cd "$here/../../deploy" && pwd)
dir=${1:-$(mktemp -d /tmp/gotor-compose.XXXXXX)}
mkdir -p "$dir"
programs=$dir/programs
export DOCKER_HOST=unix://$dir/engine/docker.sock DOCKER_CONFIG=$dir/docker COMPOSE_PROJECT_NAME=gotor COMPOSE_PROFILES=front
export SECRETS=$dir/secrets GRAFANA_SUB_PATH=true GRAFANA_URL=https://localhost:8443/grafana/
export PATH=$programs/unpacked/usr/sbin:$programs/unpacked/usr/bin:$PATH

compose() { docker compose --progress quiet -f "$deploy/compose.yaml" -f "$here/sandbox.yaml" "$@"; }

finish() {
  local code=$?
  if [ "$code" != 0 ]; then
    docker ps -a --format '{{.Names}}: {{.Status}}' || true
    compose logs --no-color --tail 15 || true
    compose down -v -t 1 || true
  fi
  "$here/engine.sh" stop "$dir/engine" || true
  [ "$code" = 0 ] && echo "compose: $checks checks hold" || echo "compose: FAILED after $checks checks"
  [ -n "${1:-}" ] || rm -rf "$dir"
}
checks=0
trap 'finish "${1:-}"' EXIT

say() { echo "[$SECONDS s] $*"; }

# Tries a check until it holds.
check() { # seconds text command...
  local end=$((SECONDS + $1)) text=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      say "NOT: $text"
      "$@" || true
      exit 1
    fi
    sleep 0.5
  done
  checks=$((checks + 1))
  say "$text"
}

inside() { "$here/engine.sh" enter "$dir/engine" "$@"; }
status() { inside curl -sk -o /dev/null -w '%{http_code}' "$@"; }
answers() { [ "$(status "${@:2}")" = "$1" ]; }
front=https://localhost:8443
# Asked the way people ask: through Caddy, with the password.
value() { inside curl -sk -u "gotor:$password" --data-urlencode "query=$1" "$front/prometheus/api/v1/query" | grep -o '"value":\[[^]]*\]' | grep -o '[0-9.e+-]*"\]' | tr -d '"]'; }
is() { [ "$(value "$1")" = "$2" ]; }
above() { awk -v a="$(value "$1")" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 > b + 0) }'; }
state() { docker inspect -f "$2" "gotor-$1-1"; }
healthy() { [ "$(state "$1" '{{.State.Health.Status}}')" = healthy ]; }

# By the kernel's word, not by what was asked for.
has_no_rights() { # service user capabilities
  local file=/proc/$(state "$1" '{{.State.Pid}}')/status
  grep -q "^Uid:.$2.$2.$2" "$file" && grep -qE "^CapBnd:.$3$" "$file" && grep -qE "^CapPrm:.0+$|^CapPrm:.$3$" "$file" &&
    grep -q '^NoNewPrivs:.1' "$file" && grep -q '^Seccomp:.2' "$file" && [ "$(state "$1" '{{.HostConfig.ReadonlyRootfs}}')" = true ]
}

survives_a_crash() { # service
  local before pid
  before=$(state "$1" '{{.RestartCount}}')
  pid=$(state "$1" '{{.State.Pid}}')
  [ "$pid" -gt 1 ] && kill -9 "$pid" # 0 while it is not running, and that would be all of us.
  check 120 "$1: killed, started again" restarted "$1" "$before"
  check 120 "$1: healthy again" healthy "$1"
}
restarted() { [ "$(state "$1" '{{.RestartCount}}')" -gt "$2" ]; }

say "programs"
"$here/programs.sh" "$programs" > "$dir/programs.log" 2>&1 || { tail -5 "$dir/programs.log"; exit 1; }
mkdir -p "$DOCKER_CONFIG/cli-plugins" && cp "$programs"/unpacked/usr/libexec/docker/cli-plugins/* "$DOCKER_CONFIG/cli-plugins/"
"$here/engine.sh" start "$dir/engine"
say "engine $(docker version -f '{{.Server.Version}}'), compose $(docker compose version --short)"
if [ -z "${REUSE:-}" ]; then
  "$here/images.sh" "$dir/stage" "$programs" > "$dir/images.log" 2>&1 || { tail -5 "$dir/images.log"; exit 1; }
  say "base images"
  docker compose --progress plain -f "$deploy/compose.yaml" build > "$dir/build.log" 2>&1 || { tail -40 "$dir/build.log"; exit 1; }
  say "images of the project, by its own Dockerfiles"
fi

compose down -v -t 1
rm -rf "$SECRETS" && mkdir "$SECRETS"
password=$("$deploy/make-secrets.sh" "$SECRETS" | sed -n 's/.*password \([0-9a-f]\{32\}\).*/\1/p')
compose up -d --wait --wait-timeout 180
say "up"

for service in node gateway prometheus alertmanager grafana caddy; do check 1 "$service: healthy" healthy "$service"; done
check 1 "node: user 1654, no rights, read-only" has_no_rights node 1654 0000000000000000
check 1 "gateway: user 1654, no rights, read-only" has_no_rights gateway 1654 0000000000000000
check 1 "prometheus: user 65534, no rights, read-only" has_no_rights prometheus 65534 0000000000000000
check 1 "alertmanager: user 65534, no rights, read-only" has_no_rights alertmanager 65534 0000000000000000
check 1 "grafana (stand-in): user 472, no rights, read-only" has_no_rights grafana 472 0000000000000000
check 1 "caddy: user 1000, the right to low ports only, read-only" has_no_rights caddy 1000 0000000000000400

check 20 "front: nothing without a password" answers 401 "$front/"
check 20 "front: nothing with a wrong one" answers 401 -u gotor:wrong "$front/metrics"
check 20 "front: the gateway's page" answers 200 -u "gotor:$password" "$front/"
check 20 "front: Grafana (stand-in)" answers 200 -u "gotor:$password" "$front/grafana/api/health"
check 20 "front: Alertmanager" answers 200 -u "gotor:$password" "$front/alertmanager/-/healthy"
check 20 "front: only whether it lives, to everybody" answers 200 "$front/alive"
check 1 "published: the gateway's page" answers 200 http://127.0.0.1:9052/
check 1 "published: Grafana (stand-in)" answers 200 http://127.0.0.1:3000/api/health
check 1 "not published: Prometheus" answers 000 http://127.0.0.1:9090/
check 1 "not published: reports" answers 000 http://127.0.0.1:9053/
check 1 "another name for the gateway is refused" answers 421 -H 'Host: rebind.example' http://127.0.0.1:9052/metrics

check 120 "all four targets are scraped" is 'sum(up)' 4
check 120 "the node has reached its network" is 'gotor_bootstrap_progress_ratio{node="node-1"}' 1
check 120 "bytes flow" above 'sum(gotor_stream_data_bytes_total{purpose="user"})' 0
check 120 "figures of the rules" above 'node:gotor_stream_data_bytes:rate1m{direction="received"}' 0
check 1 "health checks are no SOCKS errors" is 'sum(gotor_socks_errors_total) or vector(0)' 0

say "the network between gateway and Prometheus breaks"
docker network disconnect gotor_scrape gotor-gateway-1
check 40 "the gateway is seen to be gone" is 'sum(up{job=~"gotor-.*"})' 0
docker network connect --alias gateway gotor_scrape gotor-gateway-1
check 40 "and to be back" is 'sum(up{job=~"gotor-.*"})' 2

say "the network between node and gateway breaks"
docker network disconnect gotor_reports gotor-node-1
check 40 "the node is lost" is 'gotor_node_up{node="node-1"}' 0
before=$(value 'sum(gotor_stream_data_bytes_total{purpose="user"})')
docker network connect gotor_reports gotor-node-1
check 120 "the node is back" is 'gotor_node_up{node="node-1"}' 1
check 120 "with all that happened meanwhile" above 'sum(gotor_stream_data_bytes_total{purpose="user"})' "$before"

# Prometheus sends an alert again only after a minute, so this may take as long; it comes after what takes its time anyway.
check 120 "Alertmanager has the watchdog's alert" above 'sum(alertmanager_alerts{state="active"})' 0

# How many samples there are depends on how fast the machine is; that a new one joins the old ones does not.
samples='count_over_time(gotor_node_up{node="node-1"}[10m])'
kept=$(value "$samples")
for service in gateway prometheus alertmanager grafana caddy node; do survives_a_crash "$service"; done
check 120 "all is scraped again" is 'sum(up)' 4
check 120 "the node reports again, from a new process" is 'gotor_node_up{node="node-1"}' 1
check 120 "Prometheus kept what it had" above "$samples" "$kept"

compose down -v
check 1 "nothing is left" test -z "$(docker ps -aq)$(docker volume ls -q)"
