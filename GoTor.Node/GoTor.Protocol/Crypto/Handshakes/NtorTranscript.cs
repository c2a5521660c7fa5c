using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// The values both sides of ntor hash, in the spec's order. Fill the two shared secrets, then bind, authenticate and derive.
/// </summary>
internal sealed class NtorTranscript : IDisposable
{
    private const int SecretInputLength = 2 * 32 + RsaIdentity.Length + 3 * 32 + 24;

    private readonly SecretBytes _secretInput = new(SecretInputLength);

    private static ReadOnlySpan<byte> ProtocolId => "ntor-curve25519-sha256-1"u8;
    private static ReadOnlySpan<byte> MacTweak => "ntor-curve25519-sha256-1:mac"u8;
    private static ReadOnlySpan<byte> KeyTweak => "ntor-curve25519-sha256-1:key_extract"u8;
    private static ReadOnlySpan<byte> VerifyTweak => "ntor-curve25519-sha256-1:verify"u8;
    private static ReadOnlySpan<byte> ExpandTweak => "ntor-curve25519-sha256-1:key_expand"u8;

    /// <summary>EXP(X,y) = EXP(Y,x).</summary>
    public Span<byte> EphemeralSecret => _secretInput.Span[..32];

    /// <summary>EXP(X,b) = EXP(B,x).</summary>
    public Span<byte> OnionKeySecret => _secretInput.Span[32..64];

    /// <summary>secret_input = EXP(X,y) | EXP(X,b) | ID | B | X | Y | PROTOID.</summary>
    public void Bind(in RsaIdentity relay, ReadOnlySpan<byte> onionKey, ReadOnlySpan<byte> client, ReadOnlySpan<byte> server)
    {
        var writer = new WireWriter(_secretInput.Span[64..]);
        writer.WriteBytes(relay.AsSpan());
        writer.WriteBytes(onionKey);
        writer.WriteBytes(client);
        writer.WriteBytes(server);
        writer.WriteBytes(ProtocolId);
    }

    /// <summary>AUTH = H(verify | ID | B | Y | X | PROTOID | "Server", t_mac).</summary>
    public void Authenticate(Span<byte> auth)
    {
        ReadOnlySpan<byte> bound = _secretInput.Span[64..];
        Span<byte> input = stackalloc byte[SHA256.HashSizeInBytes + bound.Length + 6];
        var writer = new WireWriter(input);
        HMACSHA256.HashData(VerifyTweak, _secretInput.Span, writer.Take(SHA256.HashSizeInBytes));
        writer.WriteBytes(bound[..52]); // ID, B
        writer.WriteBytes(bound[84..116]); // Y comes before X here.
        writer.WriteBytes(bound[52..84]);
        writer.WriteBytes(ProtocolId);
        writer.WriteBytes("Server"u8);
        HMACSHA256.HashData(MacTweak, writer.WrittenSpan, auth);
        CryptographicOperations.ZeroMemory(input);
    }

    public RelayKeyMaterial DeriveKeys()
    {
        var stream = new SecretBytes(RelayKeyMaterial.Length);
        KeyDerivation.HkdfSha256(_secretInput.Span, KeyTweak, ExpandTweak, stream.Span);
        return new RelayKeyMaterial(stream);
    }

    public void Dispose() => _secretInput.Dispose();
}
