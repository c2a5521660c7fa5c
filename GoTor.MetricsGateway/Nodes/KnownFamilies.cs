using System.Collections.Frozen;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>
/// GoTor's own instruments, as docs/METRICS.md lists them: no report can give them another meaning. Newer nodes may have more of them, which
/// then go the way of any other name.
/// </summary>
internal static class KnownFamilies
{
    private static readonly (string Name, string Unit, MetricKind Kind)[] All =
    [
        ("gotor.bootstrap.progress", "1", MetricKind.Gauge),
        ("gotor.clock.skew", "s", MetricKind.Gauge),
        ("gotor.uptime", "s", MetricKind.Gauge),
        ("gotor.connection.attempts", "{connection}", MetricKind.Counter),
        ("gotor.connection.retries", "{connection}", MetricKind.Counter),
        ("gotor.connection.successes", "{connection}", MetricKind.Counter),
        ("gotor.connection.failures", "{connection}", MetricKind.Counter),
        ("gotor.connection.active", "{connection}", MetricKind.Gauge),
        ("gotor.tls.handshake.duration", "s", MetricKind.Histogram),
        ("gotor.link.handshake.duration", "s", MetricKind.Histogram),
        ("gotor.channel.bytes", "By", MetricKind.Counter),
        ("gotor.channel.cells", "{cell}", MetricKind.Counter),
        ("gotor.channel.padding", "{cell}", MetricKind.Counter),
        ("gotor.channel.queue", "{cell}", MetricKind.Gauge),
        ("gotor.channel.stray_cells", "{cell}", MetricKind.Counter),
        ("gotor.channel.violations", "{violation}", MetricKind.Counter),
        ("gotor.circuit.builds", "{circuit}", MetricKind.Counter),
        ("gotor.circuit.builds.succeeded", "{circuit}", MetricKind.Counter),
        ("gotor.circuit.builds.failed", "{circuit}", MetricKind.Counter),
        ("gotor.circuit.build.duration", "s", MetricKind.Histogram),
        ("gotor.circuit.build.timeout", "s", MetricKind.Gauge),
        ("gotor.circuit.build.timeouts", "{circuit}", MetricKind.Counter),
        ("gotor.circuit.active", "{circuit}", MetricKind.Gauge),
        ("gotor.circuit.pending", "{circuit}", MetricKind.Gauge),
        ("gotor.circuit.ended", "{circuit}", MetricKind.Counter),
        ("gotor.circuit.digest_failures", "{cell}", MetricKind.Counter),
        ("gotor.stream.created", "{stream}", MetricKind.Counter),
        ("gotor.stream.closed", "{stream}", MetricKind.Counter),
        ("gotor.stream.failed", "{stream}", MetricKind.Counter),
        ("gotor.stream.retries", "{retry}", MetricKind.Counter),
        ("gotor.stream.active", "{stream}", MetricKind.Gauge),
        ("gotor.stream.waiting", "{stream}", MetricKind.Gauge),
        ("gotor.stream.data", "By", MetricKind.Counter),
        ("gotor.stream.open.duration", "s", MetricKind.Histogram),
        ("gotor.stream.first_byte.duration", "s", MetricKind.Histogram),
        ("gotor.isolation.hits", "{stream}", MetricKind.Counter),
        ("gotor.isolation.misses", "{stream}", MetricKind.Counter),
        ("gotor.isolation.circuits", "{circuit}", MetricKind.Gauge),
        ("gotor.isolation.keys", "{key}", MetricKind.Gauge),
        ("gotor.guards.active", "{guard}", MetricKind.Gauge),
        ("gotor.guards.confirmed", "{guard}", MetricKind.Gauge),
        ("gotor.guards.sampled", "{guard}", MetricKind.Gauge),
        ("gotor.guards.usable", "{guard}", MetricKind.Gauge),
        ("gotor.guards.picked", "{attempt}", MetricKind.Counter),
        ("gotor.guards.succeeded", "{attempt}", MetricKind.Counter),
        ("gotor.guards.failed", "{attempt}", MetricKind.Counter),
        ("gotor.guards.unavailable", "{attempt}", MetricKind.Counter),
        ("gotor.directory.requests", "{request}", MetricKind.Counter),
        ("gotor.directory.received", "By", MetricKind.Counter),
        ("gotor.directory.request.duration", "s", MetricKind.Histogram),
        ("gotor.directory.consensuses", "{consensus}", MetricKind.Counter),
        ("gotor.directory.consensus.age", "s", MetricKind.Gauge),
        ("gotor.directory.consensus.remaining", "s", MetricKind.Gauge),
        ("gotor.directory.relays", "{relay}", MetricKind.Gauge),
        ("gotor.directory.relays.usable", "{relay}", MetricKind.Gauge),
        ("gotor.directory.guards", "{relay}", MetricKind.Gauge),
        ("gotor.directory.exits", "{relay}", MetricKind.Gauge),
        ("gotor.directory.enough", "", MetricKind.Gauge),
        ("gotor.directory.loop.restarts", "{restart}", MetricKind.Counter),
        ("gotor.control.connections", "{connection}", MetricKind.Counter),
        ("gotor.control.connections.active", "{connection}", MetricKind.Gauge),
        ("gotor.control.authentication.failures", "{failure}", MetricKind.Counter),
        ("gotor.socks.connections", "{connection}", MetricKind.Counter),
        ("gotor.socks.connections.active", "{connection}", MetricKind.Gauge),
        ("gotor.socks.requests", "{request}", MetricKind.Counter),
        ("gotor.socks.errors", "{error}", MetricKind.Counter),
        ("gotor.dns.queries", "{query}", MetricKind.Counter),
        ("gotor.socks.connect.duration", "s", MetricKind.Histogram),
        ("gotor.socks.first_byte.duration", "s", MetricKind.Histogram),
        ("gotor.process.cpu.time", "s", MetricKind.Counter),
        ("gotor.process.memory.resident", "By", MetricKind.Gauge),
        ("gotor.process.memory.managed", "By", MetricKind.Gauge),
        ("gotor.process.threads", "{thread}", MetricKind.Gauge),
        ("gotor.process.sockets", "{socket}", MetricKind.Gauge),
        ("gotor.process.descriptors", "{descriptor}", MetricKind.Gauge),
        ("gotor.process.gc.collections", "{collection}", MetricKind.Counter),
        ("gotor.process.gc.pause.time", "s", MetricKind.Counter),
        ("gotor.process.threadpool.queue", "{item}", MetricKind.Gauge),
        ("gotor.reporter.reports", "{report}", MetricKind.Counter),
        ("gotor.reporter.report.duration", "s", MetricKind.Histogram),
        ("gotor.reporter.report.size", "By", MetricKind.Gauge),
    ];

    /// <summary>By what <see cref="PrometheusName.BaseName"/> says; without help and samples.</summary>
    public static readonly FrozenDictionary<string, MetricFamily> ByBaseName = All
        .Select(known => new MetricFamily(known.Name, PrometheusName.Of(known.Name, known.Unit, known.Kind), known.Kind, known.Unit, "", []))
        .ToFrozenDictionary(family => PrometheusName.BaseName(family.PrometheusName, family.Type), StringComparer.Ordinal);
}
