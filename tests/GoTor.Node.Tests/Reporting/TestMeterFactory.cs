using System.Diagnostics.Metrics;

namespace GoTor.Node.Tests.Reporting;

/// <summary>A factory of its own, so that tests that run at once do not hear each other.</summary>
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

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
