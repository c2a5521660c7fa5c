#!/usr/bin/env bash
# Makes the images that compose asks for without a registry: from this machine's .NET and from Debian's programs, tagged with the public
# names. The project's Dockerfiles then build unchanged and offline. Grafana cannot be had: a stand-in takes its place, named as such.
#   images.sh STAGE PROGRAMS      with DOCKER_HOST set
set -euo pipefail
stage=$1 programs=$2
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
# Where the SDK is; what is on the path may be a link or a script.
dotnet=$(dirname "$(dotnet --list-sdks | sed -n 's/.*\[\(.*\)\].*/\1/p' | tail -1)")
rm -rf "$stage"
mkdir -p "$stage"

# Copies programs with the libraries they are linked to.
with_libraries() { # root file...
  local root=$1 library
  shift
  for library in $(for file in "$@"; do ldd "$file" 2> /dev/null; done | grep -o '/[^ ]*' | sort -u); do
    case $library in "$dotnet"/*) continue ;; esac
    mkdir -p "$root$(dirname "$library")"
    cp -Lu "$library" "$root$library"
  done
}

# Users, /tmp and, with "shell", the usual commands.
base() { # root [shell]
  local root=$1 command
  mkdir -p "$root"/{bin,etc,tmp,root,usr/bin,lib64}
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n' > "$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\napp:x:1654:\n' > "$root/etc/group"
  [ "${2:-}" = shell ] || return 0
  cp "$programs/unpacked/usr/bin/busybox" "$root/bin/busybox"
  for command in $("$root/bin/busybox" --list); do [ "$command" = busybox ] || ln -sf busybox "$root/bin/$command"; done
}

import() { # tag root change...
  local tag=$1 root=$2 change changes=()
  shift 2
  for change in "$@"; do changes+=(-c "$change"); done
  tar -C "$root" --xattrs --xattrs-include=security.capability -c . | docker import "${changes[@]}" - "$tag" > /dev/null
  echo "$tag"
}

dotnet_environment=('ENV PATH=/usr/share/dotnet:/usr/local/bin:/usr/bin:/bin DOTNET_ROOT=/usr/share/dotnet APP_UID=1654'
  'ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true DOTNET_RUNNING_IN_CONTAINER=true')
# Loaded by name, so that nothing is linked to it.
tls=$(ldconfig -p | sed -n 's/.*libssl\.so\.3 .*=> //p' | head -1)

runtime() { # tag framework...
  local root=$stage/runtime tag=$1 framework
  shift
  rm -rf "$root"
  base "$root"
  mkdir -p "$root/usr/share/dotnet/shared"
  cp -a "$dotnet/dotnet" "$dotnet/host" "$root/usr/share/dotnet/"
  for framework in "$@"; do cp -a "$dotnet/shared/$framework" "$root/usr/share/dotnet/shared/"; done
  with_libraries "$root" "$dotnet/dotnet" "$dotnet"/shared/Microsoft.NETCore.App/*/*.so "$tls"
  mkdir -p "$root$(dirname "$tls")" && cp -L "$tls" "$root$tls"
  import "$tag" "$root" "${dotnet_environment[@]}"
}

# With the packages that the two projects need as a feed inside: there is no network during the build.
sdk() { # tag
  local root=$stage/sdk package
  base "$root" shell
  mkdir -p "$root/usr/share" "$root/opt/feed" "$root/root/.nuget/NuGet" "$root$(dirname "$tls")"
  cp -al "$dotnet" "$root/usr/share/dotnet" 2> /dev/null || { rm -rf "$root/usr/share/dotnet"; cp -a "$dotnet" "$root/usr/share/dotnet"; }
  # What no build here needs is a quarter of it: F#, tools, and translations, except "cs", which is C# too.
  rm -rf "$root"/usr/share/dotnet/sdk/*/{FSharp,DotnetTools} "$root/usr/share/dotnet/templates"
  find "$root/usr/share/dotnet/sdk" -type d -regex '.*/\(de\|es\|fr\|it\|ja\|ko\|pl\|pt-BR\|ru\|tr\|zh-Hans\|zh-Hant\)' -prune -exec rm -rf {} +
  with_libraries "$root" "$dotnet/dotnet" "$dotnet"/shared/Microsoft.NETCore.App/*/*.so "$tls"
  cp -L "$tls" "$root$tls"
  for package in $(python3 "$here/packages.py" "$repository"/GoTor.Node/GoTor.Node.csproj "$repository"/GoTor.MetricsGateway/GoTor.MetricsGateway.csproj); do
    mkdir -p "$root/opt/feed/$package"
    # The package itself; what was unpacked from it is unpacked again.
    cp -a "${NUGET_PACKAGES:-$HOME/.nuget/packages}/$package"/{.nupkg.metadata,*.nupkg,*.nupkg.sha512,*.nuspec} "$root/opt/feed/$package/"
  done
  printf '<configuration><packageSources><clear/><add key="local" value="/opt/feed"/></packageSources></configuration>' > "$root/root/.nuget/NuGet/NuGet.Config"
  import "$1" "$root" "${dotnet_environment[@]}" 'ENV HOME=/root NUGET_CERT_REVOCATION_MODE=offline DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1'
}

program() { # root name file
  cp "$programs/unpacked/usr/bin/$3" "$1/bin/$2"
  with_libraries "$1" "$1/bin/$2"
}

prometheus() { # tag
  local root=$stage/prometheus
  base "$root" shell
  program "$root" prometheus prometheus
  program "$root" promtool promtool
  mkdir "$root/prometheus" && chown 65534:65534 "$root/prometheus"
  import "$1" "$root" 'USER nobody' 'VOLUME /prometheus' 'ENTRYPOINT ["/bin/prometheus"]'
}

alertmanager() { # tag
  local root=$stage/alertmanager
  base "$root" shell
  program "$root" alertmanager prometheus-alertmanager
  program "$root" amtool amtool
  # Debian's is built without its own page and templates inside.
  mkdir -p "$root/usr/share" && cp -r "$programs/unpacked/usr/share/prometheus" "$root/usr/share/"
  mkdir "$root/alertmanager" && chown 65534:65534 "$root/alertmanager"
  import "$1" "$root" 'USER nobody' 'VOLUME /alertmanager' 'ENTRYPOINT ["/bin/alertmanager"]'
}

caddy() { # tag
  local root=$stage/caddy
  base "$root" shell
  program "$root" caddy caddy
  # As in the public image.
  setcap cap_net_bind_service=+ep "$root/bin/caddy"
  import "$1" "$root" 'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'
}

grafana_stand_in() { # tag
  local root=$stage/grafana
  base "$root" shell
  mkdir -p "$root/var/lib/grafana" && chown 472:0 "$root/var/lib/grafana"
  install -m 0755 "$here/grafana-stand-in.sh" "$root/bin/grafana-stand-in"
  import "$1" "$root" 'USER 472' 'VOLUME /var/lib/grafana' 'LABEL stand-in=grafana' 'ENTRYPOINT ["/bin/grafana-stand-in"]'
}

tag() { sed -n "s/^#$1=//p" "$repository/deploy/.env.example"; }

# The large one beside the others.
sdk "$(tag SDK_IMAGE)" &
large=$!
runtime "$(tag RUNTIME_IMAGE)" Microsoft.NETCore.App
runtime "$(tag ASPNET_IMAGE)" Microsoft.NETCore.App Microsoft.AspNetCore.App
prometheus "$(tag PROMETHEUS_IMAGE)"
alertmanager "$(tag ALERTMANAGER_IMAGE)"
caddy "$(tag CADDY_IMAGE)"
grafana_stand_in "$(tag GRAFANA_IMAGE)"
wait "$large"
rm -rf "$stage"
