using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>
/// What one relay message carries after its header. Decoders throw <see cref="MalformedMessageException"/> and nothing else, and
/// ignore what follows the last field they know.
/// </summary>
internal interface IRelayMessage<TSelf>
    where TSelf : IRelayMessage<TSelf>
{
    static abstract RelayCommand Command { get; }

    static abstract TSelf Decode(ref WireReader body);

    void Encode(ref WireWriter body);
}
