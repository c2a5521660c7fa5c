using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>How the outcome of a request is said in one protocol. Empty: the protocol has no words for it.</summary>
internal interface IProxyReplies
{
    ReadOnlyMemory<byte> Connected { get; }

    /// <summary>A request that was refused before anything left the machine.</summary>
    ReadOnlyMemory<byte> Refused(DestinationVerdict verdict);

    /// <summary>A request that Tor could not serve.</summary>
    ReadOnlyMemory<byte> Failed(TorErrorKind kind);
}
