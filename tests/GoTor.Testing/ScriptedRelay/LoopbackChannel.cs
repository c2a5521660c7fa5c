using System.Buffers;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// The relay's end of an open channel with all circuits on it: cells that come in go to the <see cref="ScriptedCircuit"/> of their id, and
/// what that one answers goes back. The reading loop and <see cref="DoAsync"/> take turns. Safe for concurrent use.
/// </summary>
internal sealed class LoopbackChannel(LoopbackLink link, ScriptedHop hop, Func<RsaIdentity, ScriptedHop?> find, TorRandom random) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<CircuitId, ScriptedCircuit> _byId = [];
    private readonly List<ScriptedCircuit> _circuits = [];
    private readonly ArrayBufferWriter<byte> _toClient = new();

    public LoopbackLink Link => link;

    /// <summary>Shapes the relay's side of a circuit before its first cell.</summary>
    public Action<ScriptedCircuit>? Prepare { get; init; }

    /// <summary>Every circuit that was ever opened here, in order.</summary>
    public IReadOnlyList<ScriptedCircuit> Circuits
    {
        get
        {
            lock (_circuits)
                return [.. _circuits];
        }
    }

    /// <summary>Serves the channel until the client closes it.</summary>
    public async Task RunAsync()
    {
        while (true)
            await TakeAsync(await link.ReceiveCellAsync());
    }

    /// <summary>Runs on the relay's side, between two cells; completes when what came of it is on its way.</summary>
    public async Task DoAsync(ScriptedCircuit circuit, Action<ScriptedCircuit> script)
    {
        await _turn.WaitAsync();
        try
        {
            script(circuit);
            circuit.SendWhatMaySend();
            await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (ScriptedCircuit circuit in Circuits)
            circuit.Dispose();
        _turn.Dispose();
    }

    private async Task TakeAsync(ReceivedCell received)
    {
        await _turn.WaitAsync();
        try
        {
            if (Find(received) is { } circuit)
            {
                CellBuffer cell = CellBuffer.Rent();
                cell.Command = received.Command;
                received.Body.CopyTo(cell.Body);
                circuit.Receive(cell);
                if (!circuit.IsDestroyed)
                    circuit.SendWhatMaySend();
            }

            await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private ScriptedCircuit? Find(ReceivedCell received)
    {
        if (received.Command is not (ChannelCommand.Create2 or ChannelCommand.CreateFast))
            return _byId.GetValueOrDefault(received.CircuitId);
        var circuit = new ScriptedCircuit(hop, find, random, cell => Queue(received.CircuitId, cell));
        Prepare?.Invoke(circuit);
        _byId.Add(received.CircuitId, circuit);
        lock (_circuits)
            _circuits.Add(circuit);
        return circuit;
    }

    private void Queue(CircuitId id, CellBuffer cell)
    {
        using (cell)
            _toClient.Write(link.MakeCell(id, cell.Command, cell.Body));
    }

    private async Task FlushAsync()
    {
        if (_toClient.WrittenCount == 0)
            return;
        await link.SendRawAsync(_toClient.WrittenMemory);
        _toClient.ResetWrittenCount();
    }
}
