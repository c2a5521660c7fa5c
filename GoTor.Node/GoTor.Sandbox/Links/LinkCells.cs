using System.Buffers.Binary;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Links;

/// <summary>Whole cells of the handshake. VERSIONS has a circuit id of two bytes, everything after it has four.</summary>
internal static class LinkCells
{
    private const int MaxBody = 8 * 1024;

    public static byte[] Narrow<TMessage>(TMessage message)
        where TMessage : IChannelMessage<TMessage> => Encode(message, idLength: 2);

    public static byte[] Wide<TMessage>(TMessage message)
        where TMessage : IChannelMessage<TMessage> => Encode(message, idLength: 4);

    private static byte[] Encode<TMessage>(TMessage message, int idLength)
        where TMessage : IChannelMessage<TMessage>
    {
        Span<byte> body = stackalloc byte[MaxBody];
        var writer = new WireWriter(body);
        message.Encode(ref writer);
        bool variable = TMessage.Command.IsVariableLength();
        int header = idLength + 1 + (variable ? 2 : 0);
        var cell = new byte[header + (variable ? writer.Written : CellLayout.BodyLength)];
        cell[idLength] = (byte)TMessage.Command;
        if (variable)
            BinaryPrimitives.WriteUInt16BigEndian(cell.AsSpan(idLength + 1), (ushort)writer.Written);
        writer.WrittenSpan.CopyTo(cell.AsSpan(header));
        return cell;
    }
}
