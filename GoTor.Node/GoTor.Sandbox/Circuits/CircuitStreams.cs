using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Directories;
using GoTor.Sandbox.Faults;

namespace GoTor.Sandbox.Circuits;

/// <summary>The streams of one circuit that end at this relay. The circuit's gate is held for every call.</summary>
internal sealed class CircuitStreams(RelayCircuit circuit)
{
    private const int MaxStreams = 512;

    private readonly Dictionary<ushort, ExitStream> _streams = [];
    private CellFill _fill = new(TorRandom.Secure);

    public RelayCircuit Circuit => circuit;

    /// <summary>How many of so many bytes go into the next cell.</summary>
    public int Fill(int available) => _fill.Take(available, CellLayout.RelayDataLengthV0);

    public void Begin(StreamId id, BeginMessage message)
    {
        ExpectFree(id);
        EndReason refused = EndReason.ExitPolicy;
        if (!circuit.Relay.Faults.RefusesStreams && circuit.Relay.Exits.Open(circuit, message, out refused) is { } target)
            Start(id, target);
        else
            circuit.Send(id, new EndMessage(refused));
    }

    public void BeginDirectory(StreamId id)
    {
        ExpectFree(id);
        if (circuit.Relay.Directory is { } directory)
        {
            var visit = new DirectoryVisit(circuit.Relay.OnionDescriptors, circuit.IsAnonymous, circuit.Relay.Faults.Garbage == GarbageStep.Directory);
            Start(id, new InProcessTarget((fromClient, toClient, cancellationToken) => directory.ServeAsync(
                fromClient, toClient, visit, cancellationToken)));
        }
        else
        {
            circuit.Send(id, new EndMessage(EndReason.NotDirectory));
        }
    }

    public void Resolve(StreamId id, ResolveMessage message)
    {
        ExpectFree(id);
        circuit.Send(id, circuit.Relay.Exits.Resolve(message.Name));
    }

    /// <summary>A message for a stream. One for a stream that has ended was on its way when it did, and is dropped.</summary>
    public void Take(RelayCommand command, StreamId id, ReadOnlySpan<byte> message)
    {
        if (_streams.TryGetValue(id.Value, out ExitStream? stream))
            stream.Take(command, message);
    }

    /// <summary>The circuit's window is open again.</summary>
    public void Resume()
    {
        foreach (ExitStream stream in _streams.Values)
            stream.Resume();
    }

    public void Remove(ExitStream stream) => _streams.Remove(stream.Id.Value);

    public void CloseAll()
    {
        foreach (ExitStream stream in _streams.Values)
            stream.Close();
        _streams.Clear();
    }

    private void ExpectFree(StreamId id)
    {
        if (_streams.ContainsKey(id.Value))
            throw new CircuitViolationException("A stream id that is in use.");
    }

    private void Start(StreamId id, StreamTarget target)
    {
        if (_streams.Count >= MaxStreams)
        {
            circuit.Send(id, new EndMessage(EndReason.ResourceLimit));
            return;
        }

        var stream = new ExitStream(this, id, target);
        _streams.Add(id.Value, stream);
        circuit.Relay.Track(stream.RunAsync());
    }
}
