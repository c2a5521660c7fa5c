#!/bin/sh
# Makes the secrets that compose needs, each once: what is there stays. Needs openssl; and caddy or htpasswd for the front's password.
#   make-secrets.sh [FOLDER]      the folder of this script's own, secrets, if none is given
set -eu
umask 077
cd "${1:-"$(dirname "$0")/secrets"}"

new() { # name: a random word of 256 bits
  [ -e "$1" ] || { openssl rand -hex 32 > "$1" && echo "$1 made"; }
}

new metrics_token
new grafana_admin_password

if [ ! -e front_users ]; then
  password=$(openssl rand -hex 16)
  if command -v caddy > /dev/null; then
    hash=$(printf '%s\n' "$password" | caddy hash-password)
  elif command -v htpasswd > /dev/null; then
    hash=$(printf '%s\n' "$password" | htpasswd -niB -C 12 gotor | cut -d: -f2)
  else
    # Nobody can log in until a real line replaces this one; the rest of the stack does not need it.
    hash=
  fi
  if [ -n "$hash" ]; then
    echo "gotor $hash" > front_users
    echo "front_users made: user gotor, password $password (kept nowhere)"
  else
    echo "front_users not made: install caddy or htpasswd, or write 'NAME HASH' (docker run --rm -it caddy caddy hash-password)"
    : > front_users
  fi
fi
# The folder shuts others out; the files must be readable for the containers' users.
chmod 0700 . && chmod 0444 metrics_token grafana_admin_password front_users
