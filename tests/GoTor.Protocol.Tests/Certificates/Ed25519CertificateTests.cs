using FsCheck.Xunit;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Certificates;

public class Ed25519CertificateTests
{
    private static readonly Ed25519KeyPair Signer = new(new byte[32]);

    [Fact]
    public void Parse_RealSigningKeyCertificate_SaysWhatItCertifies()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.IdentityToSigning);
        Assert.Equal(CertificateType.IdentityToSigning, certificate.Type);
        Assert.Equal(CertifiedKeyType.Ed25519, certificate.KeyType);
        Assert.Equal(
            "f82294b866a31f01fc5d0da8572850a9b929545c3266558d7d2316e3b74172b0", Convert.ToHexStringLower(certificate.CertifiedKey));
        Assert.Equal(new Ed25519Identity(ChutneyCertificates.Ed25519), certificate.IncludedSigner);
        Assert.Equal(new DateTimeOffset(2020, 10, 26, 18, 0, 0, TimeSpan.Zero), certificate.ExpiresAt);
        Assert.True(certificate.IsSignedBy(new Ed25519Identity(ChutneyCertificates.Ed25519)));
        Assert.False(certificate.IsSignedBy(Signer.PublicKey));
    }

    [Fact]
    public void Parse_RealLinkCertificate_IsSignedByTheSigningKey()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.SigningToTlsLink);
        Assert.Equal(CertificateType.SigningToTlsLink, certificate.Type);
        Assert.Equal(CertifiedKeyType.Sha256OfX509, certificate.KeyType);
        Assert.Equal(ChutneyCertificates.TlsDigest, certificate.CertifiedKey);
        Assert.Null(certificate.IncludedSigner);
        Ed25519Certificate signing = Ed25519Certificate.Parse(ChutneyCertificates.IdentityToSigning);
        Assert.True(certificate.IsSignedBy(new Ed25519Identity(signing.CertifiedKey)));
    }

    [Fact]
    public void IsExpiredAt_TheLastMomentAndTheNext_DrawsTheLineBetween()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.IdentityToSigning);
        Assert.False(certificate.IsExpiredAt(certificate.ExpiresAt));
        Assert.True(certificate.IsExpiredAt(certificate.ExpiresAt.AddTicks(1)));
    }

    [Fact]
    public void Parse_LastDateTheFormatCanSay_IsLaterThanAnyClock()
    {
        byte[] encoded = [.. ChutneyCertificates.SigningToTlsLink];
        encoded.AsSpan(2, 4).Fill(0xff);
        Assert.Equal(9999, Ed25519Certificate.Parse(encoded).ExpiresAt.Year);
    }

    [Fact]
    public void Parse_EveryTruncationAndAByteMore_IsMalformed()
    {
        foreach (byte[] encoded in new[] { ChutneyCertificates.IdentityToSigning, ChutneyCertificates.SigningToTlsLink })
        {
            for (int length = 0; length < encoded.Length; length++)
                Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(encoded.AsMemory(0, length)));
            Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse((byte[])[.. encoded, 0]));
        }
    }

    // Arti, crates/tor-cert/tests/invalid_certs.rs, cant_parse, and more of the kind: what follows N_EXTENSIONS.
    [Theory]
    [InlineData("01 0021 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9FF", "signer of 33 bytes")]
    [InlineData("01 001f 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96", "signer of 31 bytes")]
    [InlineData("01 0020 09 01 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9", "unknown and affects validation")]
    [InlineData("01 0000 09 ff", "unknown and affects validation, with other flags")]
    [InlineData(
        "02 0020 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9"
        + "0020 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9", "signer twice")]
    [InlineData("02 0020 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9", "fewer than promised")]
    [InlineData("00 0020 04 00 DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E9", "more than promised")]
    [InlineData("01 ffff 09 00", "longer than the certificate")]
    public void Parse_BadExtensions_IsMalformed(string extensions, string why)
    {
        Assert.NotEmpty(why);
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(WithExtensions(extensions)));
    }

    [Theory]
    [InlineData("01 0002 09 00 abcd")]
    [InlineData("01 0000 09 fe")]
    [InlineData("02 0000 09 00 0000 09 00")]
    public void Parse_UnknownExtensionsWithoutEffect_AreSkipped(string extensions) =>
        Assert.Null(Ed25519Certificate.Parse(WithExtensions(extensions)).IncludedSigner);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void Parse_OtherVersion_IsMalformed(byte version)
    {
        byte[] encoded = [.. ChutneyCertificates.SigningToTlsLink];
        encoded[0] = version;
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(encoded));
    }

    [Fact]
    public void IsSignedBy_NamedSignerIsAnotherThanTheRealOne_IsFalse()
    {
        // Signed well, by a key other than the one it names.
        using Ed25519KeyPair real = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] encoded = Ed25519Certificate.Sign(
            CertificateType.IdentityToSigning, CertifiedKeyType.Ed25519, new byte[32], DateTimeOffset.UnixEpoch.AddYears(60), Signer, true);
        real.Sign(encoded.AsSpan(..^64), encoded.AsSpan(^64..));
        Ed25519Certificate certificate = Ed25519Certificate.Parse(encoded);
        Assert.False(certificate.IsSignedBy(real.PublicKey));
        Assert.False(certificate.IsSignedBy(Signer.PublicKey));
    }

    [Fact]
    public void IsSignedBy_AnyByteAltered_IsRefused()
    {
        byte[] encoded = [.. ChutneyCertificates.SigningToTlsLink];
        var signer = new Ed25519Identity(Ed25519Certificate.Parse(ChutneyCertificates.IdentityToSigning).CertifiedKey);
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] ^= (byte)(1 << i % 8);
            Assert.False(TryParse(encoded) is { } certificate && certificate.IsSignedBy(signer), $"byte {i}");
            encoded[i] ^= (byte)(1 << i % 8);
        }
    }

    [Property]
    public void Sign_AnyContent_ParsesBackAndIsSigned(byte type, byte keyType, byte[] key, uint seconds, bool includeSigner)
    {
        byte[] certified = new byte[32];
        key.AsSpan(0, Math.Min(32, key.Length)).CopyTo(certified);
        DateTimeOffset expires = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Ed25519Certificate certificate = Ed25519Certificate.Parse(
            Ed25519Certificate.Sign((CertificateType)type, (CertifiedKeyType)keyType, certified, expires, Signer, includeSigner));
        Assert.Equal(((CertificateType)type, (CertifiedKeyType)keyType), (certificate.Type, certificate.KeyType));
        Assert.Equal(certified, certificate.CertifiedKey);
        Assert.InRange(certificate.ExpiresAt, expires, expires.AddHours(1));
        Assert.Equal(includeSigner ? Signer.PublicKey : null, certificate.IncludedSigner);
        Assert.True(certificate.IsSignedBy(Signer.PublicKey));
    }

    [Property]
    public void Parse_AnyBytes_ParsesOrIsMalformed(byte[] bytes) => TryParse([1, 4, .. bytes]);

    private static Ed25519Certificate? TryParse(byte[] encoded)
    {
        try
        {
            return Ed25519Certificate.Parse(encoded);
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private static byte[] WithExtensions(string extensions) =>
    [
        .. ChutneyCertificates.IdentityToSigning.AsSpan(0, 39),
        .. Convert.FromHexString(extensions.Replace(" ", "", StringComparison.Ordinal)),
        .. new byte[64],
    ];
}
