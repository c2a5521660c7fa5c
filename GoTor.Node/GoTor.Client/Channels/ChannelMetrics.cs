using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.Channels;

/// <summary>What happens on connections to relays, counted. Never says which relay. Safe for concurrent use.</summary>
internal sealed class ChannelMetrics
{
    private static readonly KeyValuePair<string, object?> Read = new("direction", "read");
    private static readonly KeyValuePair<string, object?> Written = new("direction", "written");

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _successes;
    private readonly Counter<long> _failures;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _tlsDuration;
    private readonly Histogram<double> _linkDuration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _cells;
    private readonly Counter<long> _padding;
    private readonly Counter<long> _strayCells;
    private readonly Counter<long> _violations;
    private long _totalRead;
    private long _totalWritten;

    public ChannelMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _attempts = meter.CreateCounter<long>("gotor.connection.attempts", "{connection}", "Attempts to open a channel to a relay.").FromZero();
        _retries = meter.CreateCounter<long>(
            "gotor.connection.retries", "{connection}", "Attempts to a relay to which the last attempt failed.").FromZero();
        _successes = meter.CreateCounter<long>("gotor.connection.successes", "{connection}", "Channels opened.").FromZero();
        _failures = meter.CreateCounter<long>("gotor.connection.failures", "{connection}", "Attempts that failed, by reason.");
        _active = meter.CreateUpDownCounter<long>("gotor.connection.active", "{connection}", "Open channels.").FromZero();
        _tlsDuration = meter.CreateSeconds("gotor.tls.handshake.duration", "Duration of TLS handshakes with relays.");
        _linkDuration = meter.CreateSeconds("gotor.link.handshake.duration", "Duration of Tor link handshakes, without TLS.");
        _bytes = meter.CreateCounter<long>("gotor.channel.bytes", "By", "Bytes of cells on channels, by direction.").FromZero(Read, Written);
        _cells = meter.CreateCounter<long>("gotor.channel.cells", "{cell}", "Cells on channels, by direction.").FromZero(Read, Written);
        _padding = meter.CreateCounter<long>("gotor.channel.padding", "{cell}", "Padding cells on channels, by direction.").FromZero(Read, Written);
        _strayCells = meter.CreateCounter<long>(
            "gotor.channel.stray_cells", "{cell}", "Cells for circuits that are closed or unknown, or of an unknown kind.").FromZero();
        _violations = meter.CreateCounter<long>("gotor.channel.violations", "{violation}", "Relays that broke the link protocol.").FromZero();
    }

    public void Attempted(bool isRetry)
    {
        _attempts.Add(1);
        if (isRetry)
            _retries.Add(1);
    }

    public void Failed(ChannelEnd end)
    {
        _failures.Add(1, new KeyValuePair<string, object?>("reason", end.ToString()));
        if (end is ChannelEnd.Violation or ChannelEnd.WrongIdentity)
            _violations.Add(1);
    }

    public void TlsHandshakeDone(TimeSpan took) => _tlsDuration.Record(took.TotalSeconds);

    public void LinkHandshakeDone(TimeSpan took) => _linkDuration.Record(took.TotalSeconds);

    public void Opened()
    {
        _successes.Add(1);
        _active.Add(1);
    }

    public void Closed(ChannelEnd end)
    {
        _active.Add(-1);
        if (end == ChannelEnd.Violation)
            _violations.Add(1);
    }

    /// <summary>Bytes of cells read since the start.</summary>
    public long TotalRead => Interlocked.Read(ref _totalRead);

    /// <summary>Bytes of cells written since the start.</summary>
    public long TotalWritten => Interlocked.Read(ref _totalWritten);

    /// <summary>Once per batch, not per cell.</summary>
    public void BatchRead(int bytes, int cells, int padding, int stray)
    {
        Interlocked.Add(ref _totalRead, bytes);
        _bytes.Add(bytes, Read);
        _cells.Add(cells, Read);
        if (padding > 0)
            _padding.Add(padding, Read);
        if (stray > 0)
            _strayCells.Add(stray);
    }

    /// <summary>Once per batch, not per cell.</summary>
    public void BatchWritten(int bytes, int cells)
    {
        Interlocked.Add(ref _totalWritten, bytes);
        _bytes.Add(bytes, Written);
        _cells.Add(cells, Written);
    }

    public void PaddingWritten() => _padding.Add(1, Written);

    public void CircuitViolation() => _violations.Add(1);
}
