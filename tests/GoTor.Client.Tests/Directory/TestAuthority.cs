using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Directory;

/// <summary>A directory authority with real keys. Making keys takes a while, so tests share a few.</summary>
internal sealed class TestAuthority
{
    private static readonly Lazy<TestAuthority[]> All = new(() => [.. Enumerable.Range(1, 6).AsParallel().AsOrdered().Select(i => new TestAuthority($"auth{i}"))]);
    private readonly RSA _identityKey = RSA.Create(1024);
    private readonly RSA _signingKey = RSA.Create(1024);

    private TestAuthority(string nickname)
    {
        Nickname = nickname;
        Identity = RsaPublicKey.FromPkcs1(_identityKey.ExportRSAPublicKey()).Fingerprint;
        SigningKey = RsaPublicKey.FromPkcs1(_signingKey.ExportRSAPublicKey()).Fingerprint;
    }

    /// <summary>The three authorities of our network.</summary>
    public static TestAuthority[] Ours => All.Value[..3];

    /// <summary>Three that we do not trust.</summary>
    public static TestAuthority[] Theirs => All.Value[3..];

    public string Nickname { get; }

    public RsaIdentity Identity { get; }

    public RsaIdentity SigningKey { get; }

    // dir-spec §3.1.
    public string Certificate(DateTimeOffset published, DateTimeOffset expires)
    {
        StringBuilder text = new();
        text.Append("dir-key-certificate-version 3\n");
        text.Append(CultureInfo.InvariantCulture, $"fingerprint {Identity}\n");
        text.Append(CultureInfo.InvariantCulture, $"dir-key-published {Time(published)}\ndir-key-expires {Time(expires)}\n");
        text.Append("dir-identity-key\n").Append(Pem("RSA PUBLIC KEY", _identityKey.ExportRSAPublicKey()));
        text.Append("dir-signing-key\n").Append(Pem("RSA PUBLIC KEY", _signingKey.ExportRSAPublicKey()));
        text.Append("dir-key-crosscert\n").Append(Pem("ID SIGNATURE", Sign(_signingKey, Identity.AsSpan())));
        text.Append("dir-key-certification\n");
        byte[] digest = SHA1.HashData(Encoding.ASCII.GetBytes(text.ToString()));
        return text.Append(Pem("SIGNATURE", Sign(_identityKey, digest))).ToString();
    }

    /// <summary>A signature of what ends with "directory-signature ".</summary>
    public string SignatureOf(string signed) =>
        $"sha256 {Identity} {SigningKey}\n" + Pem("SIGNATURE", Sign(_signingKey, SHA256.HashData(Encoding.ASCII.GetBytes(signed))));

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    // PKCS#1 v1.5 padding without the DigestInfo, which .NET cannot leave out: tor-spec §0.3.
    private static byte[] Sign(RSA key, ReadOnlySpan<byte> digest)
    {
        RSAParameters parameters = key.ExportParameters(true);
        byte[] padded = new byte[parameters.Modulus!.Length];
        padded.AsSpan().Fill(0xFF);
        padded[0] = 0;
        padded[1] = 1;
        padded[^(digest.Length + 1)] = 0;
        digest.CopyTo(padded.AsSpan(padded.Length - digest.Length));
        BigInteger signature = BigInteger.ModPow(Big(padded), Big(parameters.D!), Big(parameters.Modulus));
        byte[] bytes = signature.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[padded.Length - bytes.Length], .. bytes];
    }

    private static BigInteger Big(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Pem(string label, byte[] data)
    {
        string base64 = Convert.ToBase64String(data);
        StringBuilder text = new($"-----BEGIN {label}-----\n");
        for (int i = 0; i < base64.Length; i += 64)
            text.Append(base64.AsSpan(i, Math.Min(64, base64.Length - i))).Append('\n');
        return text.Append(CultureInfo.InvariantCulture, $"-----END {label}-----\n").ToString();
    }
}
