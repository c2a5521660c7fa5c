using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>What an introduction point passes on to a service: the whole body of a client's INTRODUCE1, unchanged.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#INTRODUCE2</remarks>
internal sealed record Introduce2Message(ReadOnlyMemory<byte> Body) : IRelayMessage<Introduce2Message>
{
    public static RelayCommand Command => RelayCommand.Introduce2;

    /// <summary>Longer ones would not fit into the cells of every circuit, and a client must not learn which kind the service's is.</summary>
    public static int MaxLength => RelayHeader.MaxLength(RelayCellFormat.V1, RelayCommand.Introduce2);

    public static Introduce2Message Decode(ref WireReader body) => new(body.ReadRest().ToArray());

    public void Encode(ref WireWriter body) => body.WriteBytes(Body.Span);

    public override string ToString() => "INTRODUCE2 [scrubbed]";
}
