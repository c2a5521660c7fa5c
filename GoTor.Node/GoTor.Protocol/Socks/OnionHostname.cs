using Org.BouncyCastle.Crypto.Digests;

namespace GoTor.Protocol.Socks;

/// <summary>Tells onion addresses from what merely ends like one. rend-spec-v3 §6.</summary>
internal static class OnionHostname
{
    private const int AddressLength = 56;
    private const byte Version = 3;

    /// <param name="lowerCaseName">The whole name, subdomains allowed, without a final dot.</param>
    public static bool HasSuffix(string lowerCaseName) =>
        lowerCaseName is "onion" || lowerCaseName.EndsWith(".onion", StringComparison.Ordinal);

    /// <summary>The last label before ".onion" is 32 bytes of key, the right checksum and version 3.</summary>
    public static bool IsValid(string lowerCaseName)
    {
        if (!lowerCaseName.EndsWith(".onion", StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> name = lowerCaseName.AsSpan(0, lowerCaseName.Length - ".onion".Length);
        name = name[(name.LastIndexOf('.') + 1)..];
        Span<byte> bytes = stackalloc byte[35];
        if (name.Length != AddressLength || !TryDecodeBase32(name, bytes))
            return false;

        Sha3Digest digest = new(256);
        digest.BlockUpdate(".onion checksum"u8);
        digest.BlockUpdate(bytes[..32]);
        digest.Update(Version);
        Span<byte> checksum = stackalloc byte[32];
        digest.DoFinal(checksum);
        return bytes[34] == Version && bytes.Slice(32, 2).SequenceEqual(checksum[..2]);
    }

    private static bool TryDecodeBase32(ReadOnlySpan<char> text, Span<byte> destination)
    {
        uint bits = 0;
        int count = 0;
        int at = 0;
        foreach (char c in text)
        {
            int digit = c switch
            {
                >= 'a' and <= 'z' => c - 'a',
                >= '2' and <= '7' => c - '2' + 26,
                _ => -1,
            };
            if (digit < 0)
                return false;
            bits = (bits << 5) | (uint)digit;
            count += 5;
            if (count >= 8)
            {
                count -= 8;
                destination[at++] = (byte)(bits >> count);
            }
        }

        return true;
    }
}
