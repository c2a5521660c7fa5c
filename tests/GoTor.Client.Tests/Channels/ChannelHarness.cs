using System.Diagnostics.Metrics;
using GoTor.Client.Channels;
using GoTor.Client.Transport;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Client.Tests.Channels;

/// <summary>A channel manager over real TCP and TLS, with the parts that tests look at.</summary>
internal sealed class ChannelHarness : IAsyncDisposable
{
    public ChannelHarness(
        TimeProvider? time = null, TorClientOptions? options = null, ConsensusParameters? parameters = null)
    {
        time ??= TimeProvider.System;
        Manager = new ChannelManager(
            options ?? new TorClientOptions { DataDirectory = "unused" },
            new TcpConnector(time),
            () => parameters ?? ConsensusParameters.Default,
            time,
            TorRandom.Secure,
            new ChannelMetrics(Meters),
            NullLoggerFactory.Instance);
    }

    public TestMeters Meters { get; } = new();

    public ChannelManager Manager { get; }

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        Meters.Dispose();
    }
}

/// <summary>Counts what one test's instruments record; other tests' meters have other factories.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _sums = [];
    private Meter? _meter;

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        _listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Add(instrument.Name, 1));
        _listener.Start();
    }

    /// <summary>The sum of a counter, or how often a histogram was fed.</summary>
    public long this[string instrument]
    {
        get
        {
            lock (_sums)
                return _sums.GetValueOrDefault(instrument);
        }
    }

    public Meter Create(MeterOptions options) => _meter ??= new Meter(options);

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
    }

    private void Add(string name, long value)
    {
        lock (_sums)
            _sums[name] = _sums.GetValueOrDefault(name) + value;
    }
}
