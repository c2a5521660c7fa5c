using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>Collects what follows the last relay of a consensus: weights and signatures.</summary>
internal sealed class ConsensusFooter
{
    // One per authority and algorithm is meant; the rest is somebody wasting our time.
    private const int MaxSignatures = 128;
    private const int MinSignatureLength = 128;
    private const int MaxSignatureLength = 512;
    private readonly List<DirectorySignature> _signatures = [];
    private bool _hasWeights;

    public IReadOnlyDictionary<string, int> BandwidthWeights { get; private set; } = new Dictionary<string, int>();

    public IReadOnlyList<DirectorySignature> Signatures => _signatures;

    /// <summary>0 until the first signature.</summary>
    public int SignedLength { get; private set; }

    public bool Uses(SignatureAlgorithm algorithm) => _signatures.Exists(s => s.Algorithm == algorithm);

    public void Take(in DocumentItem item)
    {
        if (item.Is("directory-signature"u8))
        {
            TakeSignature(item);
        }
        else if (item.Is("bandwidth-weights"u8))
        {
            if (_hasWeights)
                throw new MalformedMessageException("A consensus says bandwidth-weights twice.");
            BandwidthWeights = ConsensusHeader.ReadNumbers(item, sorted: false);
            _hasWeights = true;
        }
    }

    public void ExpectComplete()
    {
        if (SignedLength == 0)
            throw new MalformedMessageException("A consensus without signatures.");
    }

    private void TakeSignature(in DocumentItem item)
    {
        if (SignedLength == 0)
        {
            // The signed part ends behind exactly one space.
            if (item.Arguments.IsEmpty || item.Arguments[0] is (byte)' ' or (byte)'\t')
                throw new MalformedMessageException("The first signature of a consensus is not written as it must be.");
            SignedLength = item.Start + "directory-signature ".Length;
        }

        if (!item.HasObject)
            throw new MalformedMessageException("A directory-signature without a signature.");
        ArgumentReader arguments = item.ReadArguments();
        ReadOnlySpan<byte> first = arguments.Read();
        ReadOnlySpan<byte> second = arguments.Read();
        SignatureAlgorithm algorithm = SignatureAlgorithm.Sha1;
        if (arguments.TryRead(out ReadOnlySpan<byte> third))
        {
            if (first.SequenceEqual("sha256"u8))
                algorithm = SignatureAlgorithm.Sha256;
            else if (!first.SequenceEqual("sha1"u8))
                return; // Made for clients newer than this one.
            first = second;
            second = third;
        }

        // A line that makes no sense cannot count, and need not cost the document: the others may be enough.
        if (_signatures.Count < MaxSignatures
            && FieldText.TryParseHexIdentity(first, out RsaIdentity identity)
            && FieldText.TryParseHexIdentity(second, out RsaIdentity signingKey)
            && item.ObjectLabel.SequenceEqual("SIGNATURE"u8)
            && Base64Text.TryDecodeObject(item.ObjectBase64, MaxSignatureLength, out byte[] signature)
            && signature.Length >= MinSignatureLength)
        {
            _signatures.Add(new DirectorySignature(algorithm, new AuthorityCertificateId(identity, signingKey), signature));
        }
    }
}
