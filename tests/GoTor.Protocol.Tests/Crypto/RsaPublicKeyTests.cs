using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto;

public class RsaPublicKeyTests
{
    // A relay's key and a signature of it over a SHA-256 digest: Arti, crates/tor-cert/tests/testvec_certs.rs, test_valid_rsa_cc.
    private const string RelayKey =
        "30818902818100d38b1e6ceb946e0db0751f4cbace3dcb9688b6c25304227b4710c35afb73627e50500f5913e158b621802612d1c75827003703338375237552"
        + "eb3cd3c12f6ab3604e60c1a2d26bb1fbad206ff023969a90909d6a65a5458a5312c26ebd3a3dad30302d4515cdcd264146ac18e6fc60a04bd3ec327f04294d"
        + "96ba5aa25b464c3f0203010001";

    private const string SignedPart = "DCB604DB2034B00FD16986D4ADB9D16B21CB4E4457A33DEC0F538903683E96E90006DA3A";

    private const string Signature =
        "5CF6006F9179066534DE6B45AD47A5C469063EE462762723396DC9F25452A0A52DA3F5087DD239F2A311F6B0D4DFEFF4ABD089DC3D0237A0ABAB19EB2045B91C"
        + "DCAF04BE0A72D548A27BF2E77BD876ECFE5E1BE622350DA6BF31F6E306ED896488DD5B39409B23FC3EB7B2C9F7328EB18DA36D54D80575899EA6507CCBFCDF1F";

    // Made with openssl for this test; its modulus is small for 1024 bits, so that signature + modulus often still fits.
    private const string SignerKey =
        "MIICXAIBAAKBgQCe+PVgymaKrZ7ZRyx0VqbvDyEDGpPiJ9js7U4hl2987W/+DlmJurvSz83SCSgbWtBac0RvTCEKWvqFidb0KBXStIE4kNH2WWk+NO95BfSl"
        + "SwbOwU5j+R6I5L+W+sQVkmQBOKOcnLkCec0QptrfIEVxHLhUKVEM3HS4xEQnLdquCQIDAQABAoGAWO7fnuk72kLsxZKqjN7Y/o3RIwJgTrmKAmlzNxmXtiTC"
        + "bTcr4gAECRhVhTW4KS1xt9gaJcVKCpgA5GnLRcWTBu4z6VHr006C6lqVrNjxErvEVxoQGXT3E1yAxFjAPYLKYbi8UH6qD54MOjQ5gGOCbs3wjB5WXL/WSEbR"
        + "cQu5/LECQQDRT2bSTCnDlqlu8mVthA/DmEfRwxOglx0cmNOQaSJjGQoJHRufPNoia+IA4lTY2xEWvbniAOyHZNvrDG4CDZ/1AkEAwm8J0m3FTp7MvBnj73wA"
        + "tjbOuiXBqiTW7nat5hFBL6uvDjDMgZjo3M146UU5j52xw9voN91DZ3CR2wcyHv6tRQJBALge8sH3QZ3OAImaLOLjksJqSHMa+T8A7xjizuhvs1IdCpjtxAiV"
        + "jQVOhWZlsmF4g1XP254VVfvcGyButK6VsakCQEX6NrvAfCm+p4rveoS/yXXLJf4DBr+YwK5UkmPiQ+bHUJq333KpOO33GZRDMONKaydFpz8r6E17S1NcNKLJ"
        + "IE0CQAqDxYWVeYec0UnKnvQUXx7GiYQn+HAJgYhpooHw+eTgl6Yyb87HfCnxd7Qi/zE5YK8J/il4AQE6NTUow5Qhl/8=";

    private static readonly RsaSigningKey Signer = RsaSigningKey.FromPkcs1(Convert.FromBase64String(SignerKey));

    [Fact]
    public void VerifyDigest_RealRelaysSignature_IsGoodAndItsFingerprintIsRight()
    {
        RsaPublicKey key = RsaPublicKey.FromPkcs1(Convert.FromHexString(RelayKey));
        Assert.Equal("2F1FB49BB332A9EEC617E41E911C33FB3890AEF3", key.Fingerprint.ToString());
        Assert.Equal(1024, key.Bits);
        byte[] digest = SHA256.HashData([.. "Tor TLS RSA/Ed25519 cross-certificate"u8, .. Convert.FromHexString(SignedPart)]);
        Assert.True(key.VerifyDigest(Convert.FromHexString(Signature), digest));
        digest[31] ^= 1;
        Assert.False(key.VerifyDigest(Convert.FromHexString(Signature), digest));
    }

    [Fact]
    public void SignDigest_AsOpensslSigns_Matches()
    {
        // openssl pkeyutl -sign -pkeyopt rsa_padding_mode:pkcs1, without a digest: the padding goes around the bare input.
        byte[] expected = Convert.FromHexString(
            "4e815a038f6d610f2a85e8edaefa76f3a2a42212f397aefa8bd82fcb311faf6a2585d529c9f932e07ade619924d26a339de531d223488bfeeedb5d97114759726"
            + "de9891356a49a7a39caf53a82b483c445827c974796a17720f1d7e0295dab32e29513859beb94ab58797465b4444a0c9f1b83eca05df979067f2cae41706ac5");
        Assert.Equal(expected, Signer.SignDigest("hello digest 20bytes"u8));
        Assert.True(Signer.PublicKey.VerifyDigest(expected, "hello digest 20bytes"u8));
    }

    [Fact]
    public void VerifyDigest_AnyBitOfTheSignatureFlipped_IsRefused()
    {
        byte[] digest = SHA1.HashData("x"u8);
        byte[] signature = Signer.SignDigest(digest);
        Assert.True(Signer.PublicKey.VerifyDigest(signature, digest));
        for (int bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Signer.PublicKey.VerifyDigest(signature, digest));
            signature[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(65535)]
    public void VerifyDigest_SignatureOfWrongSize_IsRefused(int length) =>
        Assert.False(Signer.PublicKey.VerifyDigest(new byte[length], new byte[20]));

    [Fact]
    public void VerifyDigest_SignatureNotReduced_IsRefused()
    {
        // signature + modulus is the same number to the arithmetic, and would be a second valid encoding.
        AsnReader key = new AsnReader(Signer.PublicKey.Der, AsnEncodingRules.DER).ReadSequence();
        var modulus = new BigInteger(key.ReadIntegerBytes().Span, isBigEndian: true);
        byte[] digest;
        BigInteger sum;
        int nonce = 0;
        do
        {
            digest = SHA1.HashData(BitConverter.GetBytes(nonce++));
            sum = new BigInteger(Signer.SignDigest(digest), isUnsigned: true, isBigEndian: true) + modulus;
        }
        while (sum.GetBitLength() > 1024);

        byte[] forged = sum.ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.Equal(128, forged.Length);
        Assert.False(Signer.PublicKey.VerifyDigest(forged, digest));
    }

    [Fact]
    public void VerifyDigest_LongerMessageThatStartsWithTheDigest_IsRefused()
    {
        byte[] digest = SHA1.HashData("x"u8);
        Assert.False(Signer.PublicKey.VerifyDigest(Signer.SignDigest([.. digest, 0]), digest));
        Assert.False(Signer.PublicKey.VerifyDigest(Signer.SignDigest(digest), digest.AsSpan(0, 19)));
        Assert.False(Signer.PublicKey.VerifyDigest(Signer.SignDigest(digest), []));
    }

    [Fact]
    public void FromPkcs1_AnyTruncationOrExtension_IsRefused()
    {
        byte[] der = Convert.FromHexString(RelayKey);
        for (int length = 0; length < der.Length; length++)
            Assert.Throws<MalformedMessageException>(() => RsaPublicKey.FromPkcs1(der.AsMemory(0, length)));
        Assert.Throws<MalformedMessageException>(() => RsaPublicKey.FromPkcs1((byte[])[.. der, 0]));
    }

    public static TheoryData<BigInteger, BigInteger> BadKeys => new()
    {
        { (BigInteger.One << 1023) | 1, 3 },
        { (BigInteger.One << 1023) | 1, 65539 },
        { (BigInteger.One << 1023) | 1, (BigInteger.One << 1000) | 1 },
        { BigInteger.One << 1023, 65537 },
        { (BigInteger.One << 1022) | 1, 65537 },
        { (BigInteger.One << 1024) | 1, 65537 },
        { (BigInteger.One << 511) | 1, 65537 },
        { (BigInteger.One << 16383) | 1, 65537 },
        { -((BigInteger.One << 1023) | 1), 65537 },
        { BigInteger.Zero, 65537 },
    };

    [Trait("Case", "B46")]
    [Theory]
    [MemberData(nameof(BadKeys))]
    public void FromPkcs1_KeyTorDoesNotUse_IsRefusedBeforeAnyArithmetic(BigInteger modulus, BigInteger exponent)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(modulus);
            writer.WriteInteger(exponent);
        }

        Assert.Throws<MalformedMessageException>(() => RsaPublicKey.FromPkcs1(writer.Encode()));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    public void SubjectPublicKeyInfo_AsThePlatformWritesIt_GivesTheSameKey(int bits)
    {
        using RSA rsa = RSA.Create(bits);
        RsaPublicKey key = RsaPublicKey.FromSubjectPublicKeyInfo(rsa.ExportSubjectPublicKeyInfo());
        Assert.Equal(rsa.ExportRSAPublicKey(), key.Der.ToArray());
        Assert.Equal(RsaPublicKey.FromPkcs1(rsa.ExportRSAPublicKey()), key);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        key.WriteSubjectPublicKeyInfo(writer);
        Assert.Equal(rsa.ExportSubjectPublicKeyInfo(), writer.Encode());
    }

    [Fact]
    public void FromSubjectPublicKeyInfo_EllipticKey_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<MalformedMessageException>(() => RsaPublicKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public void SigningKey_ExportedAndRead_IsTheSame()
    {
        using RsaSigningKey copy = RsaSigningKey.FromPkcs1(Signer.ExportPkcs1());
        Assert.Equal(Signer.PublicKey, copy.PublicKey);
    }
}
