using System.Buffers.Binary;

namespace GoTor.Protocol.Wire;

/// <summary>Reads big-endian fields from a span. Every read checks the length, so decoders never index by hand.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public readonly int Remaining => _rest.Length;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8));

    /// <exception cref="MalformedMessageException">Fewer than <paramref name="count"/> bytes are left.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new MalformedMessageException($"The message ends early: {count} bytes wanted, {_rest.Length} left.");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public ReadOnlySpan<byte> ReadRest() => ReadBytes(_rest.Length);

    /// <summary>For messages whose length must be exact.</summary>
    /// <exception cref="MalformedMessageException">Bytes are left over.</exception>
    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
            throw new MalformedMessageException($"{_rest.Length} bytes too many.");
    }
}
