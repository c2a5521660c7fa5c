using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// An RSA public key as Tor still uses them: for the old relay identities and for authorities. Size and exponent are checked
/// before any arithmetic, so a peer cannot make us compute with monsters. Immutable.
/// </summary>
internal sealed class RsaPublicKey : IEquatable<RsaPublicKey>
{
    private const int Exponent = 65537;

    // A 4096-bit key is 526 bytes of DER.
    private const int MaxDerLength = 1024;
    private const string RsaEncryptionOid = "1.2.840.113549.1.1.1";

    private readonly BigInteger _modulus;

    private RsaPublicKey(BigInteger modulus, int bits)
    {
        _modulus = modulus;
        Bits = bits;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(modulus);
            writer.WriteInteger(Exponent);
        }

        Der = writer.Encode();
        Fingerprint = new RsaIdentity(SHA1.HashData(Der.Span));
    }

    /// <summary>1024, 2048, 3072 or 4096.</summary>
    public int Bits { get; }

    /// <summary>The PKCS#1 RSAPublicKey in DER: what "RSA PUBLIC KEY" holds and what fingerprints are made of.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>SHA-1 of <see cref="Der"/>.</summary>
    public RsaIdentity Fingerprint { get; }

    public int SignatureLength => Bits / 8;

    /// <summary>Reads a PKCS#1 RSAPublicKey: the body of an "RSA PUBLIC KEY" object.</summary>
    /// <exception cref="MalformedMessageException">Not DER, or not a key of a size and exponent that Tor uses.</exception>
    public static RsaPublicKey FromPkcs1(ReadOnlyMemory<byte> der)
    {
        if (der.Length > MaxDerLength)
            throw new MalformedMessageException($"An RSA key of {der.Length} bytes is too long.");
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader key = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            ReadOnlyMemory<byte> modulusBytes = key.ReadIntegerBytes();
            ReadOnlyMemory<byte> exponent = key.ReadIntegerBytes();
            key.ThrowIfNotEmpty();
            if (!exponent.Span.SequenceEqual<byte>([1, 0, 1]))
                throw new MalformedMessageException("An RSA exponent other than 65537.");
            var modulus = new BigInteger(modulusBytes.Span, isBigEndian: true);
            long bits = modulus.Sign > 0 ? modulus.GetBitLength() : 0;
            if (bits is not (1024 or 2048 or 3072 or 4096) || modulus.IsEven)
                throw new MalformedMessageException($"An RSA modulus of {bits} bits is not one that Tor uses.");
            return new RsaPublicKey(modulus, (int)bits);
        }
        catch (AsnContentException e)
        {
            throw new MalformedMessageException("An RSA key that is not DER.", e);
        }
    }

    /// <summary>Reads the SubjectPublicKeyInfo of an X.509 certificate.</summary>
    /// <inheritdoc cref="FromPkcs1" path="/exception"/>
    public static RsaPublicKey FromSubjectPublicKeyInfo(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            string algorithm = info.ReadSequence().ReadObjectIdentifier();
            if (algorithm != RsaEncryptionOid)
                throw new MalformedMessageException("A certificate whose key is not RSA.");
            byte[] key = info.ReadBitString(out int unusedBits);
            info.ThrowIfNotEmpty();
            if (unusedBits != 0)
                throw new MalformedMessageException("A certificate whose key is not whole bytes.");
            return FromPkcs1(key);
        }
        catch (AsnContentException e)
        {
            throw new MalformedMessageException("A certificate key that is not DER.", e);
        }
    }

    public void WriteSubjectPublicKeyInfo(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(RsaEncryptionOid);
                writer.WriteNull();
            }

            writer.WriteBitString(Der.Span);
        }
    }

    /// <summary>
    /// Tor's signature: PKCS#1 v1.5 padding of the bare digest, without the DigestInfo that names a hash algorithm. tor-spec §0.3.
    /// </summary>
    /// <returns>False for any bad signature, also one of the wrong size.</returns>
    public bool VerifyDigest(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> expectedDigest)
    {
        if (signature.Length != SignatureLength || expectedDigest.Length > SignatureLength - 11)
            return false;
        var value = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        if (value >= _modulus)
            return false;

        // Build the one correct padding and compare, rather than parse what a stranger sent: nothing is left to be lenient about.
        Span<byte> expected = stackalloc byte[SignatureLength];
        expected.Fill(0xff);
        expected[0] = 0;
        expected[1] = 1;
        expected[^(expectedDigest.Length + 1)] = 0;
        expectedDigest.CopyTo(expected[^expectedDigest.Length..]);
        return BigInteger.ModPow(value, Exponent, _modulus) == new BigInteger(expected, isUnsigned: true, isBigEndian: true);
    }

    public bool Equals(RsaPublicKey? other) => other is not null && _modulus == other._modulus;

    public override bool Equals(object? obj) => Equals(obj as RsaPublicKey);

    public override int GetHashCode() => Fingerprint.GetHashCode();
}
