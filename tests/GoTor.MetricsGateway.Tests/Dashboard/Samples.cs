using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>Nodes with chosen numbers.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The numbers of the mock in go-tor's own test of its metrics server (pkg/httpmetrics/server_test.go).</summary>
    public static readonly ContractFields Contract = new()
    {
        CircuitBuilds = 100, CircuitBuildSuccess = 95, CircuitBuildFailure = 5,
        CircuitBuildTimeAvg = 3_000_000_000, CircuitBuildTimeP95 = 5_000_000_000, ActiveCircuits = 3,
        ConnectionAttempts = 50, ConnectionSuccess = 48, ConnectionFailures = 2, ConnectionRetries = 5,
        TLSHandshakeAvg = 500_000_000, TLSHandshakeP95 = 800_000_000, ActiveConnections = 3,
        StreamsCreated = 200, StreamsClosed = 190, StreamFailures = 10, ActiveStreams = 10, StreamData = 1_024_000,
        GuardsActive = 3, GuardsConfirmed = 2, SocksConnections = 150, SocksRequests = 145, SocksErrors = 5, UptimeSeconds = 3600,
    };

    public static NodeState Node(string id = "alice", ContractFields? fields = null, NodePresence presence = NodePresence.Live) => new(
        NodeHealth.Complete(new NodeSnapshot
        {
            NodeId = id,
            BootId = "boot",
            StartTime = Noon.AddHours(-1),
            Sequence = 1,
            NodeTime = Noon,
            ReceivedAt = Noon,
            Interval = TimeSpan.FromSeconds(1),
            Version = "0.1.0",
            Network = "public",
            Labels = [],
            Bootstrap = new BootstrapProgress(100, "done", "Done"),
            Families = [],
            Health = [new NodeComponent("circuits", HealthLevel.Healthy, "Circuits functioning normally", [], Noon)],
            Fields = fields ?? Contract,
            Final = false,
            Profiling = false,
        }),
        presence);
}
