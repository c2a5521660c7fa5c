using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Wire;
using GoTor.Testing.Directories;

namespace GoTor.Protocol.Tests.Documents;

/// <summary>Who may tell us what the network is: the rule that everything else rests on, tried from every side.</summary>
public sealed class ConsensusTrustTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);
    private readonly GeneratedDirectory _directory = GeneratedDirectory.Create(relays: 4);

    [Fact]
    public void Consensus_SignedByAll_IsAccepted()
    {
        ConsensusVerification verdict = Verify(Good());
        Assert.True(verdict.IsAccepted);
        Assert.Equal((9, 5), (verdict.Good, verdict.Needed));
    }

    // NOnion took n/2, which rounds down, for a majority.
    [Trait("Case", "B55")]
    [Trait("Case", "I01")]
    [Theory]
    [InlineData(0, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(9, true)]
    public void Consensus_SignedBySomeOfNine_NeedsFive(int signers, bool accepted)
    {
        ConsensusDraft consensus = Good() with { Signers = [.. Enumerable.Range(0, 9)], WrongSigners = [.. Enumerable.Range(signers, 9 - signers)] };
        ConsensusVerification verdict = Verify(consensus);
        Assert.Equal(accepted, verdict.IsAccepted);
        Assert.Equal((signers, 9 - signers), (verdict.Good, verdict.Bad));
        Assert.False(verdict.MightBeAccepted);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, true)]
    [InlineData(4, 2, false)]
    [InlineData(4, 3, true)]
    public void Majority_OfAnyNumber_IsMoreThanHalf(int authorities, int signers, bool accepted)
    {
        GeneratedDirectory directory = GeneratedDirectory.Create(relays: 1, authorities: authorities);
        ConsensusDraft consensus = Good() with { WrongSigners = [.. Enumerable.Range(signers, authorities - signers)] };
        Assert.Equal(accepted, ConsensusVerifier.Verify(Consensus.Parse(directory.EncodeConsensus(consensus)), directory.V3Identities, CertificatesOf(directory), Now).IsAccepted);
    }

    [Trait("Case", "B55")]
    [Trait("Case", "I01")]
    [Fact]
    public void Signature_OfOneAuthorityNineTimes_CountsOnce()
    {
        ConsensusVerification verdict = Verify(Good() with { Signers = [0, 0, 0, 0, 0, 0, 0, 0, 0] });
        Assert.False(verdict.IsAccepted);
        Assert.Equal(1, verdict.Good);
    }

    [Fact]
    public void Signatures_OfOneAuthorityByBothDigests_CountOnce()
    {
        string unsigned = Good().EncodeUnsigned(_directory.Authorities, _directory.Relays);
        byte[] signed = Encoding.ASCII.GetBytes(unsigned + "directory-signature ");
        var text = new StringBuilder(unsigned);
        for (int i = 0; i < 4; i++)
        {
            DirectorySigner authority = _directory.Authorities[i];
            string name = $"{authority.V3Identity} {authority.SigningKeyDigest}\n";
            text.Append("directory-signature sha256 ").Append(name).Append(TextObject.Encode("SIGNATURE", authority.Sign(System.Security.Cryptography.SHA256.HashData(signed))));
            text.Append("directory-signature sha1 ").Append(name).Append(TextObject.Encode("SIGNATURE", authority.Sign(System.Security.Cryptography.SHA1.HashData(signed))));
        }

        ConsensusVerification verdict = ConsensusVerifier.Verify(Consensus.Parse(Encoding.ASCII.GetBytes(text.ToString())), _directory.V3Identities, CertificatesOf(_directory), Now);
        Assert.Equal(4, verdict.Good);
        Assert.False(verdict.IsAccepted);
    }

    [Theory]
    [InlineData("sha1", true)]
    [InlineData("sha256", true)]
    [InlineData("sha512", false)]
    public void Signatures_ByEitherDigest_Count(string algorithm, bool accepted) => Assert.Equal(accepted, Verify(Good() with { Algorithm = algorithm }).IsAccepted);

    [Fact]
    public void Authorities_ThatWeDoNotTrust_DoNotCount()
    {
        Consensus consensus = Consensus.Parse(_directory.EncodeConsensus(Good()));
        RsaIdentity[] others = [.. Enumerable.Range(1, 9).Select(i => new RsaIdentity([.. Enumerable.Repeat((byte)i, 20)]))];
        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, others, CertificatesOf(_directory), Now);
        Assert.Equal((0, false), (verdict.Good, verdict.IsAccepted));
        Assert.Empty(verdict.Missing);

        // Four that we trust and five that we do not: still not five.
        verdict = ConsensusVerifier.Verify(consensus, [.. _directory.V3Identities.Take(4), .. others.Take(5)], CertificatesOf(_directory), Now);
        Assert.Equal((4, false), (verdict.Good, verdict.IsAccepted));

        // Trusting nobody accepts nothing.
        Assert.False(ConsensusVerifier.Verify(consensus, [], CertificatesOf(_directory), Now).IsAccepted);
    }

    [Fact]
    public void Authority_TrustedTwice_IsOneOfThem()
    {
        GeneratedDirectory directory = GeneratedDirectory.Create(relays: 1, authorities: 3);
        Consensus consensus = Consensus.Parse(directory.EncodeConsensus(Good()));
        RsaIdentity[] twice = [.. directory.V3Identities, .. directory.V3Identities];
        Assert.Equal(2, ConsensusVerifier.Verify(consensus, twice, CertificatesOf(directory), Now).Needed);
    }

    // NOnion never compared the fingerprint with the key: any key could then speak for any authority.
    [Trait("Case", "B55")]
    [Trait("Case", "I01")]
    [Fact]
    public void Certificate_ThatClaimsAnAuthoritysName_IsRefused()
    {
        DirectorySigner liar = _directory.Authorities[0];
        RsaIdentity victim = _directory.Authorities[1].V3Identity;
        byte[] certificate = liar.EncodeCertificate(Now.AddDays(-1), Now.AddDays(1), claimedFingerprint: victim);
        Assert.Throws<MalformedMessageException>(() => AuthorityCertificate.Parse(certificate));
    }

    // Else an authority could claim signatures that another one's key made.
    [Fact]
    public void Certificate_WhoseSigningKeyAgreedToAnother_IsRefused()
    {
        DirectorySigner thief = _directory.Authorities[0];
        byte[] certificate = thief.EncodeCertificate(Now.AddDays(-1), Now.AddDays(1), crossCertified: _directory.Authorities[1].V3Identity);
        Assert.Throws<MalformedMessageException>(() => AuthorityCertificate.Parse(certificate));
    }

    [Fact]
    public void Certificates_ThatAreMissing_AreNamedAndMayStillComplete()
    {
        Consensus consensus = Consensus.Parse(_directory.EncodeConsensus(Good()));
        IReadOnlyList<AuthorityCertificate> all = CertificatesOf(_directory);
        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, _directory.V3Identities, all.Take(4), Now);
        Assert.False(verdict.IsAccepted);
        Assert.True(verdict.MightBeAccepted);
        Assert.Equal(all.Skip(4).Select(c => c.Id).Order(Comparer<AuthorityCertificateId>.Create((a, b) => a.Identity.CompareTo(b.Identity))),
            verdict.Missing.Order(Comparer<AuthorityCertificateId>.Create((a, b) => a.Identity.CompareTo(b.Identity))));
    }

    [Fact]
    public void Certificates_ThatExpired_AreMissing()
    {
        Consensus consensus = Consensus.Parse(_directory.EncodeConsensus(Good()));
        IReadOnlyList<AuthorityCertificate> expired = AuthorityCertificateList.Parse(
            [.. _directory.Authorities.SelectMany(a => a.EncodeCertificate(Now.AddDays(-30), Now.AddSeconds(-1)))]).Certificates;
        ConsensusVerification verdict = ConsensusVerifier.Verify(consensus, _directory.V3Identities, expired, Now);
        Assert.Equal((0, 9), (verdict.Good, verdict.Missing.Count));
        Assert.True(ConsensusVerifier.Verify(consensus, _directory.V3Identities, expired, Now.AddSeconds(-1)).IsAccepted);
    }

    [Fact]
    public void Consensus_WithOneByteChanged_LosesEverySignature()
    {
        byte[] text = _directory.EncodeConsensus(Good());
        int at = Encoding.ASCII.GetString(text).IndexOf("Bandwidth=", StringComparison.Ordinal) + "Bandwidth=".Length;
        text[at] = text[at] == (byte)'1' ? (byte)'2' : (byte)'1';
        ConsensusVerification verdict = ConsensusVerifier.Verify(Consensus.Parse(text), _directory.V3Identities, CertificatesOf(_directory), Now);
        Assert.Equal((0, 9), (verdict.Good, verdict.Bad));
    }

    private static ConsensusDraft Good() => new() { ValidAfter = Now.AddMinutes(-30) };

    private ConsensusVerification Verify(ConsensusDraft consensus) =>
        ConsensusVerifier.Verify(Consensus.Parse(_directory.EncodeConsensus(consensus)), _directory.V3Identities, CertificatesOf(_directory), Now);

    private static IReadOnlyList<AuthorityCertificate> CertificatesOf(GeneratedDirectory directory) =>
        AuthorityCertificateList.Parse(directory.EncodeCertificates(Now)).Certificates;
}
