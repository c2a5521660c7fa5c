using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>What a simulated node goes through.</summary>
internal enum Fate
{
    Healthy,
    Starting,
    Degraded,
    Unhealthy,
    Lost,
    Stale,
    Stopped,
}

/// <summary>
/// A node that reports plausible numbers, the same in every run: they grow as those of a node that somebody browses through. For looking at
/// the page and for tests; never for figures that anyone is told.
/// </summary>
internal sealed class SimulatedNode(string name, Fate fate = Fate.Healthy, string network = "public", int seed = 1)
{
    private static readonly ImmutableArray<double> Bounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120];

    private readonly Random _random = new(seed);
    private readonly long[] _buildTimes = new long[Bounds.Length + 1];
    private readonly long[] _handshakes = new long[Bounds.Length + 1];
    private DateTimeOffset? _start;
    private DateTimeOffset _last;
    private ulong _sequence;
    private double _buildSum, _handshakeSum, _received, _sent, _processor;
    private long _built, _failed, _created, _closed, _streamFailures, _socks;

    public NodeState? Latest { get; private set; }

    /// <summary>The next report.</summary>
    public NodeState Report(DateTimeOffset now)
    {
        _start ??= now;
        double seconds = _sequence == 0 ? 1 : (now - _last).TotalSeconds;
        _last = now;
        _sequence++;
        if (fate != Fate.Starting)
        {
            Live(seconds, (now - _start.Value).TotalSeconds);
        }

        return Latest = new NodeState(Snapshot(now), NodePresence.Live);
    }

    /// <summary>What the gateway says of a node that has gone silent, or null while it reports.</summary>
    public NodeState? Gone()
    {
        NodePresence? presence = fate switch
        {
            Fate.Lost => NodePresence.Lost,
            Fate.Stale => NodePresence.Stale,
            Fate.Stopped => NodePresence.Stopped,
            _ => null,
        };
        return presence is { } gone && Latest is { } last
            ? new NodeState(last.Latest with { Final = fate == Fate.Stopped }, gone)
            : null;
    }

    private void Live(double seconds, double age)
    {
        // Pages, and now and then a download.
        double busy = Math.Max(0, Math.Sin(age / (70 + seed)) + (0.5 * Math.Sin(age / 17)) + 0.3);
        double rate = 1_600_000 * busy * (0.7 + (0.6 * _random.NextDouble()));
        _received += rate * seconds;
        _sent += ((rate / 14) + 2_000) * seconds;
        _processor += (0.006 + (0.05 * busy)) * seconds;
        for (double due = seconds * (0.05 + (0.1 * busy)); due > _random.NextDouble(); due--)
        {
            double took = 0.25 + (-0.45 * Math.Log(1 - _random.NextDouble()));
            bool failed = _random.NextDouble() < (fate is Fate.Degraded or Fate.Unhealthy ? 0.35 : 0.04);
            _failed += failed ? 1 : 0;
            if (!failed)
            {
                _built++;
                _buildSum += took;
                Observe(_buildTimes, took);
            }
        }

        for (double due = seconds * busy * 0.8; due > _random.NextDouble(); due--)
        {
            _socks++;
            _created++;
            _streamFailures += _random.NextDouble() < 0.02 ? 1 : 0;
            _closed = Math.Max(_closed, _created - 3 - _random.Next(12));
        }

        if (_handshakes.Sum() < 4)
        {
            double took = 0.08 + (0.1 * _random.NextDouble());
            _handshakeSum += took;
            Observe(_handshakes, took);
        }
    }

    private static void Observe(long[] counts, double value)
    {
        int bucket = Bounds.BinarySearch(value);
        counts[bucket < 0 ? ~bucket : bucket]++;
    }

    private NodeSnapshot Snapshot(DateTimeOffset now)
    {
        ImmutableArray<MetricFamily> families = Families((now - _start!.Value).TotalSeconds);
        return NodeHealth.Complete(new NodeSnapshot
        {
            NodeId = name,
            BootId = "boot-" + name,
            StartTime = _start.Value,
            Sequence = _sequence,
            NodeTime = now,
            ReceivedAt = now,
            Interval = TimeSpan.FromSeconds(1),
            Version = "0.1.0",
            Network = network,
            Labels = [],
            Bootstrap = fate == Fate.Starting
                ? new BootstrapProgress(45, "requesting_descriptors", "Asking for relay descriptors")
                : new BootstrapProgress(100, "done", "Done"),
            Families = families,
            Health = [.. Parts(now).OrderBy(part => part.Name, StringComparer.Ordinal)],
            Fields = ContractFieldsReader.Of(families),
            Final = false,
            Profiling = false,
        });
    }

    private ImmutableArray<MetricFamily> Families(double age)
    {
        bool up = fate != Fate.Starting;
        MetricFamily[] families =
        [
            Gauge("gotor.uptime", "gotor_uptime_seconds", age),
            Counter("gotor.connection.attempts", "gotor_connection_attempts_total", 4),
            Counter("gotor.connection.successes", "gotor_connection_successes_total", 4),
            Counter("gotor.connection.failures", "gotor_connection_failures_total", 0),
            Counter("gotor.connection.retries", "gotor_connection_retries_total", 0),
            Gauge("gotor.connection.active", "gotor_connection_active", up ? 3 : 1),
            User("gotor.circuit.builds", "gotor_circuit_builds_total", _built + _failed),
            User("gotor.circuit.builds.succeeded", "gotor_circuit_builds_succeeded_total", _built),
            User("gotor.circuit.builds.failed", "gotor_circuit_builds_failed_total", _failed),
            User("gotor.circuit.active", "gotor_circuit_active", up ? Math.Min(_built, 4 + (_built % 5)) : 0),
            User("gotor.stream.created", "gotor_stream_created_total", _created),
            User("gotor.stream.closed", "gotor_stream_closed_total", _closed),
            User("gotor.stream.failed", "gotor_stream_failed_total", _streamFailures),
            User("gotor.stream.active", "gotor_stream_active", Math.Max(0, _created - _closed - _streamFailures)),
            new("gotor.stream.data", "gotor_stream_data_bytes_total", MetricKind.Counter, "By", "Application bytes.",
                [new(Labels(("direction", "received"), ("purpose", "user")), _received), new(Labels(("direction", "sent"), ("purpose", "user")), _sent)]),
            Gauge("gotor.guards.active", "gotor_guards_active", up ? 3 : 0),
            Gauge("gotor.guards.confirmed", "gotor_guards_confirmed", up ? 2 : 0),
            Counter("gotor.socks.connections", "gotor_socks_connections_total", _socks),
            Counter("gotor.socks.requests", "gotor_socks_requests_total", _socks),
            Counter("gotor.socks.errors", "gotor_socks_errors_total", _streamFailures),
            Histogram("gotor.circuit.build.duration", "gotor_circuit_build_duration_seconds", _buildTimes, _buildSum),
            Histogram("gotor.tls.handshake.duration", "gotor_tls_handshake_duration_seconds", _handshakes, _handshakeSum),
            Counter("gotor.process.cpu.time", "gotor_process_cpu_time_seconds_total", _processor),
            Gauge("gotor.process.memory.resident", "gotor_process_memory_resident_bytes", 71e6 + (seed * 1e6 % 40e6) + (3e6 * Math.Sin(age / 90))),
            Gauge("gotor.process.memory.managed", "gotor_process_memory_managed_bytes", 18.4e6),
            Gauge("gotor.process.threads", "gotor_process_threads", 14),
            Gauge("gotor.process.sockets", "gotor_process_sockets", 9),
            Gauge("gotor.process.threadpool.queue", "gotor_process_threadpool_queue", 0),
            Counter("gotor.process.gc.collections", "gotor_process_gc_collections_total", 31),
            Counter("gotor.process.gc.pause.time", "gotor_process_gc_pause_time_seconds_total", 0.094),
        ];
        return [.. families.OrderBy(family => family.PrometheusName, StringComparer.Ordinal)];
    }

    private IEnumerable<NodeComponent> Parts(DateTimeOffset now)
    {
        yield return Part("bootstrap", fate == Fate.Starting ? HealthLevel.Unhealthy : HealthLevel.Healthy,
            fate == Fate.Starting ? "45 %: asking for relay descriptors. This takes a minute on a first start." : "Done.");
        yield return Part("directory", HealthLevel.Healthy, "The consensus is current.", ("consensus_age", "41m7s"), ("relays", "9127"));
        yield return fate is Fate.Degraded or Fate.Unhealthy
            ? Part("guards", HealthLevel.Degraded,
                "1 of 3 guards answers. If this stays so, a firewall may block the others: see ReachableAddresses.", ("usable", "1"), ("sampled", "20"))
            : Part("guards", HealthLevel.Healthy, "3 of 3 guards answer.", ("usable", "19"), ("sampled", "20"));
        yield return fate switch
        {
            Fate.Unhealthy => Part("circuits", HealthLevel.Unhealthy,
                "No circuit could be built for 90 s. Check the network of this machine.", ("active_circuits", "0"), ("failed_builds", "38")),
            Fate.Starting => Part("circuits", HealthLevel.Unhealthy, "No circuit yet: not enough of the directory is known.", ("active_circuits", "0")),
            _ => Part("circuits", HealthLevel.Healthy, "Circuits are open and being built.", ("active_circuits", "6"), ("build_timeout", "1.5s")),
        };
        yield return fate == Fate.Degraded
            ? Part("clock", HealthLevel.Degraded, "This machine's clock is 43 s ahead of its guards'. Set it, or let NTP do so.", ("skew", "43s"))
            : Part("clock", HealthLevel.Healthy, "The clock agrees with the network's.");
        yield return Part("socks", HealthLevel.Healthy, "Applications can connect.", ("listeners", "1"));
        yield return Part("reporter", HealthLevel.Healthy, "Reports are taken.");
        yield return Part("resources", HealthLevel.Healthy, "Memory, threads and sockets are within bounds.");

        NodeComponent Part(string part, HealthLevel level, string message, params ReadOnlySpan<(string, string)> details) =>
            new(part, level, message, Labels(details), now);
    }

    private static ImmutableArray<KeyValuePair<string, string>> Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var all = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(labels.Length);
        foreach ((string label, string value) in labels)
        {
            all.Add(new(label, value));
        }

        return all.MoveToImmutable();
    }

    private static MetricFamily Counter(string instrument, string prometheus, double value) =>
        new(instrument, prometheus, MetricKind.Counter, "", "Simulated.", [new([], value)]);

    private static MetricFamily Gauge(string instrument, string prometheus, double value) =>
        new(instrument, prometheus, MetricKind.Gauge, "", "Simulated.", [new([], value)]);

    private static MetricFamily User(string instrument, string prometheus, double value) =>
        new(instrument, prometheus, MetricKind.Counter, "", "Simulated.", [new(Labels(("purpose", "user")), value)]);

    private static MetricFamily Histogram(string instrument, string prometheus, long[] counts, double sum) =>
        new(instrument, prometheus, MetricKind.Histogram, "s", "Simulated.",
            [new(Labels(("purpose", "user")), 0, new HistogramValue(Bounds, [.. counts], sum))]);
}
