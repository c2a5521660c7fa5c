using System.Buffers.Binary;

namespace GoTor.Protocol.Wire;

/// <summary>Writes big-endian fields into a span of the caller's. Running over its end is our own mistake, not the peer's.</summary>
internal ref struct WireWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    public readonly ReadOnlySpan<byte> WrittenSpan => _destination[..Written];

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

    public void WriteBytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>The next <paramref name="count"/> bytes, for a callee to fill.</summary>
    public Span<byte> Take(int count)
    {
        Span<byte> taken = _destination.Slice(Written, count);
        Written += count;
        return taken;
    }
}
