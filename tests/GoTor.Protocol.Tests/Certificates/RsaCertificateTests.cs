using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FsCheck.Xunit;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Certificates;

public class RsaCertificateTests
{
    private static readonly RsaPublicKey RelayKey = RsaIdentityCertificate.Parse(ChutneyCertificates.RsaIdentity).Key;

    [Fact]
    public void IdentityCertificate_OfARealRelay_IsRead()
    {
        RsaIdentityCertificate certificate = RsaIdentityCertificate.Parse(ChutneyCertificates.RsaIdentity);
        Assert.Equal(ChutneyCertificates.RsaFingerprint, certificate.Key.Fingerprint.ToString());
        Assert.Equal(new DateTimeOffset(2020, 8, 10, 0, 0, 0, TimeSpan.Zero), certificate.NotBefore);
        Assert.Equal(new DateTimeOffset(2021, 8, 10, 0, 0, 0, TimeSpan.Zero), certificate.NotAfter);
        Assert.True(certificate.IsSelfSigned());
    }

    // C tor 0.4.9, src/lib/tls/x509_internal.h: two days of slack after the end, thirty before the start.
    [Theory]
    [InlineData("2020-07-11T00:00:00Z", true)]
    [InlineData("2020-07-10T23:59:59Z", false)]
    [InlineData("2021-08-12T00:00:00Z", true)]
    [InlineData("2021-08-12T00:00:01Z", false)]
    public void IdentityCertificate_AtTheEdgesOfItsTime_HasCTorsSlack(string now, bool valid) =>
        Assert.Equal(valid, RsaIdentityCertificate.Parse(ChutneyCertificates.RsaIdentity)
            .IsValidAt(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void IdentityCertificate_EveryTruncationAndAByteMore_IsMalformed()
    {
        byte[] der = ChutneyCertificates.RsaIdentity;
        for (int length = 0; length < der.Length; length++)
            Assert.Throws<MalformedMessageException>(() => RsaIdentityCertificate.Parse(der.AsMemory(0, length)));
        Assert.Throws<MalformedMessageException>(() => RsaIdentityCertificate.Parse((byte[])[.. der, 0]));
        Assert.Throws<MalformedMessageException>(() => RsaIdentityCertificate.Parse(new byte[65535]));
    }

    [Fact]
    public void IdentityCertificate_AnyByteAltered_IsMalformedOrBadlySigned()
    {
        byte[] der = [.. ChutneyCertificates.RsaIdentity];
        for (int i = 0; i < der.Length; i++)
        {
            der[i] ^= (byte)(1 << i % 8);
            Assert.False(ReadsAndIsSigned(der), $"byte {i}");
            der[i] ^= (byte)(1 << i % 8);
        }
    }

    [Theory]
    [InlineData(2048, "SHA256")]
    [InlineData(1024, "SHA384")]
    [InlineData(1024, "SHA512")]
    public void IdentityCertificate_OtherSizeOrHash_IsMalformed(int bits, string hash)
    {
        using RSA rsa = RSA.Create(bits);
        Assert.Throws<MalformedMessageException>(() => RsaIdentityCertificate.Parse(PlatformMade(rsa, new HashAlgorithmName(hash))));
    }

    [Fact]
    public void IdentityCertificate_MadeByThePlatform_IsReadAndSigned()
    {
        using RSA rsa = RSA.Create(1024);
        RsaIdentityCertificate certificate = RsaIdentityCertificate.Parse(PlatformMade(rsa, HashAlgorithmName.SHA256));
        Assert.True(certificate.IsSelfSigned());
        Assert.Equal(rsa.ExportRSAPublicKey(), certificate.Key.Der.ToArray());
    }

    [Fact]
    public void IdentityCertificate_MadeByUs_ThePlatformReadsItToo()
    {
        using RsaSigningKey key = RsaSigningKey.Generate(1024);
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        byte[] der = RsaIdentityCertificate.Sign(key, start, start.AddYears(1), TorRandom.Secure);
        using X509Certificate2 platform = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(start.UtcDateTime, platform.NotBefore.ToUniversalTime());
        Assert.Equal(start.AddYears(1).UtcDateTime, platform.NotAfter.ToUniversalTime());
        Assert.Equal(key.PublicKey.Der.ToArray(), platform.GetRSAPublicKey()!.ExportRSAPublicKey());
        RsaIdentityCertificate ours = RsaIdentityCertificate.Parse(der);
        Assert.True(ours.IsSelfSigned());
        Assert.Equal((start, start.AddYears(1)), (ours.NotBefore, ours.NotAfter));
    }

    [Fact]
    public void CrossCertificate_OfARealRelay_IsReadAndSigned()
    {
        RsaEd25519CrossCertificate certificate = RsaEd25519CrossCertificate.Parse(ChutneyCertificates.RsaToEd25519);
        Assert.Equal(new Ed25519Identity(ChutneyCertificates.Ed25519), certificate.Identity);
        Assert.True(certificate.IsSignedBy(RelayKey));
        Assert.False(certificate.IsExpiredAt(certificate.ExpiresAt));
        Assert.True(certificate.IsExpiredAt(certificate.ExpiresAt.AddTicks(1)));
        Assert.Equal(0x0006DA3AL * 3600, certificate.ExpiresAt.ToUnixTimeSeconds());
        using RsaSigningKey other = RsaSigningKey.Generate(1024);
        Assert.False(certificate.IsSignedBy(other.PublicKey));
    }

    [Fact]
    public void CrossCertificate_EveryTruncationAndAByteMore_IsMalformed()
    {
        byte[] encoded = ChutneyCertificates.RsaToEd25519;
        for (int length = 0; length < encoded.Length; length++)
            Assert.Throws<MalformedMessageException>(() => RsaEd25519CrossCertificate.Parse(encoded.AsSpan(0, length)));
        Assert.Throws<MalformedMessageException>(() => RsaEd25519CrossCertificate.Parse([.. encoded, 0]));
    }

    [Fact]
    public void CrossCertificate_AnyByteAltered_IsMalformedOrBadlySigned()
    {
        byte[] encoded = [.. ChutneyCertificates.RsaToEd25519];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] ^= (byte)(1 << i % 8);
            bool good = false;
            try
            {
                good = RsaEd25519CrossCertificate.Parse(encoded).IsSignedBy(RelayKey);
            }
            catch (MalformedMessageException)
            {
                // The length of the signature was hit.
            }

            Assert.False(good, $"byte {i}");
            encoded[i] ^= (byte)(1 << i % 8);
        }
    }

    [Property]
    public void IdentityCertificate_AnyBytes_ReadsOrIsMalformed(byte[] bytes) => ReadsAndIsSigned(bytes);

    private static bool ReadsAndIsSigned(byte[] der)
    {
        try
        {
            return RsaIdentityCertificate.Parse(der).IsSelfSigned();
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    private static byte[] PlatformMade(RSA rsa, HashAlgorithmName hash)
    {
        var request = new CertificateRequest("CN=www.example.net", rsa, hash, RSASignaturePadding.Pkcs1);
        DateTimeOffset start = DateTimeOffset.UnixEpoch.AddYears(50);
        using X509Certificate2 certificate = request.CreateSelfSigned(start, start.AddYears(40));
        return certificate.RawData;
    }
}
