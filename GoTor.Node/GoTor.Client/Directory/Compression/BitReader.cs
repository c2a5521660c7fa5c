namespace GoTor.Client.Directory.Compression;

/// <summary>Takes bits from the least significant end of each byte on. RFC 1951 §3.1.1.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private ulong _bits;
    private int _count;
    private int _position;

    /// <summary>Input that has not been touched, from the next whole byte on.</summary>
    public readonly ReadOnlySpan<byte> Rest => _input[(_position - _count / 8)..];

    /// <summary>The next bits, padded with zeros beyond the end; <see cref="Skip"/> notices that end.</summary>
    public ulong Peek()
    {
        while (_count <= 56 && _position < _input.Length)
        {
            _bits |= (ulong)_input[_position++] << _count;
            _count += 8;
        }

        return _bits;
    }

    /// <exception cref="DecompressionException">The input ends before.</exception>
    public void Skip(int count)
    {
        if (count > _count)
            throw new DecompressionException("A compressed answer is cut short.");
        _bits >>= count;
        _count -= count;
    }

    /// <summary>Up to 16 bits.</summary>
    public int Read(int count)
    {
        int value = (int)Peek() & ((1 << count) - 1);
        Skip(count);
        return value;
    }

    public void AlignToByte()
    {
        _bits >>= _count % 8;
        _count -= _count % 8;
    }

    /// <summary>Whole bytes, straight from the input. Only after <see cref="AlignToByte"/>.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        ReadOnlySpan<byte> rest = Rest;
        if (count > rest.Length)
            throw new DecompressionException("A compressed answer is cut short.");
        _position = _input.Length - rest.Length + count;
        _bits = 0;
        _count = 0;
        return rest[..count];
    }
}
