using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>One relay as a microdesc consensus lists it. dir-spec §3.4.1 and §3.9.2. Immutable.</summary>
internal sealed class RouterStatus
{
    public required string Nickname { get; init; }

    public required RsaIdentity Identity { get; init; }

    public required IPEndPoint OrPort { get; init; }

    public IPEndPoint? OrPortV6 { get; init; }

    public required RelayFlags Flags { get; init; }

    /// <summary>Kilobytes per second by convention.</summary>
    public required uint Bandwidth { get; init; }

    public bool Unmeasured { get; init; }

    public required ProtocolVersions Protocols { get; init; }

    public required MicrodescriptorDigest MicrodescriptorDigest { get; init; }
}
