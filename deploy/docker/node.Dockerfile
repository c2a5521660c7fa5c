# The node. Build from the root of the repository: docker build -f deploy/docker/node.Dockerfile .
# The images can be replaced (--build-arg), to pin digests or to use a mirror.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled

FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY global.json .editorconfig Directory.Build.props Directory.Packages.props ./
COPY GoTor.MetricsGateway/GoTor.MetricsContract GoTor.MetricsGateway/GoTor.MetricsContract
COPY GoTor.MetricsGateway/Protos GoTor.MetricsGateway/Protos
COPY GoTor.Node GoTor.Node
# Without the gateway that MetricsPort starts: here it is a container of its own.
RUN dotnet publish GoTor.Node/GoTor.Node.csproj -c Release -o /app -p:UseAppHost=false -p:RunAnalyzers=false -p:IncludeGateway=false \
 && mkdir -p /data && chmod 0700 /data

# No shell, no package manager; the user is "app", 1654.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app .
# A new volume takes over owner and mode of this folder: the node refuses a data directory that others can read.
COPY --from=build --chown=1654:1654 --chmod=0700 /data /var/lib/gotor
USER 1654
EXPOSE 9050
VOLUME /var/lib/gotor
ENTRYPOINT ["dotnet", "GoTor.Node.dll"]
CMD ["-f", "/etc/gotor/torrc"]
