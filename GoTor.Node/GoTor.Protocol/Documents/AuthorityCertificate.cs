using System.Security.Cryptography;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// An authority's identity key vouches for the key that signs its votes. dir-spec §3.1. An instance exists only when everything
/// in it checked out: the fingerprint is the hash of the identity key, and both keys signed for each other. Immutable.
/// </summary>
internal sealed class AuthorityCertificate
{
    /// <summary>More than any real one (about 2.5 kB) by far.</summary>
    public const int MaxLength = 32 * 1024;

    private AuthorityCertificate(
        AuthorityCertificateId id, RsaPublicKey signingKey, DateTimeOffset published, DateTimeOffset expires, byte[] text)
    {
        Id = id;
        SigningKey = signingKey;
        Published = published;
        Expires = expires;
        Text = text;
    }

    public AuthorityCertificateId Id { get; }

    /// <summary>The v3 identity: SHA-1 of the authority's identity key.</summary>
    public RsaIdentity Identity => Id.Identity;

    public RsaPublicKey SigningKey { get; }

    public DateTimeOffset Published { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>The certificate as it came, for the cache.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    public bool IsExpired(DateTimeOffset now) => Expires < now;

    /// <exception cref="MalformedMessageException">Not one well-formed certificate, or a key or signature in it is wrong.</exception>
    public static AuthorityCertificate Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxLength)
            throw new MalformedMessageException($"An authority certificate of {text.Length} bytes is too long.");
        var fields = new AuthorityCertificateFields();
        var reader = new DocumentReader(text);
        while (reader.TryRead(out DocumentItem item))
            fields.Take(item);
        return fields.Verify(text);
    }

    /// <summary>The items of one certificate while it is read.</summary>
    private sealed class AuthorityCertificateFields
    {
        private const int MaxKeyLength = 1024;
        private const int MaxSignatureLength = 512;
        private int _signedLength;
        private RsaIdentity? _fingerprint;
        private DateTimeOffset? _published;
        private DateTimeOffset? _expires;
        private RsaPublicKey? _identityKey;
        private RsaPublicKey? _signingKey;
        private byte[]? _crossCertification;
        private byte[]? _certification;

        public void Take(in DocumentItem item)
        {
            if (item.Start == 0 != item.Is("dir-key-certificate-version"u8))
                throw new MalformedMessageException("An authority certificate begins with its version, and only there.");
            if (_certification is not null)
                throw new MalformedMessageException("An authority certificate ends with its certification.");
            if (item.Is("dir-key-certificate-version"u8))
            {
                if (!item.ReadArguments().Read().SequenceEqual("3"u8))
                    throw new MalformedMessageException("An authority certificate of a version that we do not know.");
            }
            else if (item.Is("fingerprint"u8))
            {
                if (!FieldText.TryParseHexIdentity(item.ReadArguments().Read(), out RsaIdentity fingerprint))
                    throw new MalformedMessageException("Not a fingerprint in an authority certificate.");
                Once(ref _fingerprint, fingerprint);
            }
            else if (item.Is("dir-key-published"u8))
            {
                Once(ref _published, FieldText.ParseTime(item.Arguments));
            }
            else if (item.Is("dir-key-expires"u8))
            {
                Once(ref _expires, FieldText.ParseTime(item.Arguments));
            }
            else if (item.Is("dir-identity-key"u8))
            {
                Once(ref _identityKey, RsaPublicKey.FromPkcs1(item.DecodeObject("RSA PUBLIC KEY"u8, MaxKeyLength)));
            }
            else if (item.Is("dir-signing-key"u8))
            {
                Once(ref _signingKey, RsaPublicKey.FromPkcs1(item.DecodeObject("RSA PUBLIC KEY"u8, MaxKeyLength)));
            }
            else if (item.Is("dir-key-crosscert"u8))
            {
                // Old authorities wrote SIGNATURE here.
                ReadOnlySpan<byte> label = item.ObjectLabel.SequenceEqual("SIGNATURE"u8) ? item.ObjectLabel : "ID SIGNATURE"u8;
                Once(ref _crossCertification, item.DecodeObject(label, MaxSignatureLength));
            }
            else if (item.Is("dir-key-certification"u8))
            {
                _certification = item.DecodeObject("SIGNATURE"u8, MaxSignatureLength);
                _signedLength = item.Start + "dir-key-certification\n".Length;
            }
        }

        public AuthorityCertificate Verify(ReadOnlySpan<byte> text)
        {
            if (_fingerprint is not { } fingerprint || _published is not { } published || _expires is not { } expires
                || _identityKey is null || _signingKey is null || _crossCertification is null || _certification is null)
            {
                throw new MalformedMessageException("An authority certificate lacks an item.");
            }

            // Without this check anyone could claim to be any authority with a key of his own.
            if (_identityKey.Fingerprint != fingerprint)
                throw new MalformedMessageException("The fingerprint of an authority certificate is not that of its identity key.");
            if (!_signingKey.VerifyDigest(_crossCertification, fingerprint.AsSpan()))
                throw new MalformedMessageException("The signing key of an authority certificate did not sign for the identity key.");
            if (!text[.._signedLength].EndsWith("dir-key-certification\n"u8)
                || !_identityKey.VerifyDigest(_certification, SHA1.HashData(text[.._signedLength])))
            {
                throw new MalformedMessageException("The identity key did not sign the authority certificate.");
            }

            return new AuthorityCertificate(
                new AuthorityCertificateId(fingerprint, _signingKey.Fingerprint), _signingKey, published, expires, text.ToArray());
        }

        private static void Once<T>(ref T? field, T value)
        {
            if (field is not null)
                throw new MalformedMessageException("An authority certificate says something twice.");
            field = value;
        }
    }
}
