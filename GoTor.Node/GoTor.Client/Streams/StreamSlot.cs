using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Streams;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Streams;

/// <summary>What a circuit's reactor knows of one of its streams, or of a lookup. Nobody else touches it.</summary>
internal sealed class StreamSlot
{
    public StreamState State;
    public StreamWindow Window = new();

    private StreamSlot(StreamId id, int hop, StreamKind kind, bool usesRateFlowControl)
    {
        Id = id;
        Hop = hop;
        State = new StreamState(kind, usesRateFlowControl);
        UsesRateFlowControl = usesRateFlowControl;
    }

    public StreamId Id { get; }

    public int Hop { get; }

    public bool UsesRateFlowControl { get; }

    /// <summary>The application's end; null for a lookup.</summary>
    public CircuitStream? Stream { get; private init; }

    /// <summary>Whom RESOLVED goes to; null for a stream.</summary>
    public TaskCompletionSource<ResolvedMessage>? Resolved { get; private init; }

    /// <summary>When BEGIN was sent, as a timestamp.</summary>
    public long OpenedAt { get; init; }

    public bool HadFirstByte { get; set; }

    /// <summary>CONNECTED has come at some time.</summary>
    public bool WasOpen { get; set; }

    /// <summary>It is among those that take turns in sending.</summary>
    public bool IsSending { get; set; }

    /// <summary>Something arrived in this batch that its reader was not told of yet.</summary>
    public bool IsTouched { get; set; }

    public static StreamSlot ForStream(StreamId id, int hop, bool usesRateFlowControl, CircuitStream stream, long now) =>
        new(id, hop, StreamKind.Data, usesRateFlowControl) { Stream = stream, OpenedAt = now };

    public static StreamSlot ForLookup(StreamId id, int hop, bool usesRateFlowControl, TaskCompletionSource<ResolvedMessage> resolved, long now) =>
        new(id, hop, StreamKind.Resolve, usesRateFlowControl) { Resolved = resolved, OpenedAt = now };
}
