using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Certificates;

public class CertsRulesTests
{
    private static readonly DateTimeOffset Later = RelayCertificates.Later;
    private static readonly DateTimeOffset Earlier = RelayCertificates.Earlier;

    private static readonly RsaSigningKey OtherRsa = RsaSigningKey.Generate(1024);
    private static readonly Ed25519KeyPair OtherEd25519 = Ed25519KeyPair.Generate(TorRandom.Secure);

    [Fact]
    public void Validate_CertificatesOfARealRelay_ProveBothIdentities()
    {
        var rsa = new RsaIdentity(Convert.FromHexString(ChutneyCertificates.RsaFingerprint));
        var ed25519 = new Ed25519Identity(ChutneyCertificates.Ed25519);
        PeerIdentities peer = CertsRules.ValidateForDigest(
            ChutneyCertificates.All, ChutneyCertificates.TlsDigest, ChutneyCertificates.ValidAt, rsa, ed25519);
        Assert.Equal(new PeerIdentities(rsa, ed25519), peer);
    }

    [Fact]
    public void Validate_NothingExpected_TellsWhoItIs()
    {
        PeerIdentities peer = new RelayCertificates().Validate();
        Assert.Equal(RelayCertificates.Rsa.PublicKey.Fingerprint, peer.Rsa);
        Assert.Equal(RelayCertificates.Identity.PublicKey, peer.Ed25519);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Validate_GoodButSomebodyElse_IsAWrongIdentityAndNothingElse(bool wrongRsa, bool wrongEd25519)
    {
        RsaIdentity rsa = (wrongRsa ? OtherRsa : RelayCertificates.Rsa).PublicKey.Fingerprint;
        Ed25519Identity ed25519 = (wrongEd25519 ? OtherEd25519 : RelayCertificates.Identity).PublicKey;
        Assert.Throws<WrongIdentityException>(() => new RelayCertificates().Validate(rsa, ed25519));
        Assert.Throws<WrongIdentityException>(
            () => new RelayCertificates().Validate(wrongRsa ? rsa : null, wrongEd25519 ? ed25519 : null));
    }

    [Fact]
    public void Validate_UnknownAndUnneededTypesToo_AreIgnored()
    {
        // C tor sends its RSA link certificate as type 1, and AUTHENTICATE's as 3 and 6.
        var relay = new RelayCertificates();
        foreach (byte type in new byte[] { 0, 1, 3, 6, 8, 200, 255 })
            relay.Certificates.Add((type, "not even a certificate"u8.ToArray()));
        relay.Certificates.Reverse();
        relay.Validate();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(200)]
    public void Validate_ATypeTwice_EndsTheChannelEvenIfBothAreGood(byte type)
    {
        var relay = new RelayCertificates();
        byte[] body = type == 200 ? [] : relay.Body(type);
        relay.Certificates.Add((type, body));
        if (type == 200)
            relay.Certificates.Add((type, body));
        Assert.Throws<ChannelViolationException>(() => relay.Validate());
    }

    // Named as in C tor, src/test/test_link_handshake.c, where a case of that name exists.
    public static TheoryData<string> FailureNames => [.. Failures.Keys];

    [Theory]
    [MemberData(nameof(FailureNames))]
    public void Validate_Spoiled_IsRefused(string name)
    {
        var relay = new RelayCertificates();
        relay.Validate();
        Failures[name](relay);
        Exception refused = Assert.ThrowsAny<Exception>(() => relay.Validate());
        Assert.True(refused is ChannelViolationException or MalformedMessageException, refused.ToString());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void Validate_AnyByteOfAnyCertificateAltered_IsRefused(byte type)
    {
        int length = new RelayCertificates().Body(type).Length;
        var relay = new RelayCertificates();
        byte[] body = relay.Body(type);
        for (int i = 0; i < length; i++)
        {
            body[i] ^= (byte)(1 << i % 8);
            Exception refused = Assert.ThrowsAny<Exception>(() => relay.Validate());
            Assert.True(refused is ChannelViolationException or MalformedMessageException, $"byte {i}: {refused}");
            body[i] ^= (byte)(1 << i % 8);
        }

        relay.Validate();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Validate_ExpiringNow_IsStillGood(int ticks)
    {
        var relay = new RelayCertificates();
        DateTimeOffset end = Ed25519Certificate.Parse(relay.Body(4)).ExpiresAt.AddTicks(ticks);
        CertsRules.Validate(relay.Certificates.Select(c => (c.Type, (ReadOnlyMemory<byte>)c.Body)), relay.TlsCertificate, end, null, null);
        Assert.Throws<ChannelViolationException>(() => CertsRules.Validate(
            relay.Certificates.Select(c => (c.Type, (ReadOnlyMemory<byte>)c.Body)), relay.TlsCertificate, end.AddTicks(2), null, null));
    }

    private static Dictionary<string, Action<RelayCertificates>> Failures { get; } = new()
    {
        ["empty"] = relay => relay.Certificates.Clear(),
        ["truncated_6"] = relay => relay.Replace(5, relay.Body(5)[..7]),
        ["truncated_7"] = relay => relay.Replace(7, relay.Body(7)[..7]),
        ["not_x509"] = relay => relay.Replace(2, relay.Body(2)[..3]),
        ["duplicate_id"] = relay => relay.Relabel(5, 4),
        ["duplicate_link"] = relay => relay.Relabel(4, 5),
        ["duplicate_crosscert"] = relay => relay.Relabel(4, 7),
        ["both_id_rsa"] = relay => relay.Relabel(7, 2),
        ["missing_id"] = relay => relay.Remove(4),
        ["missing_signing_key"] = relay => relay.Replace(4, RelayCertificates.IdentityToSigning(Later, includeSigner: false)),
        ["missing_link"] = relay => relay.Remove(5),
        ["missing_crosscert"] = relay => relay.Remove(7),
        ["missing_rsa_id"] = relay => relay.Remove(2),
        ["link_mismatch"] = relay => relay.TlsCertificate = "another certificate"u8.ToArray(),
        ["no_tls_certificate"] = relay => relay.TlsCertificate = [],
        ["bad_ed_sig"] = relay => relay.Body(5)[^13] ^= 7,
        ["bad_ed_id_sig"] = relay => relay.Body(4)[^13] ^= 7,
        ["bad_crosscert"] = relay => relay.Body(7)[^13] ^= 7,
        ["bad_rsa_id_cert"] = relay => relay.Body(2)[^13] ^= 7,
        ["expired_rsa_id"] = relay => relay.Replace(2, RsaIdentityCertificate.Sign(
            RelayCertificates.Rsa, Earlier.AddDays(-100), Earlier, TorRandom.Secure)),
        ["future_rsa_id"] = relay => relay.Replace(2, RsaIdentityCertificate.Sign(
            RelayCertificates.Rsa, Later.AddDays(30), Later.AddDays(90), TorRandom.Secure)),
        ["expired_ed_id"] = relay => relay.Replace(4, RelayCertificates.IdentityToSigning(Earlier)),
        ["expired_ed_link"] = relay => relay.Replace(5, RelayCertificates.SigningToLink(Earlier)),
        ["expired_crosscert"] = relay => relay.Replace(7, RsaEd25519CrossCertificate.Sign(
            RelayCertificates.Identity.PublicKey, Earlier, RelayCertificates.Rsa)),
        ["wrong_labels_1"] = relay => Swap(relay, 4, 5),
        ["wrong_labels_2"] = relay => relay.Replace(4, relay.Body(5)),
        ["wrong_labels_3"] = relay => relay.Relabel(2, 3),
        ["wrong_labels_ed_and_rsa"] = relay => Swap(relay, 2, 4),
        ["wrong_labels_link_as_auth"] = relay => relay.Relabel(5, 6),
        ["right_label_wrong_type_inside_link"] = relay => relay.Replace(5, Ed25519Certificate.Sign(
            CertificateType.SigningToAuthentication, CertifiedKeyType.Sha256OfX509,
            Ed25519Certificate.Parse(relay.Body(5)).CertifiedKey, Later, RelayCertificates.Signing, false)),
        ["right_label_wrong_type_inside_signing"] = relay => relay.Replace(4, Ed25519Certificate.Sign(
            CertificateType.BlindedToDescriptorSigning, CertifiedKeyType.Ed25519,
            RelayCertificates.Signing.PublicKey.AsSpan(), Later, RelayCertificates.Identity, true)),
        ["signing_key_is_no_key"] = relay => relay.Replace(4, Ed25519Certificate.Sign(
            CertificateType.IdentityToSigning, CertifiedKeyType.Sha256OfX509,
            RelayCertificates.Signing.PublicKey.AsSpan(), Later, RelayCertificates.Identity, true)),
        ["link_signed_by_identity"] = relay => relay.Replace(5, RelayCertificates.SigningToLink(Later, RelayCertificates.Identity)),
        ["link_signed_by_stranger"] = relay => relay.Replace(5, RelayCertificates.SigningToLink(Later, OtherEd25519)),
        ["signing_key_of_stranger"] = relay => relay.Replace(4, Ed25519Certificate.Sign(
            CertificateType.IdentityToSigning, CertifiedKeyType.Ed25519,
            RelayCertificates.Signing.PublicKey.AsSpan(), Later, OtherEd25519, true)),
        ["signing_key_names_identity_but_stranger_signs"] = relay =>
            OtherEd25519.Sign(relay.Body(4).AsSpan(..^64), relay.Body(4).AsSpan(^64..)),
        ["crosscert_for_stranger"] = relay => relay.Replace(7, RsaEd25519CrossCertificate.Sign(
            OtherEd25519.PublicKey, Later, RelayCertificates.Rsa)),
        ["crosscert_by_stranger"] = relay => relay.Replace(7, RsaEd25519CrossCertificate.Sign(
            RelayCertificates.Identity.PublicKey, Later, OtherRsa)),
        ["rsa_id_of_stranger"] = relay => relay.Replace(2, RsaIdentityCertificate.Sign(
            OtherRsa, Earlier, Later, TorRandom.Secure)),
        ["identity_of_small_order"] = relay =>
        {
            // The neutral element as identity: R neutral and S zero would satisfy a lenient verifier for any message.
            byte[] forged = relay.Body(4);
            forged.AsSpan(44, 32).Clear();
            forged[44] = 1;
            forged.AsSpan(^64..).Clear();
            forged[^64] = 1;
            relay.Replace(7, RsaEd25519CrossCertificate.Sign(new Ed25519Identity(forged.AsSpan(44, 32)), Later, RelayCertificates.Rsa));
        },
        ["link_longer"] = relay => relay.Replace(5, [.. relay.Body(5), 0]),
        ["crosscert_longer"] = relay => relay.Replace(7, [.. relay.Body(7), 0]),
        ["rsa_id_longer"] = relay => relay.Replace(2, [.. relay.Body(2), 0]),
        ["rsa_id_huge"] = relay => relay.Replace(2, new byte[60000]),
        ["everything_empty"] = relay => relay.Certificates.ConvertAll(c => c.Type).ForEach(type => relay.Replace(type, [])),
    };

    private static void Swap(RelayCertificates relay, byte one, byte other)
    {
        byte[] body = relay.Body(one);
        relay.Replace(one, relay.Body(other));
        relay.Replace(other, body);
    }
}
