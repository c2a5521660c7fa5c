using System.Security.Cryptography;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;

namespace GoTor.Sandbox.Directories;

/// <summary>A relay's entry in the consensus, and its server descriptor.</summary>
internal sealed record DescribedRelay(RelayDraft Draft, byte[] Descriptor);

/// <summary>
/// Writes and signs all documents of the network for all its authorities: they need not vote, since one process knows what they would
/// agree on. One caller at a time.
/// </summary>
internal sealed class DirectoryPublisher(
    IReadOnlyList<DirectorySigner> signers, IReadOnlyList<DescribedRelay> relays, IReadOnlyDictionary<string, int> parameters, TimeSpan interval)
{
    // Clients that were away for longer get the whole.
    private const int MaxHistory = 8;
    private const int Intervals = 3;

    private static readonly TimeSpan CertificatesLast = TimeSpan.FromDays(365);

    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(32);
    private readonly List<byte[]> _microdesc = [];
    private readonly List<byte[]> _full = [];

    /// <summary>Relays and parameters of the next publications.</summary>
    public IReadOnlyList<DescribedRelay> Relays { get; set; } = relays;

    /// <summary>What is valid from a moment on, cut to seconds.</summary>
    public Publication Make(DateTimeOffset from)
    {
        var validAfter = DateTimeOffset.FromUnixTimeSeconds(from.ToUnixTimeSeconds());
        RelayDraft[] drafts = [.. Relays.Select(relay => relay.Draft)];
        var draft = new ConsensusDraft
        {
            ValidAfter = validAfter,
            Interval = interval,
            Intervals = Intervals,
            Parameters = parameters,
            Weights = BandwidthWeightsWriter.Write(drafts),
            PreviousSharedRandom = SharedRandom(validAfter, -1),
            CurrentSharedRandom = SharedRandom(validAfter, 0),
        };
        return new Publication(
            Publish(draft, drafts, _microdesc),
            Publish(draft with { IsMicrodesc = false, Algorithm = "sha1" }, drafts, _full),
            [.. signers.Select(signer => signer.V3Identity.ToString())],
            [.. signers.Select(signer => Certificate(signer, validAfter))],
            drafts.ToDictionary(relay => relay.MicrodescriptorDigest.ToString(), relay => relay.EncodeMicrodescriptor()),
            [.. Relays.Where(relay => relay.Descriptor.Length > 0).Select(relay => new PublishedDescriptor(
                relay.Draft.RsaIdentity.ToString(), relay.Draft.DescriptorDigest.ToString(), relay.Descriptor))]);
    }

    private static PublishedCertificate Certificate(DirectorySigner signer, DateTimeOffset now) => new(
        signer.V3Identity.ToString(), signer.SigningKeyDigest.ToString(), signer.EncodeCertificate(now - CertificatesLast / 12, now + CertificatesLast));

    private PublishedConsensus Publish(ConsensusDraft draft, RelayDraft[] relays, List<byte[]> history)
    {
        byte[] text = draft.Encode(signers, relays);
        Dictionary<string, PackedDocument> diffs = [];
        foreach (byte[] old in history)
            diffs[Convert.ToHexString(ConsensusDigest.OfSignedPart(old))] = new PackedDocument(ConsensusDiffWriter.Write(old, text));
        history.Add(text);
        if (history.Count > MaxHistory)
            history.RemoveAt(0);
        return new PublishedConsensus(draft.ValidAfter, new PackedDocument(text), diffs);
    }

    /// <summary>A new value every 24 intervals, as long as an interval is an hour that is a day. srv-spec §4.</summary>
    private byte[] SharedRandom(DateTimeOffset validAfter, int offset)
    {
        long run = validAfter.ToUnixTimeSeconds() / (24 * (long)interval.TotalSeconds) + offset;
        return HMACSHA256.HashData(_seed, BitConverter.GetBytes(run));
    }
}
