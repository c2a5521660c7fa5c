namespace GoTor.MetricsGateway.Metrics;

/// <summary>
/// The 32 fields of go-tor's /metrics/json, in its order. Durations are in nanoseconds. Its 19 Prometheus metrics and the cards of its
/// dashboard are fields of this list. docs/METRICS.md says where each comes from.
/// </summary>
internal sealed record ContractFields
{
    public long CircuitBuilds { get; init; }
    public long CircuitBuildSuccess { get; init; }
    public long CircuitBuildFailure { get; init; }
    public long CircuitBuildTimeAvg { get; init; }
    public long CircuitBuildTimeP95 { get; init; }
    public long ActiveCircuits { get; init; }
    public long ConnectionAttempts { get; init; }
    public long ConnectionSuccess { get; init; }
    public long ConnectionFailures { get; init; }
    public long ConnectionRetries { get; init; }
    public long TLSHandshakeAvg { get; init; }
    public long TLSHandshakeP95 { get; init; }
    public long ActiveConnections { get; init; }
    public long StreamsCreated { get; init; }
    public long StreamsClosed { get; init; }
    public long StreamFailures { get; init; }
    public long ActiveStreams { get; init; }
    public long StreamData { get; init; }
    public long GuardsActive { get; init; }
    public long GuardsConfirmed { get; init; }
    public long SocksConnections { get; init; }
    public long SocksRequests { get; init; }
    public long SocksErrors { get; init; }
    public long IsolatedCircuits { get; init; }
    public long IsolationKeys { get; init; }
    public long IsolationHits { get; init; }
    public long IsolationMisses { get; init; }
    public long ReplayAttemptsDetected { get; init; }
    public long ReplayForwardAttempts { get; init; }
    public long ReplayBackwardAttempts { get; init; }
    public long OutOfOrderCells { get; init; }
    public long UptimeSeconds { get; init; }
}
