using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Circuits;

/// <summary>What must be known of a relay to make it a hop: who it is, where it listens, which key it has. Immutable.</summary>
internal sealed record HopTarget
{
    /// <summary>Null only where the caller learns it from the relay (a bridge line without fingerprint).</summary>
    public RsaIdentity? RsaIdentity { get; init; }

    /// <summary>Null when the source does not say (an authority or fallback line without it).</summary>
    public Ed25519Identity? Ed25519Identity { get; init; }

    /// <summary>Never empty; the preferred one first. Goes into EXTEND2 as IPv4 and IPv6 link specifiers.</summary>
    public required IReadOnlyList<IPEndPoint> OrPorts { get; init; }

    /// <summary>KP_ntor, 32 bytes; empty when unknown, which allows CREATE_FAST on a first hop and nothing else.</summary>
    public ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    public ProtocolVersions Protocols { get; init; } = ProtocolVersions.None;
}
