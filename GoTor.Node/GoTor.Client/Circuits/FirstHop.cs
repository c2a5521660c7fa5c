using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>The first hop's handshake travels in cells of its own: CREATE2 and CREATED2, or CREATE_FAST and CREATED_FAST.</summary>
internal static class FirstHop
{
    public static CellBuffer Request(ClientHandshake handshake)
    {
        CellBuffer cell = CellBuffer.Rent();
        Span<byte> body = cell.Body;
        body.Clear();
        var writer = new WireWriter(body);
        if (handshake.Type == HandshakeType.Fast)
        {
            cell.Command = ChannelCommand.CreateFast;
        }
        else
        {
            cell.Command = ChannelCommand.Create2;
            writer.WriteUInt16((ushort)handshake.Type);
            writer.WriteUInt16((ushort)handshake.RequestLength);
        }

        handshake.WriteRequest(writer.Take(handshake.RequestLength));
        return cell;
    }

    /// <exception cref="CircuitViolationException">It answers another kind of request.</exception>
    /// <exception cref="MalformedMessageException">It is cut short.</exception>
    public static ReadOnlyMemory<byte> Reply(ClientHandshake handshake, CellBuffer cell)
    {
        bool isFast = cell.Command == ChannelCommand.CreatedFast;
        if (isFast != (handshake.Type == HandshakeType.Fast))
            throw new CircuitViolationException($"A {cell.Command} cell answers another request.");
        var reader = new WireReader(cell.Body);
        return isFast
            ? cell.Memory.Slice(Protocol.Cells.CellLayout.BodyOffset, CreateFastHandshake.ReplyLength)
            : RelaySafeCopy(reader.ReadBytes(reader.ReadUInt16()));
    }

    private static ReadOnlyMemory<byte> RelaySafeCopy(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}
