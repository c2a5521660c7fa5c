using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Opens a stream to the directory of the relay at the end of the circuit. It carries nothing.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/opening-streams.html</remarks>
internal sealed record BeginDirMessage : IRelayMessage<BeginDirMessage>
{
    public static RelayCommand Command => RelayCommand.BeginDir;

    public static BeginDirMessage Decode(ref WireReader body) => new();

    public void Encode(ref WireWriter body)
    {
    }
}
