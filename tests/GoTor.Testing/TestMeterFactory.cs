using System.Diagnostics.Metrics;

namespace GoTor.Testing;

/// <summary>Meters of one test, apart from those of others that run at the same time.</summary>
internal sealed class TestMeterFactory : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        Meter meter = new(options);
        lock (_meters)
            _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        lock (_meters)
            _meters.ForEach(meter => meter.Dispose());
    }
}
