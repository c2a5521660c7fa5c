using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Channels;

/// <summary>Cells are counted for the whole process: these tests run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsCells
{
    public const string Name = "counts cells";
}

/// <summary>One open channel and what a relay may do to it. Every test ends by counting the cells that nobody gave back.</summary>
[Collection(CountsCells.Name)]
public sealed class TorChannelTests : IAsyncLifetime
{
    private readonly LoopbackRelay _relay = LoopbackRelay.Start();
    private readonly ChannelHarness _harness = new();
    private readonly RecordingInbox _inbox = new();
    private int _rented;
    private TorChannel _channel = null!;
    private LoopbackLink _link = null!;
    private ICircuitLink _circuit = null!;

    public async Task InitializeAsync()
    {
        _rented = CellBuffer.RentedCount;
        Task<LoopbackLink> accepting = _relay.AcceptOpenAsync();
        _channel = await _harness.Manager.GetAsync(_relay.Target, CancellationToken.None);
        _link = await accepting;
        _circuit = _channel.OpenCircuit(_inbox);
    }

    public async Task DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _relay.DisposeAsync();
        while (_inbox.TryReceive(out _))
        {
        }

        Assert.Equal(_rented, CellBuffer.RentedCount);
    }

    [Fact]
    public async Task Cell_ForACircuit_ArrivesThere()
    {
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, new byte[] { 1, 2, 3 });

        byte[] cell = await _inbox.ReceiveAsync();
        Assert.Equal(ChannelCommand.Relay, (ChannelCommand)cell[4]);
        Assert.Equal([1, 2, 3, 0], cell[5..9]);
        await UntilAsync(() => _inbox.Pauses == 1);
    }

    [Fact]
    public async Task Flush_OfAnIdleChannel_AndOfOneWithCells_Completes()
    {
        await _harness.Manager.FlushAsync(TimeSpan.FromSeconds(20));
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        await _channel.FlushAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(ChannelCommand.CreateFast, (await _link.ReceiveCellAsync()).Command);
    }

    [Fact]
    public async Task Cells_ThatComeTogether_AreABatch()
    {
        byte[] one = _link.MakeCell(_circuit.Id, ChannelCommand.Relay, [7]);

        await _link.SendRawAsync((byte[])[.. one, .. one, .. one, .. one]);

        for (int i = 0; i < 4; i++)
            await _inbox.ReceiveAsync();
        await UntilAsync(() => _inbox.Pauses >= 1);
        Assert.Equal(1, _inbox.Pauses);
    }

    [Fact]
    public async Task Circuit_ClosedFromWithinItsBatch_IsClosed()
    {
        _inbox.OnPaused = () => _circuit.Close(destroyedByPeer: false);
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        await _link.ReceiveCellAsync();

        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, default);

        Assert.Equal(DestroyReason.None, (await _link.ReceiveCellAsync()).Decode<DestroyMessage>().Reason);
        Assert.Equal(0, _channel.CircuitCount);
    }

    // B37.
    [Trait("Case", "B37")]
    [Fact]
    public async Task Cells_ForUnknownClosedOrDestroyedCircuits_AreDropped()
    {
        ICircuitLink closed = _channel.OpenCircuit(new RecordingInbox());
        closed.Close(destroyedByPeer: false);
        foreach (ChannelCommand command in new[] { ChannelCommand.Created2, ChannelCommand.Relay, ChannelCommand.RelayEarly, ChannelCommand.Destroy })
        {
            await _link.SendCellAsync(new CircuitId(0x8000_0007), command, default);
            await _link.SendCellAsync(new CircuitId(7), command, default);
            await _link.SendCellAsync(closed.Id, command, default);
        }

        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Destroy, new byte[] { 1 });
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Destroy, new byte[] { 1 });
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, default);

        Assert.Equal(ChannelCommand.Destroy, (ChannelCommand)(await _inbox.ReceiveAsync())[4]);
        await UntilAsync(() => _harness.Meters["gotor.channel.stray_cells"] == 14);
        Assert.False(_inbox.TryReceive(out _));
        Assert.True(_channel.IsOpen);
    }

    [Fact]
    public async Task Destroy_FromTheRelay_IsNotAnswered()
    {
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Destroy, default);
        await _inbox.ReceiveAsync();
        _circuit.Close(destroyedByPeer: true);
        ICircuitLink next = _channel.OpenCircuit(new RecordingInbox());
        next.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));

        Assert.Equal(_circuit.Id, (await _link.ReceiveCellAsync()).CircuitId);
        ReceivedCell cell = await _link.ReceiveCellAsync();
        Assert.Equal((next.Id, ChannelCommand.CreateFast), (cell.CircuitId, cell.Command));
    }

    [Fact]
    public async Task Circuit_ThatTheRelayNeverHeardOf_EndsWithoutDestroy()
    {
        _circuit.Close(destroyedByPeer: false);
        ICircuitLink next = _channel.OpenCircuit(new RecordingInbox());
        next.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));

        Assert.Equal(next.Id, (await _link.ReceiveCellAsync()).CircuitId);
    }

    // C6.
    [Fact]
    public async Task RelayEarly_TowardsUs_EndsCircuitButNotChannel()
    {
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        await _link.ReceiveCellAsync();

        await _link.SendCellAsync(_circuit.Id, ChannelCommand.RelayEarly, default);

        Assert.Equal(ChannelEnd.Violation, await _inbox.Closed.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(DestroyReason.None, (await _link.ReceiveCellAsync()).Decode<DestroyMessage>().Reason);
        Assert.True(_channel.IsOpen);
    }

    [Fact]
    public async Task Circuit_ThatTakesNoMore_IsDestroyed()
    {
        _inbox.Accepts = false;
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        await _link.ReceiveCellAsync();

        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, default);

        Assert.Equal(_circuit.Id, (await _link.ReceiveCellAsync()).CircuitId);
        Assert.True(_channel.IsOpen);
    }

    [Theory]
    [InlineData(ChannelCommand.Create2)]
    [InlineData(ChannelCommand.Certs)]
    [InlineData(ChannelCommand.Versions)]
    [InlineData(ChannelCommand.Netinfo)]
    [InlineData(ChannelCommand.PaddingNegotiate)]
    [InlineData(ChannelCommand.Relay)]
    [InlineData(ChannelCommand.Created2)]
    internal async Task Cell_ThatNoClientGets_EndsChannelAfterDeliveringWhatCameBefore(ChannelCommand command)
    {
        byte[] good = _link.MakeCell(_circuit.Id, ChannelCommand.Relay, [7]);
        byte[] bad = _link.MakeCell(CircuitId.Channel, command, [7]);
        await _link.SendRawAsync((byte[])[.. good, .. bad]);

        await _inbox.ReceiveAsync();
        Assert.Equal(ChannelEnd.Violation, await _inbox.Closed.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ChannelEnd.Violation, await _channel.Closed.WaitAsync(LoopbackRelay.Patience));
        Assert.Equal(1, _inbox.Pauses);
        Assert.Equal(1, _harness.Meters["gotor.channel.violations"]);
        await _link.WaitForCloseAsync();
    }

    // B33: a read of nothing is the end, not a reason to read again.
    [Fact]
    public async Task Relay_ThatCloses_EndsAllCircuits()
    {
        var second = new RecordingInbox();
        _channel.OpenCircuit(second);

        await _link.DisposeAsync();

        Assert.Equal(ChannelEnd.ConnectionLost, await _inbox.Closed.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ChannelEnd.ConnectionLost, await second.Closed.WaitAsync(TimeSpan.FromSeconds(10)));
        await _channel.Closed.WaitAsync(LoopbackRelay.Patience);
        Assert.Throws<ChannelException>(() => _channel.OpenCircuit(new RecordingInbox()));
        _circuit.Send(ChannelCells.Make(default, new CreateFastMessage(new byte[20])));
        _circuit.Close(destroyedByPeer: false);
        await UntilAsync(() => _harness.Manager.Channels.Count == 0);
    }

    // B35.
    [Trait("Case", "B35")]
    [Fact]
    public async Task Flood_OfPaddingAndUnknownCells_IsCountedAndHarmless()
    {
        byte[] padding = _link.MakeCell(CircuitId.Channel, ChannelCommand.Padding, []);
        byte[] unknown = _link.MakeCell(CircuitId.Channel, (ChannelCommand)101, []);
        byte[] unknownVariable = _link.MakeCell(CircuitId.Channel, (ChannelCommand)244, new byte[1000]);
        byte[] longest = _link.MakeCell(CircuitId.Channel, ChannelCommand.VPadding, new byte[ushort.MaxValue]);
        byte[] round = [.. padding, .. unknown, .. unknownVariable, .. padding, .. longest];
        for (int i = 0; i < 200; i++)
            await _link.SendRawAsync(round);
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, new byte[] { 9 });

        Assert.Equal(9, (await _inbox.ReceiveAsync())[5]);
        Assert.Equal(600, _harness.Meters["gotor.channel.padding"]);
        Assert.Equal(400, _harness.Meters["gotor.channel.stray_cells"]);
        Assert.True(_channel.IsOpen);
    }

    // B30: a relay cannot choose ids that end up in our table, however it chooses them.
    [Trait("Case", "B30")]
    [Fact]
    public async Task Flood_OfForeignCircuitIds_LeavesNothingBehind()
    {
        var batch = new List<byte>();
        for (uint i = 0; i < 5000; i++)
            batch.AddRange(_link.MakeCell(new CircuitId(0x8000_0000 | i << 7), ChannelCommand.Relay, []));
        byte[] flood = [.. batch];
        for (int i = 0; i < 4; i++)
            await _link.SendRawAsync(flood);
        await _link.SendCellAsync(_circuit.Id, ChannelCommand.Relay, new byte[] { 9 });

        await _inbox.ReceiveAsync();
        Assert.Equal(1, _channel.CircuitCount);
        await UntilAsync(() => _harness.Meters["gotor.channel.stray_cells"] >= 19_999);
    }

    [Fact]
    public async Task Cells_OfOneCircuit_KeepTheirOrder()
    {
        for (int i = 0; i < 100; i++)
            _circuit.Send(MakeRelay((byte)i));

        for (int i = 0; i < 100; i++)
        {
            ReceivedCell cell = await _link.ReceiveCellAsync();
            Assert.Equal((_circuit.Id, ChannelCommand.Relay, (byte)i), (cell.CircuitId, cell.Command, cell.Body[0]));
        }
    }

    // B26, TROVE-2019-001: the relay does not read.
    [Trait("Case", "B26")]
    [Fact]
    public async Task Relay_ThatDoesNotRead_FillsTheQueueAndNoMore()
    {
        var circuits = new List<ICircuitLink> { _circuit };
        for (int i = 0; i < 63; i++)
            circuits.Add(_channel.OpenCircuit(_inbox));

        // Fills what the kernel takes, too; the queues are full once nothing has moved for a while.
        int sent = 0;
        for (int still = 0; still < 20; still++)
        {
            foreach (ICircuitLink circuit in circuits)
            {
                while (circuit.IsWritable)
                {
                    circuit.Send(MakeRelay(1));
                    sent++;
                    still = 0;
                }
            }

            await Task.Delay(10);
        }

        Assert.All(circuits, circuit => Assert.False(circuit.IsWritable));
        Assert.InRange(CellBuffer.RentedCount - _rented, 1, 2200);

        // Once it reads again, everyone hears of it, and nothing was lost.
        for (int i = 0; i < sent; i++)
            await _link.ReceiveCellAsync();
        await UntilAsync(() => _inbox.WritableCalls >= circuits.Count);
        Assert.All(circuits, circuit => Assert.True(circuit.IsWritable));
    }

    [Fact]
    public async Task Circuits_WithMuchToSend_TakeTurns()
    {
        ICircuitLink other = _channel.OpenCircuit(new RecordingInbox());
        for (int i = 0; i < 100; i++)
            _circuit.Send(MakeRelay(1));
        other.Send(MakeRelay(2));

        int before = 0;
        while ((await _link.ReceiveCellAsync()).CircuitId != other.Id)
            before++;

        // A batch of the first may have left before the second came; after that they alternate.
        Assert.InRange(before, 0, 99);
    }

    private static CellBuffer MakeRelay(byte content)
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = ChannelCommand.Relay;
        cell.Body.Fill(content);
        return cell;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
            await Task.Delay(2, deadline.Token);
    }
}
