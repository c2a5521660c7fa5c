using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Channels;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Client.Tests.Circuits;

/// <summary>A circuit builder over real channels to the relays of a loopback network.</summary>
internal sealed class LoopbackHarness : IAsyncDisposable
{
    public LoopbackHarness(int nodes = 3, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        Network = new LoopbackNetwork(nodes, time);
        Channels = new ChannelHarness(time);
        Builder = new CircuitBuilder(
            Channels.Manager,
            () => CircuitParameters.Default,
            TimeProvider.System,
            TorRandom.Secure,
            new CircuitMetrics(Channels.Meters),
            new StreamMetrics(Channels.Meters),
            NullLoggerFactory.Instance);
    }

    public LoopbackNetwork Network { get; }

    public ChannelHarness Channels { get; }

    public CircuitBuilder Builder { get; }

    public Task<Circuit> BuildAsync() => Builder.BuildAsync(Network.Path, CancellationToken.None).WaitAsync(CircuitHarness.Patience);

    public async ValueTask DisposeAsync()
    {
        await Channels.DisposeAsync();
        await Network.DisposeAsync();
    }
}
