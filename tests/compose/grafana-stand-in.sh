#!/bin/sh
# NOT Grafana, which cannot be had here. It takes Grafana's place in the test of compose: the same user, port, health check and mounts.
# It starts only when everything that Grafana would read is readable for Grafana's user, and its data folder writable.
set -eu
for file in /etc/grafana/provisioning/datasources/*.yml /etc/grafana/provisioning/dashboards/*.yml \
  "$GF_SECURITY_ADMIN_PASSWORD__FILE" "$GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"; do
  [ -s "$file" ] && cat "$file" > /dev/null || { echo "cannot read $file" >&2; exit 1; }
done
folder=$(sed -n 's/^ *path: *//p' /etc/grafana/provisioning/dashboards/*.yml)
ls "$folder"/*.json > /dev/null
touch /var/lib/grafana/written
mkdir -p /tmp/www/api
echo '{"database":"ok","version":"stand-in"}' > /tmp/www/api/health
# Behind a proxy it answers below the path that it is told, as Grafana does.
[ "$GF_SERVER_SERVE_FROM_SUB_PATH" != true ] || ln -s . /tmp/www/grafana
echo "This is a stand-in for Grafana in a test." > /tmp/www/index.html
httpd -f -p 3000 -h /tmp/www &
# The first process of a container has no default for SIGTERM.
trap 'exit 0' TERM
wait
