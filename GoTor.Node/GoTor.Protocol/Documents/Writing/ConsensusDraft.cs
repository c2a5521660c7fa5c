using System.Security.Cryptography;
using System.Text;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>What a consensus that we write says, and who signs it how. The defaults are a good one.</summary>
internal sealed record ConsensusDraft
{
    // Of the public network on 2024-05-17.
    public const string DefaultWeights =
        "Wbd=0 Wbe=0 Wbg=3248 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 Wee=10000 Weg=10000 Wem=10000 "
        + "Wgb=10000 Wgd=0 Wgg=6752 Wgm=6752 Wmb=10000 Wmd=0 Wme=0 Wmg=3248 Wmm=10000";

    /// <summary>The old flavour, which has exit policies and the digests of server descriptors, or the one with microdescriptors.</summary>
    public bool IsMicrodesc { get; init; } = true;

    public required DateTimeOffset ValidAfter { get; init; }

    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Valid for so many intervals.</summary>
    public int Intervals { get; init; } = 3;

    public IReadOnlyDictionary<string, int> Parameters { get; init; } = new Dictionary<string, int>();

    public string RequiredClientProtocols { get; init; } = "Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2";

    public string RecommendedClientProtocols { get; init; } = "Cons=2 Desc=2 DirCache=2 FlowCtrl=1 Link=4-5 Microdesc=2 Relay=2-4";

    public string? Weights { get; init; } = DefaultWeights;

    /// <summary>32 bytes each.</summary>
    public byte[] PreviousSharedRandom { get; init; } = SHA256.HashData("previous"u8);

    public byte[] CurrentSharedRandom { get; init; } = SHA256.HashData("current"u8);

    /// <summary>Which authorities sign, in this order and as often as they stand here; null means all of them.</summary>
    public IReadOnlyList<int>? Signers { get; init; }

    /// <summary>Of the signers, those who sign something else.</summary>
    public IReadOnlyCollection<int> WrongSigners { get; init; } = [];

    /// <summary>"sha256", "sha1" (written without its name, as of old), or anything else to see what happens.</summary>
    public string Algorithm { get; init; } = "sha256";

    /// <summary>The part of the document that is signed, up to the last newline before the first signature.</summary>
    public string EncodeUnsigned(IReadOnlyList<DirectorySigner> authorities, IEnumerable<RelayDraft> relays)
    {
        var text = new StringBuilder();
        text.Append("network-status-version 3").Append(IsMicrodesc ? " microdesc" : "");
        text.Append("\nvote-status consensus\nconsensus-method 35\n");
        text.Append("valid-after ").Append(FieldText.FormatTime(ValidAfter)).Append('\n');
        text.Append("fresh-until ").Append(FieldText.FormatTime(ValidAfter + Interval)).Append('\n');
        text.Append("valid-until ").Append(FieldText.FormatTime(ValidAfter + Interval * Intervals)).Append('\n');
        text.Append("voting-delay 300 300\nclient-versions 0.4.9.11\nserver-versions 0.4.9.11\n");
        text.Append("known-flags Authority BadExit Exit Fast Guard HSDir MiddleOnly NoEdConsensus ");
        text.Append("Running Stable StaleDesc Sybil V2Dir Valid\n");
        text.Append("recommended-client-protocols ").Append(RecommendedClientProtocols).Append('\n');
        text.Append("recommended-relay-protocols Link=4-5\n");
        text.Append("required-client-protocols ").Append(RequiredClientProtocols).Append('\n');
        text.Append("required-relay-protocols Link=4-5\n");
        if (Parameters.Count > 0)
            text.Append("params ").AppendJoin(' ', Parameters.Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal)).Append('\n');
        text.Append("shared-rand-previous-value 9 ").Append(Convert.ToBase64String(PreviousSharedRandom)).Append('\n');
        text.Append("shared-rand-current-value 9 ").Append(Convert.ToBase64String(CurrentSharedRandom)).Append('\n');
        foreach (DirectorySigner authority in authorities.OrderBy(a => a.V3Identity))
        {
            text.Append("dir-source ").Append(authority.Nickname).Append(' ').Append(authority.V3Identity).Append(' ');
            text.Append(authority.OrPort.Address).Append(' ').Append(authority.OrPort.Address).Append(" 80 ");
            text.Append(authority.OrPort.Port).Append('\n');
            text.Append("contact nobody\nvote-digest 0000000000000000000000000000000000000000\n");
        }

        foreach (RelayDraft relay in relays.OrderBy(r => r.RsaIdentity))
            relay.EncodeStatus(text, IsMicrodesc);
        text.Append("directory-footer\n");
        if (Weights is not null)
            text.Append("bandwidth-weights ").Append(Weights).Append('\n');
        return text.ToString();
    }

    public byte[] Encode(IReadOnlyList<DirectorySigner> authorities, IEnumerable<RelayDraft> relays)
    {
        var text = new StringBuilder(EncodeUnsigned(authorities, relays));
        byte[] signed = Encoding.ASCII.GetBytes(text + "directory-signature ");
        byte[] digest = Algorithm is "sha1" ? SHA1.HashData(signed) : SHA256.HashData(signed);
        byte[] wrongDigest = [.. digest];
        wrongDigest[0] ^= 1;
        foreach (int signer in Signers ?? [.. Enumerable.Range(0, authorities.Count)])
        {
            DirectorySigner authority = authorities[signer];
            text.Append("directory-signature ").Append(Algorithm is "sha1" ? "" : Algorithm + " ");
            text.Append(authority.V3Identity).Append(' ').Append(authority.SigningKeyDigest).Append('\n');
            text.Append(TextObject.Encode("SIGNATURE", authority.Sign(WrongSigners.Contains(signer) ? wrongDigest : digest)));
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
