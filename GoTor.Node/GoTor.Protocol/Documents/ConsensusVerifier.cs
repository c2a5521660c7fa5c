using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Decides whether enough authorities signed a consensus: more than half of those that we are configured to trust, each counted
/// once, each by a key that its own certificate vouches for. dir-spec §5.1.
/// </summary>
internal static class ConsensusVerifier
{
    /// <param name="authorities">The v3 identities that we trust. None trusted means none accepted.</param>
    /// <param name="certificates">Any certificates; those of strangers and expired ones do not count.</param>
    public static ConsensusVerification Verify(
        Consensus consensus, IEnumerable<RsaIdentity> authorities, IEnumerable<AuthorityCertificate> certificates, DateTimeOffset now)
    {
        HashSet<RsaIdentity> trusted = [.. authorities];
        Dictionary<AuthorityCertificateId, AuthorityCertificate> usable = [];
        foreach (AuthorityCertificate certificate in certificates)
        {
            if (!certificate.IsExpired(now) && trusted.Contains(certificate.Identity))
                usable[certificate.Id] = certificate;
        }

        HashSet<RsaIdentity> good = [];
        HashSet<RsaIdentity> bad = [];
        HashSet<(RsaIdentity, SignatureAlgorithm)> tried = [];
        List<AuthorityCertificateId> missing = [];
        foreach (DirectorySignature signature in consensus.Signatures)
        {
            RsaIdentity authority = signature.Certificate.Identity;
            // One try per authority and algorithm, so that a forger cannot buy our time with repetitions.
            if (!trusted.Contains(authority) || good.Contains(authority) || !tried.Add((authority, signature.Algorithm)))
                continue;
            if (!usable.TryGetValue(signature.Certificate, out AuthorityCertificate? certificate))
                missing.Add(signature.Certificate);
            else if (certificate.SigningKey.VerifyDigest(signature.Signature.Span, DigestOf(consensus, signature.Algorithm)))
                good.Add(authority);
            else
                bad.Add(authority);
        }

        bad.ExceptWith(good);
        missing.RemoveAll(m => good.Contains(m.Identity));
        return new ConsensusVerification(good.Count, trusted.Count / 2 + 1, bad.Count, [.. missing.Distinct()]);
    }

    private static ReadOnlySpan<byte> DigestOf(Consensus consensus, SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Sha256 => consensus.SignedSha256.Span,
        SignatureAlgorithm.Sha1 => consensus.SignedSha1.Span,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };
}
