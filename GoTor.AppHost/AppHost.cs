using GoTor.AppHost;

// The whole system on one screen.  dotnet run --project GoTor.AppHost
//
//   applications --SOCKS--> node --reports over gRPC--> gateway <--scrapes-- Prometheus --> Alertmanager, Grafana
//
// No project waits for a container: without a container engine the node and the gateway run all the same.
IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(args);
NodeNetwork network = NodeNetwork.From(builder.Configuration);
ContainerEngine? engine = await ContainerEngine.FindAsync(builder.Configuration);

IResourceBuilder<ParameterResource> token = builder.AddSecret("metrics-token");
IResourceBuilder<ProjectResource> gateway = builder.AddGateway("gateway", token);
builder.AddNode("node", network, gateway, token);

if (engine is not null)
{
    builder.AddAlertmanager("alertmanager");
    builder.AddPrometheus("prometheus", gateway);
    builder.AddGrafana("grafana", builder.AddSecret("grafana-password"));
}
else if (LocalPrometheus.Find() is { } program)
{
    builder.AddLocalPrometheus("prometheus", program, gateway);
}

Console.WriteLine(network.Note);
if (engine is null)
    Console.WriteLine(ContainerEngine.NoteWithout);
await builder.Build().RunAsync();
