using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// The values both sides of ntor-v3 hash, in the order of proposal 332 §A: first <see cref="OnionKeySecret"/>, then the client's
/// message, then <see cref="Finish"/>. ENCAP(s) is the length of s in eight bytes, then s; every hash starts with its own tweak.
/// </summary>
internal sealed class NtorV3Transcript : IDisposable
{
    /// <summary>ID, B and X, in front of the encrypted message.</summary>
    public const int ClientHeaderLength = Ed25519Identity.Length + 2 * Curve25519.KeyLength;

    // More than any cell can carry, with room for the fixed parts.
    private const int MaxHashInput = 1024;

    private readonly Ed25519Identity _relay;
    private readonly byte[] _onionKey;
    private readonly byte[] _clientKey;
    private readonly byte[] _verification;
    private readonly SecretBytes _onionKeySecret = new(Curve25519.KeyLength);
    private readonly byte[] _messageMac = new byte[Sha3.Digest256Length];

    public NtorV3Transcript(
        in Ed25519Identity relay, ReadOnlySpan<byte> onionKey, ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> verification)
    {
        _relay = relay;
        _onionKey = onionKey.ToArray();
        _clientKey = clientKey.ToArray();
        _verification = verification.ToArray();
    }

    /// <summary>The verification string of CREATE2 and EXTEND2.</summary>
    public static ReadOnlySpan<byte> CircuitExtend => "circuit extend"u8;

    public ReadOnlySpan<byte> Relay => _relay.AsSpan();

    public ReadOnlySpan<byte> OnionKey => _onionKey;

    public ReadOnlySpan<byte> ClientKey => _clientKey;

    /// <summary>Bx = Xb, to be filled before anything else.</summary>
    public Span<byte> OnionKeySecret => _onionKeySecret.Span;

    /// <summary>Covers the client's encrypted message; set by sealing or opening it.</summary>
    public ReadOnlySpan<byte> MessageMac => _messageMac;

    private static ReadOnlySpan<byte> ProtocolId => "ntor3-curve25519-sha3_256-1"u8;

    /// <summary>Encrypts our message in place and computes its MAC.</summary>
    public void SealClientMessage(Span<byte> message)
    {
        using SecretBytes keys = DeriveMessageKeys();
        Crypt(keys.Span[..32], message);
        ComputeMac(keys.Span[32..], message);
    }

    /// <summary>
    /// Computes the MAC of the client's message and decrypts it in place. Believe it only if the MAC is the one received.
    /// </summary>
    public void OpenClientMessage(Span<byte> message)
    {
        using SecretBytes keys = DeriveMessageKeys();
        ComputeMac(keys.Span[32..], message);
        Crypt(keys.Span[..32], message);
    }

    /// <summary>The rest of the secrets, once the second Diffie-Hellman is done.</summary>
    /// <param name="shared">Yx = Xy.</param>
    /// <param name="serverKey">Y.</param>
    public NtorV3Secrets Finish(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> serverKey)
    {
        Span<byte> seed = stackalloc byte[Sha3.Digest256Length];
        Span<byte> verify = stackalloc byte[Sha3.Digest256Length];
        HashSecretInput("ntor3-curve25519-sha3_256-1:key_seed"u8, shared, serverKey, seed);
        HashSecretInput("ntor3-curve25519-sha3_256-1:verify"u8, shared, serverKey, verify);

        Span<byte> input = stackalloc byte[128];
        var writer = new WireWriter(input);
        WriteEncapsulated(ref writer, "ntor3-curve25519-sha3_256-1:kdf_final"u8);
        writer.WriteBytes(seed);
        var secrets = new NtorV3Secrets(verify);
        Sha3.Shake256(writer.WrittenSpan, secrets.Stream);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(verify);
        CryptographicOperations.ZeroMemory(input);
        return secrets;
    }

    /// <summary>AUTH: what only the relay can compute, over everything said.</summary>
    public void Authenticate(NtorV3Secrets secrets, ReadOnlySpan<byte> serverKey, ReadOnlySpan<byte> encryptedMessage, Span<byte> auth)
    {
        Span<byte> input = stackalloc byte[MaxHashInput];
        var writer = new WireWriter(input);
        WriteEncapsulated(ref writer, "ntor3-curve25519-sha3_256-1:auth_final"u8);
        writer.WriteBytes(secrets.Verify);
        writer.WriteBytes(_relay.AsSpan());
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(serverKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(_messageMac);
        WriteEncapsulated(ref writer, encryptedMessage);
        writer.WriteBytes(ProtocolId);
        writer.WriteBytes("Server"u8);
        Sha3.Hash256(writer.WrittenSpan, auth);
        CryptographicOperations.ZeroMemory(input);
    }

    public void Dispose() => _onionKeySecret.Dispose();

    internal static void Crypt(ReadOnlySpan<byte> key, Span<byte> message)
    {
        using AesCtr cipher = AesCtr.Create(key);
        cipher.XorKeyStream(message);
    }

    /// <summary>ENC_K1 and MAC_K1, 32 bytes each.</summary>
    private SecretBytes DeriveMessageKeys()
    {
        Span<byte> input = stackalloc byte[MaxHashInput];
        var writer = new WireWriter(input);
        WriteEncapsulated(ref writer, "ntor3-curve25519-sha3_256-1:kdf_phase1"u8);
        writer.WriteBytes(_onionKeySecret.Span);
        writer.WriteBytes(_relay.AsSpan());
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(ProtocolId);
        WriteEncapsulated(ref writer, _verification);
        var keys = new SecretBytes(64);
        Sha3.Shake256(writer.WrittenSpan, keys.Span);
        CryptographicOperations.ZeroMemory(input);
        return keys;
    }

    private void ComputeMac(ReadOnlySpan<byte> macKey, ReadOnlySpan<byte> encryptedMessage)
    {
        Span<byte> input = stackalloc byte[MaxHashInput];
        var writer = new WireWriter(input);
        WriteEncapsulated(ref writer, "ntor3-curve25519-sha3_256-1:msg_mac"u8);
        WriteEncapsulated(ref writer, macKey);
        writer.WriteBytes(_relay.AsSpan());
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(encryptedMessage);
        Sha3.Hash256(writer.WrittenSpan, _messageMac);
        CryptographicOperations.ZeroMemory(input);
    }

    private void HashSecretInput(ReadOnlySpan<byte> tweak, ReadOnlySpan<byte> shared, ReadOnlySpan<byte> serverKey, Span<byte> digest)
    {
        Span<byte> input = stackalloc byte[MaxHashInput];
        var writer = new WireWriter(input);
        WriteEncapsulated(ref writer, tweak);
        writer.WriteBytes(shared);
        writer.WriteBytes(_onionKeySecret.Span);
        writer.WriteBytes(_relay.AsSpan());
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(serverKey);
        writer.WriteBytes(ProtocolId);
        WriteEncapsulated(ref writer, _verification);
        Sha3.Hash256(writer.WrittenSpan, digest);
        CryptographicOperations.ZeroMemory(input);
    }

    private static void WriteEncapsulated(ref WireWriter writer, ReadOnlySpan<byte> value)
    {
        writer.WriteUInt64((ulong)value.Length);
        writer.WriteBytes(value);
    }
}
