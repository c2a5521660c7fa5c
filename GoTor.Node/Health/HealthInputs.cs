using GoTor.Client.Telemetry;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Health;

/// <summary>Everything that health is judged by, at one moment. Immutable.</summary>
internal sealed record HealthInputs
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>"public" or "custom".</summary>
    public required string Network { get; init; }

    public required ClientStatus Client { get; init; }

    public required ActivityCounts Activity { get; init; }

    public required SocksStatus Socks { get; init; }

    public required ProcessResources Resources { get; init; }

    public required ReporterCounts Reporter { get; init; }
}

/// <summary>Totals since the start, and what of them is recent (five minutes).</summary>
/// <param name="FailedBuilds">Circuits for applications that could not be built.</param>
/// <param name="Attempts">Connections to relays that were tried.</param>
/// <param name="Latency">Mean time of a TLS handshake; null before there was one.</param>
internal sealed record ActivityCounts(
    long FailedBuilds, long Attempts, long Successes, long Failures, long RecentSuccesses, long RecentFailures, TimeSpan? Latency);

/// <param name="Configured">Ports that the configuration asks for.</param>
/// <param name="Listening">Ports that are open.</param>
/// <param name="Connections">Applications connected.</param>
/// <param name="MaxConnections">More than so many wait.</param>
internal sealed record SocksStatus(int Configured, int Listening, int Connections, int MaxConnections);

/// <param name="ResidentBytes">Memory that the process holds.</param>
/// <param name="MemoryLimitBytes">Memory that it may have; 0 when unknown.</param>
/// <param name="Descriptors">Open file descriptors; null when unknown.</param>
/// <param name="DescriptorLimit">How many it may have; null when unknown.</param>
/// <param name="Sockets">Of the descriptors, sockets.</param>
/// <param name="Threads">Threads of the process; 0 when unknown.</param>
internal sealed record ProcessResources(long ResidentBytes, long MemoryLimitBytes, int? Descriptors, long? DescriptorLimit, int? Sockets, int Threads);
