using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Puts whole messages into cells and takes them out. DATA does not come this way: it stays a span over the cell.</summary>
internal static class RelayMessages
{
    /// <summary>Writes header, message and padding into a cell's body of 509 bytes.</summary>
    public static void Write<TMessage>(
        RelayCellFormat format, Span<byte> cellBody, StreamId streamId, TMessage message, TorRandom random)
        where TMessage : IRelayMessage<TMessage>
    {
        Span<byte> encoded = stackalloc byte[CellLayout.BodyLength];
        var writer = new WireWriter(encoded);
        message.Encode(ref writer);
        writer.WrittenSpan.CopyTo(RelayHeader.Write(format, cellBody, TMessage.Command, streamId, writer.Written, random));
    }

    /// <exception cref="MalformedMessageException">The bytes are not such a message.</exception>
    public static TMessage Decode<TMessage>(ReadOnlySpan<byte> message)
        where TMessage : IRelayMessage<TMessage>
    {
        var reader = new WireReader(message);
        return TMessage.Decode(ref reader);
    }
}
