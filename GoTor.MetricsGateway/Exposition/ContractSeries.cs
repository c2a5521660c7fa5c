using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>One of go-tor's 19 Prometheus metrics.</summary>
/// <param name="Name">As Prometheus sees it.</param>
/// <param name="Kind">Counter or gauge.</param>
/// <param name="Help">go-tor's words.</param>
/// <param name="Value">The field.</param>
/// <param name="IsDuration">The field is in nanoseconds, the metric in seconds with three digits.</param>
internal sealed record ContractSeries(string Name, MetricKind Kind, string Help, Func<ContractFields, long> Value, bool IsDuration = false)
{
    /// <summary>All 19 in go-tor's order.</summary>
    public static readonly IReadOnlyList<ContractSeries> All =
    [
        Counter("tor_circuit_builds_total", "Total number of circuit build attempts", fields => fields.CircuitBuilds),
        Counter("tor_circuit_build_success_total", "Total number of successful circuit builds", fields => fields.CircuitBuildSuccess),
        Counter("tor_circuit_build_failures_total", "Total number of failed circuit builds", fields => fields.CircuitBuildFailure),
        Duration("tor_circuit_build_duration_seconds_avg", "Average circuit build duration in seconds", fields => fields.CircuitBuildTimeAvg),
        Duration("tor_circuit_build_duration_seconds_p95", "95th percentile circuit build duration in seconds", fields => fields.CircuitBuildTimeP95),
        Gauge("tor_active_circuits", "Current number of active circuits", fields => fields.ActiveCircuits),
        Counter("tor_connection_attempts_total", "Total number of connection attempts", fields => fields.ConnectionAttempts),
        Counter("tor_connection_success_total", "Total number of successful connections", fields => fields.ConnectionSuccess),
        Counter("tor_connection_failures_total", "Total number of failed connections", fields => fields.ConnectionFailures),
        Gauge("tor_active_connections", "Current number of active connections", fields => fields.ActiveConnections),
        Counter("tor_streams_created_total", "Total number of streams created", fields => fields.StreamsCreated),
        Counter("tor_streams_closed_total", "Total number of streams closed", fields => fields.StreamsClosed),
        Gauge("tor_active_streams", "Current number of active streams", fields => fields.ActiveStreams),
        Counter("tor_stream_data_bytes_total", "Total bytes transferred through streams", fields => fields.StreamData),
        Gauge("tor_guards_active", "Current number of active guards", fields => fields.GuardsActive),
        Gauge("tor_guards_confirmed", "Current number of confirmed guards", fields => fields.GuardsConfirmed),
        Counter("tor_socks_connections_total", "Total number of SOCKS connections", fields => fields.SocksConnections),
        Counter("tor_socks_requests_total", "Total number of SOCKS requests", fields => fields.SocksRequests),
        Gauge("tor_uptime_seconds", "Client uptime in seconds", fields => fields.UptimeSeconds),
    ];

    private static ContractSeries Counter(string name, string help, Func<ContractFields, long> value) => new(name, MetricKind.Counter, help, value);

    private static ContractSeries Gauge(string name, string help, Func<ContractFields, long> value) => new(name, MetricKind.Gauge, help, value);

    private static ContractSeries Duration(string name, string help, Func<ContractFields, long> value) =>
        new(name, MetricKind.Gauge, help, value, IsDuration: true);
}
