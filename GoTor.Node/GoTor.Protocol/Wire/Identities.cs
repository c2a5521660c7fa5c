using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Diagnostics.CodeAnalysis;

namespace GoTor.Protocol.Wire;

/// <summary>SHA-1 of a relay's RSA identity key: its "fingerprint". 20 bytes.</summary>
internal readonly struct RsaIdentity : IEquatable<RsaIdentity>, IComparable<RsaIdentity>
{
    public const int Length = 20;
    private readonly Bytes _bytes;

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }

    public RsaIdentity(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new MalformedMessageException($"An RSA identity has {Length} bytes, not {bytes.Length}.");
        bytes.CopyTo(_bytes);
    }

    public bool IsZero => AsSpan().IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Reads 40 hexadecimal digits, with or without a leading <c>$</c> and with or without spaces between groups.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out RsaIdentity identity)
    {
        identity = default;
        if (text.StartsWith("$"))
            text = text[1..];
        Span<char> digits = stackalloc char[Length * 2];
        int count = 0;
        foreach (char c in text)
        {
            if (c == ' ')
                continue;
            if (count == digits.Length)
                return false;
            digits[count++] = c;
        }

        Span<byte> bytes = stackalloc byte[Length];
        if (count != digits.Length || Convert.FromHexString(digits, bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != Length)
            return false;
        identity = new RsaIdentity(bytes);
        return true;
    }

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public void CopyTo(Span<byte> destination) => AsSpan().CopyTo(destination);

    public bool Equals(RsaIdentity other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is RsaIdentity other && Equals(other);

    /// <summary>Identities are hashes already, but chosen by strangers: mix with the process's seed.</summary>
    public override int GetHashCode() => HashCode.Combine(
        BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()), BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()[12..]));

    public int CompareTo(RsaIdentity other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>40 upper-case hexadecimal digits. Sensitive in logs when it names a relay of ours.</summary>
    public override string ToString() => Convert.ToHexString(AsSpan());

    public static bool operator ==(RsaIdentity left, RsaIdentity right) => left.Equals(right);
    public static bool operator !=(RsaIdentity left, RsaIdentity right) => !left.Equals(right);
}

/// <summary>A relay's Ed25519 identity key (KP_relayid_ed). 32 bytes.</summary>
internal readonly struct Ed25519Identity : IEquatable<Ed25519Identity>, IComparable<Ed25519Identity>
{
    public const int Length = 32;
    private readonly Bytes _bytes;

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }

    public Ed25519Identity(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new MalformedMessageException($"An Ed25519 identity has {Length} bytes, not {bytes.Length}.");
        bytes.CopyTo(_bytes);
    }

    public bool IsZero => AsSpan().IndexOfAnyExcept((byte)0) < 0;

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public void CopyTo(Span<byte> destination) => AsSpan().CopyTo(destination);

    public bool Equals(Ed25519Identity other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is Ed25519Identity other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(
        BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()), BinaryPrimitives.ReadUInt64LittleEndian(AsSpan()[24..]));

    public int CompareTo(Ed25519Identity other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>Base64 without padding, as the documents write it.</summary>
    public override string ToString() => Convert.ToBase64String(AsSpan()).TrimEnd('=');

    public static bool operator ==(Ed25519Identity left, Ed25519Identity right) => left.Equals(right);
    public static bool operator !=(Ed25519Identity left, Ed25519Identity right) => !left.Equals(right);
}
