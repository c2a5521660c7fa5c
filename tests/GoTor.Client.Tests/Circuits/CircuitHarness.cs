using System.Diagnostics.Metrics;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Testing;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Client.Tests.Circuits;

/// <summary>A circuit builder over a scripted network.</summary>
internal sealed class CircuitHarness : IDisposable
{
    private readonly TestMeterFactory _meters = new();

    public CircuitHarness(int hops = 3, bool ntorV3 = true, CircuitParameters? parameters = null, CircuitRegistry? registry = null)
    {
        Network = new ScriptedNetwork(hops, ntorV3);
        Builder = new CircuitBuilder(
            Network.OpenAsync,
            () => parameters ?? CircuitParameters.Default,
            TimeProvider.System,
            TorRandom.Secure,
            new CircuitMetrics(_meters),
            new StreamMetrics(_meters),
            NullLoggerFactory.Instance,
            registry);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public ScriptedNetwork Network { get; }

    public CircuitBuilder Builder { get; }

    public IMeterFactory Meters => _meters;

    public ScriptedLane Lane => Network.Lanes[^1];

    public Task<Circuit> BuildAsync() => Builder.BuildAsync(Network.Path, CancellationToken.None).WaitAsync(Patience);

    /// <summary>Waits for a condition that other threads bring about.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        long started = Environment.TickCount64;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, "It did not happen.");
            await Task.Yield();
        }
    }

    /// <summary>Lets the relay act, and the client finish what came of it.</summary>
    public async Task DoAsync(Action<ScriptedCircuit> script) => await Lane.DoAsync(script).WaitAsync(Patience);

    public void Dispose()
    {
        Network.Dispose();
        _meters.Dispose();
    }
}
