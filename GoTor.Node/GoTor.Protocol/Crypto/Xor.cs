using System.Numerics;
using System.Runtime.InteropServices;

namespace GoTor.Protocol.Crypto;

/// <summary>Exclusive or of byte spans, a vector at a time.</summary>
internal static class Xor
{
    /// <summary>Both spans have the same length.</summary>
    public static void InPlace(Span<byte> target, ReadOnlySpan<byte> mask)
    {
        if (target.Length != mask.Length)
            throw new ArgumentException("The mask does not fit the target.", nameof(mask));
        int i = 0;
        for (; i + Vector<byte>.Count <= target.Length; i += Vector<byte>.Count)
            (new Vector<byte>(target[i..]) ^ new Vector<byte>(mask[i..])).CopyTo(target[i..]);
        for (; i + sizeof(ulong) <= target.Length; i += sizeof(ulong))
        {
            ulong mixed = MemoryMarshal.Read<ulong>(target[i..]) ^ MemoryMarshal.Read<ulong>(mask[i..]);
            MemoryMarshal.Write(target[i..], in mixed);
        }

        for (; i < target.Length; i++)
            target[i] ^= mask[i];
    }
}
