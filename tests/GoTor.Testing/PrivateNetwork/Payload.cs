using System.Security.Cryptography;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>
/// An endless byte sequence that both ends of a transfer know. Its period is a prime near 1 MiB, so that a lost,
/// doubled or swapped cell never goes unseen, and comparing costs next to nothing.
/// </summary>
internal static class Payload
{
    private const int Period = 1_048_573;
    private static readonly byte[] Block = MakeBlock();

    /// <returns>The longest piece of the sequence at <paramref name="position"/>, at most <paramref name="limit"/> bytes.</returns>
    public static ReadOnlyMemory<byte> At(long position, long limit)
    {
        int offset = (int)(position % Period);
        return Block.AsMemory(offset, (int)Math.Min(limit, Period - offset));
    }

    /// <summary>Whether the bytes are those of the sequence at <paramref name="position"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> expected = At(position, bytes.Length).Span;
            if (!bytes[..expected.Length].SequenceEqual(expected))
                return false;
            bytes = bytes[expected.Length..];
            position += expected.Length;
        }

        return true;
    }

    /// <returns>SHA-256 of the first <paramref name="length"/> bytes, in lower-case hex as sha256sum prints it.</returns>
    public static string Sha256(long length)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long position = 0; position < length;)
        {
            ReadOnlyMemory<byte> piece = At(position, length - position);
            hash.AppendData(piece.Span);
            position += piece.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] MakeBlock()
    {
        byte[] block = new byte[Period];
        for (int counter = 0; counter * 32 < Period; counter++)
        {
            byte[] piece = SHA256.HashData(BitConverter.GetBytes(counter));
            piece.AsSpan(0, Math.Min(32, Period - (counter * 32))).CopyTo(block.AsSpan(counter * 32));
        }

        return block;
    }
}
