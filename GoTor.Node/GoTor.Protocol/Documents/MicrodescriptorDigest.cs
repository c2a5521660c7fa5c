using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>SHA-256 of a microdescriptor: its name in a consensus. dir-spec §3.3, "m" lines.</summary>
internal readonly struct MicrodescriptorDigest : IEquatable<MicrodescriptorDigest>
{
    public const int Length = 32;
    private readonly Bytes _bytes;

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }

    public MicrodescriptorDigest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new MalformedMessageException($"A microdescriptor digest has {Length} bytes, not {bytes.Length}.");
        bytes.CopyTo(_bytes);
    }

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public bool Equals(MicrodescriptorDigest other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is MicrodescriptorDigest other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(
        BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()), BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()[24..]));

    /// <summary>Base64 without padding, as consensuses and requests write it.</summary>
    public override string ToString() => Convert.ToBase64String(AsSpan()).TrimEnd('=');

    public static bool operator ==(MicrodescriptorDigest left, MicrodescriptorDigest right) => left.Equals(right);
    public static bool operator !=(MicrodescriptorDigest left, MicrodescriptorDigest right) => !left.Equals(right);
}
