namespace GoTor.Client.Directory.Compression;

/// <summary>The checksums that zlib and gzip members end with. They find accidents, not attacks: signatures and digests do that.</summary>
internal static class Checksums
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>RFC 1950 §8.2.</summary>
    public static uint Adler32(ReadOnlySpan<byte> data)
    {
        const uint Modulus = 65521;
        uint a = 1, b = 0;
        while (!data.IsEmpty)
        {
            // The most bytes for which b cannot overflow.
            ReadOnlySpan<byte> part = data[..Math.Min(5552, data.Length)];
            foreach (byte value in part)
            {
                a += value;
                b += a;
            }

            a %= Modulus;
            b %= Modulus;
            data = data[part.Length..];
        }

        return b << 16 | a;
    }

    /// <summary>RFC 1952 §8.</summary>
    public static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
            crc = CrcTable[(byte)(crc ^ value)] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320 : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
