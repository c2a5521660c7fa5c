using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>Makes whole fixed cells out of channel messages.</summary>
internal static class ChannelCells
{
    public static CellBuffer Make<TMessage>(CircuitId circuitId, TMessage message)
        where TMessage : IChannelMessage<TMessage>
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.CircuitId = circuitId;
        cell.Command = TMessage.Command;
        var body = new WireWriter(cell.Body);
        message.Encode(ref body);
        cell.Body[body.Written..].Clear();
        return cell;
    }
}
