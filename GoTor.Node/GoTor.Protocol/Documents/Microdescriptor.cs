using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>The slow-changing facts of a relay. dir-spec §3.3. Immutable; strings and policies are shared between equal values.</summary>
internal sealed record Microdescriptor
{
    public required MicrodescriptorDigest Digest { get; init; }

    /// <summary>The relay's ntor key (KP_ntor): 32 bytes.</summary>
    public required ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    /// <summary>Required since Microdesc=2: a microdescriptor without it is not usable.</summary>
    public required Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>Where it lets streams leave over IPv4; <see cref="ExitPolicySummary.RejectAll"/> when absent.</summary>
    public required ExitPolicySummary ExitPolicy { get; init; }

    public required ExitPolicySummary ExitPolicyV6 { get; init; }

    /// <summary>Fingerprints that it names as family; counts only when mutual.</summary>
    public required IReadOnlyList<RsaIdentity> Family { get; init; }

    /// <summary>Happy families (proposal 321): two relays that share any id are family.</summary>
    public required IReadOnlyList<string> FamilyIds { get; init; }
}
