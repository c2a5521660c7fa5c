using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ConsensusVerifierTests
{
    private static readonly DateTimeOffset Then = new(2020, 8, 7, 12, 43, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("mdconsensus1.txt", "authcerts2.txt", 3)]
    [InlineData("arti.cached-microdesc-consensus.txt", "arti.cached-certs.txt", 4)]
    public void Consensus_FromArti_IsAcceptedWithItsAuthorities(string consensusName, string certificatesName, int authorities)
    {
        Consensus consensus = Consensus.Parse(Vector.Read(consensusName));
        IReadOnlyList<AuthorityCertificate> certificates = AuthorityCertificateList.Parse(Vector.Read(certificatesName)).Certificates;
        Assert.Equal(authorities, certificates.Count);
        RsaIdentity[] trusted = [.. certificates.Select(c => c.Identity)];

        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, trusted, certificates, consensus.Lifetime.ValidAfter);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(consensus.Signatures.Count, verdict.Good);
        Assert.Empty(verdict.Missing);
    }

    // "Here is a trick that had better not work": three times the same certificate. Arti, doc/netstatus.rs.
    [Fact]
    public void Certificates_TheSameThreeTimes_CountOnce()
    {
        Consensus consensus = Consensus.Parse(Vector.Read("mdconsensus1.txt"));
        IReadOnlyList<AuthorityCertificate> certificates = AuthorityCertificateList.Parse(Vector.Read("authcerts2.txt")).Certificates;
        RsaIdentity[] trusted = [.. certificates.Select(c => c.Identity)];

        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, trusted, [certificates[0], certificates[0], certificates[0]], Then);
        Assert.False(verdict.IsAccepted);
        Assert.True(verdict.MightBeAccepted);
        Assert.Equal(1, verdict.Good);
        Assert.Equal(2, verdict.Missing.Count);
        Assert.DoesNotContain(certificates[0].Id, verdict.Missing);
    }

    [SkippableFact]
    public void Consensus_OfThePublicNetwork_IsAcceptedAtItsTimeAndNotToday()
    {
        Skip.If(PublicNetworkData.Directory is null, PublicNetworkData.Missing);
        Consensus consensus = Consensus.Parse(PublicNetworkData.ReadConsensus());
        AuthorityCertificateList certificates = AuthorityCertificateList.Parse(PublicNetworkData.ReadCertificates());
        Assert.Equal(0, certificates.Rejected);
        // The nine of May 2024: the eight that voted, and faravahar, which was away.
        RsaIdentity[] trusted = [.. consensus.Sources.Select(s => s.Identity), Identity("70849B868D606BAECFB6128C5E3D782029AA394F")];

        DateTimeOffset then = new(2024, 5, 17, 17, 30, 0, TimeSpan.Zero);
        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, trusted, certificates.Certificates, then);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(5, verdict.Needed);
        Assert.Equal(0, verdict.Bad);
        Assert.Equal(ConsensusTimeliness.Fresh, consensus.Lifetime.At(then));

        DateTimeOffset today = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);
        Assert.False(ConsensusVerifier.Verify(consensus, trusted, certificates.Certificates, today).IsAccepted);
        Assert.Equal(ConsensusTimeliness.UnusableExpired, consensus.Lifetime.At(today));
    }

    private static RsaIdentity Identity(string hex) =>
        RsaIdentity.TryParseHex(hex, out RsaIdentity identity) ? identity : throw new ArgumentException(hex, nameof(hex));
}
