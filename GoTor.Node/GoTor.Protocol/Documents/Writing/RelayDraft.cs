using System.Net;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>One relay of a network that we write down: what its consensus entry and its microdescriptor say. Immutable.</summary>
internal sealed record RelayDraft
{
    public const string DefaultProtocols =
        "Conflux=1 Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 "
        + "Link=3-5 LinkAuth=3 Microdesc=1-3 Padding=2 Relay=2-6";

    public required string Nickname { get; init; }

    public required RsaIdentity RsaIdentity { get; init; }

    public required Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>KP_ntor, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    /// <summary>An RSA key in DER for the handshake TAP, which is dead: there are parsers that insist on one. Empty for none.</summary>
    public ReadOnlyMemory<byte> TapOnionKey { get; init; }

    public required IPEndPoint OrPort { get; init; }

    public IPEndPoint? OrPortV6 { get; init; }

    public RelayFlags Flags { get; init; } = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.V2Dir | RelayFlags.Valid;

    public uint Bandwidth { get; init; } = 1000;

    public string Protocols { get; init; } = DefaultProtocols;

    /// <summary>As in a "p" line; null for none.</summary>
    public string? ExitPolicy { get; init; }

    /// <summary>SHA-1 of the signed part of its server descriptor, 20 bytes; for the old flavour of the consensus only.</summary>
    public RsaIdentity DescriptorDigest { get; init; }

    /// <summary>When that descriptor was made; only the old flavour tells.</summary>
    public DateTimeOffset Published { get; init; }

    public IReadOnlyList<RsaIdentity> Family { get; init; } = [];

    public IReadOnlyList<string> FamilyIds { get; init; } = [];

    /// <summary>The microdescriptor's text. dir-spec §3.3.</summary>
    public byte[] EncodeMicrodescriptor()
    {
        var text = new StringBuilder();
        text.Append("onion-key\n");
        if (!TapOnionKey.IsEmpty)
            text.Append(TextObject.Encode("RSA PUBLIC KEY", TapOnionKey.Span));
        text.Append("ntor-onion-key ").Append(Convert.ToBase64String(NtorOnionKey.Span).TrimEnd('=')).Append('\n');
        if (Family.Count > 0)
            text.Append("family ").AppendJoin(' ', Family.Select(f => $"${f}")).Append('\n');
        if (FamilyIds.Count > 0)
            text.Append("family-ids ").AppendJoin(' ', FamilyIds).Append('\n');
        if (ExitPolicy is not null)
            text.Append("p ").Append(ExitPolicy).Append('\n');
        text.Append("id ed25519 ").Append(Ed25519Identity).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public MicrodescriptorDigest MicrodescriptorDigest => new(SHA256.HashData(EncodeMicrodescriptor()));

    /// <summary>The entry of a consensus. dir-spec §3.4.1 and §3.9.2.</summary>
    public void EncodeStatus(StringBuilder text, bool isMicrodesc = true)
    {
        text.Append("r ").Append(Nickname).Append(' ').Append(Base64(RsaIdentity)).Append(' ');
        if (isMicrodesc)
            text.Append("2038-01-01 00:00:00");
        else
            text.Append(Base64(DescriptorDigest)).Append(' ').Append(FieldText.FormatTime(Published));
        text.Append(' ').Append(OrPort.Address).Append(' ').Append(OrPort.Port).Append(" 0\n");
        if (OrPortV6 is not null)
            text.Append("a ").Append(OrPortV6).Append('\n');
        if (isMicrodesc)
            text.Append("m ").Append(MicrodescriptorDigest).Append('\n');
        text.Append("s ").AppendJoin(' ', FlagNames(Flags)).Append('\n');
        text.Append("v Tor 0.4.9.11\n");
        text.Append("pr ").Append(Protocols).Append('\n');
        text.Append("w Bandwidth=").Append(Bandwidth).Append('\n');
        if (!isMicrodesc)
            text.Append("p ").Append(ExitPolicy ?? "reject 1-65535").Append('\n');
    }

    private static string Base64(RsaIdentity identity) => Convert.ToBase64String(identity.AsSpan()).TrimEnd('=');

    private static IEnumerable<string> FlagNames(RelayFlags flags) =>
        Enum.GetValues<RelayFlags>()
            .Where(f => f != RelayFlags.None && (flags & f) != 0)
            .Select(f => f.ToString())
            .Order(StringComparer.Ordinal);
}
