using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>A cell that the client has sent.</summary>
internal sealed record ReceivedCell(CircuitId CircuitId, ChannelCommand Command, byte[] Body)
{
    public TMessage Decode<TMessage>()
        where TMessage : IChannelMessage<TMessage>
    {
        if (Command != TMessage.Command)
            throw new InvalidOperationException($"The client sent {Command} where {TMessage.Command} was expected.");
        var reader = new WireReader(Body);
        return TMessage.Decode(ref reader);
    }
}
