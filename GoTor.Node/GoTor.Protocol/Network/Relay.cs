using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>
/// One relay as the consensus and its microdescriptor describe it. Immutable and shared between snapshots.
/// A relay without <see cref="Microdescriptor"/> is known to exist but cannot be used in a path.
/// </summary>
internal sealed record Relay
{
    public required string Nickname { get; init; }

    public required RsaIdentity RsaIdentity { get; init; }

    /// <summary>The address where it accepts channels over IPv4.</summary>
    public required IPEndPoint OrPort { get; init; }

    /// <summary>The same over IPv6, when it has one.</summary>
    public IPEndPoint? OrPortV6 { get; init; }

    public required RelayFlags Flags { get; init; }

    /// <summary>Consensus weight ("w Bandwidth="), in kilobytes per second by convention.</summary>
    public required uint Bandwidth { get; init; }

    /// <summary>The weight is the authorities' guess, not a measurement.</summary>
    public bool Unmeasured { get; init; }

    public required ProtocolVersions Protocols { get; init; }

    /// <summary>SHA-256 of the microdescriptor that the consensus names.</summary>
    public required MicrodescriptorDigest MicrodescriptorDigest { get; init; }

    public Microdescriptor? Microdescriptor { get; init; }

    public bool IsUsable => Microdescriptor is not null;

    public Ed25519Identity? Ed25519Identity => Microdescriptor?.Ed25519Identity;

    public bool Has(RelayFlags flags) => (Flags & flags) == flags;
}
