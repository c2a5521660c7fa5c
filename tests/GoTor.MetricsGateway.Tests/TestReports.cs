using GoTor.MetricsContract;

namespace GoTor.MetricsGateway.Tests;

/// <summary>Reports of nodes that do not exist.</summary>
internal static class TestReports
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A report with nothing in it but who sent it.</summary>
    public static NodeReport Empty(string node = "node-1", string boot = "boot-1", ulong sequence = 1, DateTimeOffset? start = null, DateTimeOffset? now = null) => new()
    {
        Contract = 1,
        NodeId = node,
        BootId = boot,
        StartTimeUnixMs = (start ?? Start).ToUnixTimeMilliseconds(),
        TimeUnixMs = (now ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds(),
        Sequence = sequence,
        IntervalMs = 1000,
        Version = "0.1.0",
        Network = "sandbox",
        Bootstrap = new Bootstrap { Percent = 100, Tag = "done", Summary = "Done" },
    };

    /// <summary>A report with these families.</summary>
    public static NodeReport With(this NodeReport report, params MetricFamily[] families)
    {
        report.Families.Add(families);
        return report;
    }

    /// <summary>A report with this component.</summary>
    public static NodeReport With(this NodeReport report, string component, HealthStatus status, string message)
    {
        report.Health.Add(new HealthComponent { Name = component, Status = status, Message = message, CheckedUnixMs = report.TimeUnixMs });
        return report;
    }

    public static MetricFamily Counter(string name, double value, string unit = "", params (string Name, string Value)[] labels) =>
        Family(name, MetricType.Counter, unit, Sample(value, labels));

    public static MetricFamily Gauge(string name, double value, string unit = "", params (string Name, string Value)[] labels) =>
        Family(name, MetricType.Gauge, unit, Sample(value, labels));

    public static MetricFamily Histogram(string name, double[] bounds, ulong[] counts, double sum, params (string Name, string Value)[] labels)
    {
        Sample sample = Sample(0, labels);
        sample.Histogram = new Histogram { Bounds = { bounds }, Counts = { counts }, Sum = sum };
        return Family(name, MetricType.Histogram, "s", sample);
    }

    public static MetricFamily Family(string name, MetricType type, string unit, params Sample[] samples) =>
        new() { Name = name, Type = type, Unit = unit, Help = $"Help of {name}.", Samples = { samples } };

    public static Sample Sample(double value, params (string Name, string Value)[] labels) => new()
    {
        Value = value,
        Labels = { labels.Select(label => new Label { Name = label.Name, Value = label.Value }) },
    };

    /// <summary>The snapshot of go-tor's own tests, as families.</summary>
    public static NodeReport GoTorSnapshot(string node = "node-1")
    {
        (string, string) user = ("purpose", "user");
        return Empty(node).With(
            Family("gotor.circuit.builds", MetricType.Counter, "{circuit}", Sample(100, user), Sample(7, ("purpose", "directory"))),
            Counter("gotor.circuit.builds.succeeded", 95, "{circuit}", user),
            Counter("gotor.circuit.builds.failed", 5, "{circuit}", user, ("cause", "timeout")),
            Histogram("gotor.circuit.build.duration", [1, 5], [0, 19, 1], 60, user),
            Gauge("gotor.circuit.active", 3, "{circuit}", user),
            Counter("gotor.connection.attempts", 50, "{connection}"),
            Counter("gotor.connection.successes", 48, "{connection}"),
            Counter("gotor.connection.failures", 2, "{connection}", ("reason", "timeout")),
            Counter("gotor.connection.retries", 5, "{connection}"),
            Histogram("gotor.tls.handshake.duration", [0.8, 1], [19, 1, 0], 10),
            Gauge("gotor.connection.active", 3, "{connection}"),
            Counter("gotor.stream.created", 200, "{stream}", user),
            Counter("gotor.stream.closed", 190, "{stream}", user),
            Counter("gotor.stream.failed", 10, "{stream}", user),
            Gauge("gotor.stream.active", 10, "{stream}", user),
            Family("gotor.stream.data", MetricType.Counter, "By", Sample(1_000_000, user, ("direction", "in")), Sample(24_000, user, ("direction", "out"))),
            Gauge("gotor.guards.active", 3, "{guard}"),
            Gauge("gotor.guards.confirmed", 2, "{guard}"),
            Counter("gotor.socks.connections", 150, "{connection}"),
            Counter("gotor.socks.requests", 145, "{request}", ("command", "connect")),
            Counter("gotor.socks.errors", 5, "{error}", ("reason", "refused")),
            Gauge("gotor.uptime", 3600, "s"))
            .With("circuits", HealthStatus.Healthy, "All circuits operational");
    }
}
