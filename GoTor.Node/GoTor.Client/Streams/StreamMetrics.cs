using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.Streams;

/// <summary>Counts streams and their bytes. Safe for concurrent use.</summary>
internal sealed class StreamMetrics
{
    private readonly Counter<long> _created;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _openDuration;
    private readonly Histogram<double> _firstByteDuration;
    private readonly UpDownCounter<long> _active;

    private static readonly KeyValuePair<string, object?> Sent = new("direction", "sent");
    private static readonly KeyValuePair<string, object?> Received = new("direction", "received");

    public StreamMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _created = meter.CreateCounter<long>("gotor.stream.created", "{stream}", "Streams asked for, lookups not counted.").FromZeroByPurpose();
        _closed = meter.CreateCounter<long>("gotor.stream.closed", "{stream}", "Streams that ended after they had been open.").FromZeroByPurpose();
        _failed = meter.CreateCounter<long>("gotor.stream.failed", "{stream}", "Streams that never opened.").FromZeroByPurpose();
        _bytes = meter.CreateCounter<long>("gotor.stream.data", "By", "Application bytes, by direction.");
        _openDuration = meter.CreateSeconds("gotor.stream.open.duration", "Time from BEGIN to CONNECTED.");
        _firstByteDuration = meter.CreateSeconds("gotor.stream.first_byte.duration", "Time from BEGIN to the first byte.");
        foreach (TrafficPurpose purpose in (ReadOnlySpan<TrafficPurpose>)[TrafficPurpose.User, TrafficPurpose.Directory])
        {
            _bytes.Add(0, Sent, TrafficPurposeTag.For(purpose));
            _bytes.Add(0, Received, TrafficPurposeTag.For(purpose));
        }

        _active = meter.CreateUpDownCounter<long>("gotor.stream.active", "{stream}", "Streams asked for or open.").FromZeroByPurpose();
    }

    public void Created(TrafficPurpose purpose)
    {
        KeyValuePair<string, object?> tag = TrafficPurposeTag.For(purpose);
        _created.Add(1, tag);
        _active.Add(1, tag);
    }

    public void Opened(TrafficPurpose purpose, TimeSpan took) => _openDuration.Record(took.TotalSeconds, TrafficPurposeTag.For(purpose));

    public void FirstByte(TrafficPurpose purpose, TimeSpan took) => _firstByteDuration.Record(took.TotalSeconds, TrafficPurposeTag.For(purpose));

    /// <summary>The end of a stream.</summary>
    /// <param name="wasOpen">CONNECTED had come.</param>
    public void Closed(TrafficPurpose purpose, bool wasOpen)
    {
        KeyValuePair<string, object?> tag = TrafficPurposeTag.For(purpose);
        (wasOpen ? _closed : _failed).Add(1, tag);
        _active.Add(-1, tag);
    }

    /// <summary>Application bytes since the last call. Called once per batch, not per cell.</summary>
    public void Data(TrafficPurpose purpose, long sent, long received)
    {
        KeyValuePair<string, object?> tag = TrafficPurposeTag.For(purpose);
        if (sent > 0)
            _bytes.Add(sent, Sent, tag);
        if (received > 0)
            _bytes.Add(received, Received, tag);
    }
}
