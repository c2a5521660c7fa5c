using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>
/// The body of one cell that speaks to the channel or about a circuit as a whole. Decoders throw
/// <see cref="MalformedMessageException"/> and nothing else, and ignore what follows the last field they know.
/// </summary>
internal interface IChannelMessage<TSelf>
    where TSelf : IChannelMessage<TSelf>
{
    static abstract ChannelCommand Command { get; }

    static abstract TSelf Decode(ref WireReader body);

    void Encode(ref WireWriter body);
}
