using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto;

/// <summary>How Tor stretches a shared secret into keys. A shorter output is always a prefix of a longer one.</summary>
internal static class KeyDerivation
{
    /// <summary>HKDF with SHA-256. RFC 5869; tor-spec §5.2.2.</summary>
    public static void HkdfSha256(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> output) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, output, salt, info);

    /// <summary>KDF-TOR: SHA-1 of the secret and a counter byte, again and again. tor-spec §5.2.1; only CREATE_FAST needs it.</summary>
    /// <param name="secret">K0, at most 255 bytes.</param>
    /// <param name="output">At most 256 × 20 bytes.</param>
    public static void KdfTor(ReadOnlySpan<byte> secret, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, 256 * SHA1.HashSizeInBytes);
        Span<byte> input = stackalloc byte[secret.Length + 1];
        Span<byte> block = stackalloc byte[SHA1.HashSizeInBytes];
        secret.CopyTo(input);
        while (!output.IsEmpty)
        {
            SHA1.HashData(input, block);
            int count = Math.Min(block.Length, output.Length);
            block[..count].CopyTo(output);
            output = output[count..];
            input[^1]++;
        }

        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(block);
    }
}
