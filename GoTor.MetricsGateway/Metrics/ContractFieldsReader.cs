using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Metrics;

/// <summary>Takes go-tor's fields from the families of one node or of several. docs/METRICS.md has the same list for people.</summary>
internal static class ContractFieldsReader
{
    private const string Purpose = "purpose";
    private const string User = "user";

    /// <summary>The fields of one node.</summary>
    /// <param name="families">Sorted by <see cref="MetricFamily.PrometheusName"/>.</param>
    public static ContractFields Of(ImmutableArray<MetricFamily> families) => Of([families]);

    /// <summary>
    /// The fields of several nodes together: totals and current values are sums, means and percentiles come from all observations, the uptime
    /// is the longest.
    /// </summary>
    public static ContractFields Of(IReadOnlyList<ImmutableArray<MetricFamily>> nodes)
    {
        HistogramValue? builds = Histogram(nodes, "gotor_circuit_build_duration_seconds", userOnly: true);
        HistogramValue? handshakes = Histogram(nodes, "gotor_tls_handshake_duration_seconds", userOnly: false);
        long damaged = Sum(nodes, "gotor_circuit_digest_failures_total");
        return new ContractFields
        {
            CircuitBuilds = Sum(nodes, "gotor_circuit_builds_total", userOnly: true),
            CircuitBuildSuccess = Sum(nodes, "gotor_circuit_builds_succeeded_total", userOnly: true),
            CircuitBuildFailure = Sum(nodes, "gotor_circuit_builds_failed_total", userOnly: true),
            CircuitBuildTimeAvg = Nanoseconds(builds.Mean()),
            CircuitBuildTimeP95 = Nanoseconds(builds.Quantile(0.95)),
            ActiveCircuits = Sum(nodes, "gotor_circuit_active", userOnly: true),
            ConnectionAttempts = Sum(nodes, "gotor_connection_attempts_total"),
            ConnectionSuccess = Sum(nodes, "gotor_connection_successes_total"),
            ConnectionFailures = Sum(nodes, "gotor_connection_failures_total"),
            ConnectionRetries = Sum(nodes, "gotor_connection_retries_total"),
            TLSHandshakeAvg = Nanoseconds(handshakes.Mean()),
            TLSHandshakeP95 = Nanoseconds(handshakes.Quantile(0.95)),
            ActiveConnections = Sum(nodes, "gotor_connection_active"),
            StreamsCreated = Sum(nodes, "gotor_stream_created_total", userOnly: true),
            StreamsClosed = Sum(nodes, "gotor_stream_closed_total", userOnly: true),
            StreamFailures = Sum(nodes, "gotor_stream_failed_total", userOnly: true),
            ActiveStreams = Sum(nodes, "gotor_stream_active", userOnly: true),
            StreamData = Sum(nodes, "gotor_stream_data_bytes_total", userOnly: true),
            GuardsActive = Sum(nodes, "gotor_guards_active"),
            GuardsConfirmed = Sum(nodes, "gotor_guards_confirmed"),
            SocksConnections = Sum(nodes, "gotor_socks_connections_total"),
            SocksRequests = Sum(nodes, "gotor_socks_requests_total"),
            SocksErrors = Sum(nodes, "gotor_socks_errors_total"),
            IsolatedCircuits = Sum(nodes, "gotor_isolation_circuits"),
            IsolationKeys = Sum(nodes, "gotor_isolation_keys"),
            IsolationHits = Sum(nodes, "gotor_isolation_hits_total"),
            IsolationMisses = Sum(nodes, "gotor_isolation_misses_total"),
            // A replayed, reordered or damaged cell is one that no hop recognises, and only cells towards us are ours to check.
            ReplayAttemptsDetected = damaged,
            ReplayForwardAttempts = 0,
            ReplayBackwardAttempts = damaged,
            OutOfOrderCells = damaged,
            UptimeSeconds = nodes.Count == 0 ? 0 : nodes.Max(node => Whole(Sum(node, "gotor_uptime_seconds", userOnly: false))),
        };
    }

    /// <summary>Finds a family by its Prometheus name.</summary>
    /// <param name="families">Sorted by it.</param>
    /// <param name="prometheusName">As "gotor_circuit_builds_total".</param>
    public static MetricFamily? Find(this ImmutableArray<MetricFamily> families, string prometheusName)
    {
        int low = 0, high = families.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(families[middle].PrometheusName, prometheusName);
            if (order == 0)
                return families[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    private static long Sum(IReadOnlyList<ImmutableArray<MetricFamily>> nodes, string name, bool userOnly = false)
    {
        double sum = 0;
        foreach (ImmutableArray<MetricFamily> node in nodes)
            sum += Sum(node, name, userOnly);
        return Whole(sum);
    }

    private static double Sum(ImmutableArray<MetricFamily> node, string name, bool userOnly)
    {
        double sum = 0;
        if (node.Find(name) is { Type: not MetricKind.Histogram } family)
        {
            foreach (MetricSample sample in family.Samples)
            {
                if (!userOnly || IsUser(sample))
                    sum += sample.Value;
            }
        }
        return sum;
    }

    private static HistogramValue? Histogram(IReadOnlyList<ImmutableArray<MetricFamily>> nodes, string name, bool userOnly) =>
        HistogramMath.Merge(
            from node in nodes
            let family = node.Find(name)
            where family is { Type: MetricKind.Histogram }
            from sample in family.Samples
            where sample.Histogram is not null && (!userOnly || IsUser(sample))
            select sample.Histogram);

    private static bool IsUser(MetricSample sample)
    {
        foreach ((string name, string value) in sample.Labels)
        {
            if (name == Purpose)
                return value == User;
        }
        return true;
    }

    private static long Nanoseconds(double seconds) => Whole(Math.Round(seconds * 1e9));

    // What a report holds is checked to be finite; what is added up from it may still not fit.
    private static long Whole(double value) => value >= long.MaxValue ? long.MaxValue : value > 0 ? (long)value : 0;
}
