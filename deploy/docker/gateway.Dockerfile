# The metrics gateway. Build from the root of the repository: docker build -f deploy/docker/gateway.Dockerfile .
# The images can be replaced (--build-arg), to pin digests or to use a mirror.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY global.json .editorconfig Directory.Build.props Directory.Packages.props ./
COPY GoTor.ServiceDefaults GoTor.ServiceDefaults
COPY GoTor.MetricsGateway GoTor.MetricsGateway
RUN dotnet publish GoTor.MetricsGateway/GoTor.MetricsGateway.csproj -c Release -o /app -p:UseAppHost=false -p:RunAnalyzers=false

# No shell, no package manager; the user is "app", 1654.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app .
USER 1654
EXPOSE 9052 9053
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["dotnet", "GoTor.MetricsGateway.dll", "--probe"]
ENTRYPOINT ["dotnet", "GoTor.MetricsGateway.dll"]
