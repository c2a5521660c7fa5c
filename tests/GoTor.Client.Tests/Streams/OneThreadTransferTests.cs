using System.Diagnostics.Metrics;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using GoTor.Testing;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Client.Tests.Streams;

/// <summary>
/// A circuit of three hops whose relays run on the caller's thread: what a cell allocates on its whole way, from the application
/// through stream, reactor and relay crypto and back, is counted to the byte, whatever else the process does.
/// </summary>
[Collection(nameof(CountsTheProcess))] // Others would take cells out of the pool.
public sealed class OneThreadTransferTests : IDisposable
{
    private const int Cells = 20_000;

    private readonly TestMeterFactory _meters = new();
    private readonly ScriptedNetwork _network = new();
    private DirectLink? _link;

    public void Dispose()
    {
        _network.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Download_InSteadyState_AllocatesNothing()
    {
        await using Circuit circuit = await BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        ScriptedCircuit relay = _link!.Relay;
        ScriptedStream source = relay.Streams.Values.Single();
        byte[] sent = new byte[498];
        byte[] received = new byte[498];
        Assert.Equal(0, Allocated(() =>
        {
            relay.SendData(2, source.Id, sent);
            source.PackageWindow--;
            _link.Deliver();
            ValueTask<int> read = stream.ReadAsync(received);
            return read.IsCompletedSuccessfully && read.Result == sent.Length;
        }));
        Assert.True(relay.CircuitSendmesReceived >= Cells / 100);
        Assert.True(relay.StreamSendmesReceived >= Cells / 50 - 10);
        Assert.Empty(relay.Complaints);
    }

    [Fact]
    public async Task Upload_InSteadyState_AllocatesNothing()
    {
        await using Circuit circuit = await BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        byte[] sent = new byte[498];
        Assert.Equal(0, Allocated(() =>
        {
            ValueTask writing = stream.WriteAsync(sent);
            _link!.Deliver();
            return writing.IsCompletedSuccessfully;
        }));
        Assert.True(_link!.Relay.DataReceived >= Cells);
        Assert.Empty(_link.Relay.Complaints);
    }

    /// <returns>
    /// Bytes that this thread has allocated for <see cref="Cells"/> cells, in the best of some rounds: queues and pools grow to their size in
    /// the first, and while the runtime still compiles it now and then allocates on our thread. What a cell costs would be in every round.
    /// </returns>
    private static long Allocated(Func<bool> moveOneCell)
    {
        long best = long.MaxValue;
        for (int round = 0; round < 20 && best > 0; round++)
        {
            bool good = true;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Cells; i++)
                good &= moveOneCell();
            best = Math.Min(best, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(good);
        }

        return best;
    }

    private Task<Circuit> BuildAsync()
    {
        var builder = new CircuitBuilder(
            (_, _) => Task.FromResult<Func<ICircuitInbox, ICircuitLink>>(
                inbox => _link = new DirectLink(_network.Hops[0], identity => _network.Hops.FirstOrDefault(hop => hop.RsaIdentity == identity), inbox)),
            () => CircuitParameters.Default,
            TimeProvider.System,
            TorRandom.Secure,
            new CircuitMetrics(_meters),
            new StreamMetrics(_meters),
            NullLoggerFactory.Instance);
        return builder.BuildAsync(_network.Path, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>A channel without a channel: what the circuit sends is with the relays before <see cref="Send"/> returns, and so is their answer.</summary>
    private sealed class DirectLink : ICircuitLink
    {
        private readonly ICircuitInbox _inbox;

        public DirectLink(ScriptedHop first, Func<RsaIdentity, ScriptedHop?> find, ICircuitInbox inbox)
        {
            _inbox = inbox;
            Relay = new ScriptedCircuit(first, find, TorRandom.Secure, cell =>
            {
                if (!inbox.TryDeliver(cell))
                    cell.Dispose();
            });
        }

        public ScriptedCircuit Relay { get; }

        public CircuitId Id => new(CircuitId.InitiatorBit | 1);

        public bool IsWritable => true;

        public void Send(CellBuffer cell)
        {
            Relay.Receive(cell);
            Deliver();
        }

        public void Deliver() => _inbox.DeliveryPaused();

        public void ReportSilence()
        {
        }

        public void Close(bool destroyedByPeer) => Relay.Dispose();
    }
}
