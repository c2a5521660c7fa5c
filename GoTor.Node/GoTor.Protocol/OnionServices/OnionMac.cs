using System.Buffers.Binary;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.OnionServices;

/// <summary>The MAC of onion services: SHA3-256 of the key's length, the key, and the message. rend-spec-v3 §0.3.</summary>
internal static class OnionMac
{
    public const int Length = Sha3.Digest256Length;

    private const int LengthOfLength = sizeof(ulong);

    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        byte[] input = new byte[LengthOfLength + key.Length + message.Length];
        BinaryPrimitives.WriteUInt64BigEndian(input, (ulong)key.Length);
        key.CopyTo(input.AsSpan(LengthOfLength));
        message.CopyTo(input.AsSpan(LengthOfLength + key.Length));
        Sha3.Hash256(input, mac);
    }
}
