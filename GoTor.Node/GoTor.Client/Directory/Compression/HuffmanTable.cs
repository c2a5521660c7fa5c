namespace GoTor.Client.Directory.Compression;

/// <summary>One canonical Huffman code, as a table indexed by the next bits of the input. RFC 1951 §3.2.2.</summary>
internal sealed class HuffmanTable
{
    private const int MaxLength = 15;
    private ushort[] _entries = [];

    /// <summary>How many bits index the table: the longest code in use.</summary>
    public int Bits { get; private set; }

    /// <summary>
    /// What the next <see cref="Bits"/> bits start with: the symbol in the upper bits, its code's length in the lower four.
    /// A length of 0 marks bits that are no code.
    /// </summary>
    public ushort this[ulong bits] => _entries[(int)bits & ((1 << Bits) - 1)];

    /// <summary>Builds the code from the length of each symbol's code; 0 means that the symbol is not used.</summary>
    /// <exception cref="DecompressionException">The lengths describe no prefix code, or one with holes.</exception>
    public void Build(ReadOnlySpan<byte> lengths)
    {
        Span<int> counts = stackalloc int[MaxLength + 1];
        counts.Clear();
        foreach (byte length in lengths)
            counts[length]++;
        counts[0] = 0;
        Bits = Math.Max(1, counts.LastIndexOfAnyExcept(0));
        Span<int> next = stackalloc int[MaxLength + 2];
        int code = 0, used = 0, left = 1;
        for (int length = 1; length <= MaxLength; length++)
        {
            left = (left << 1) - counts[length];
            if (left < 0)
                throw new DecompressionException("A deflate block has an impossible Huffman code.");
            code = (code + counts[length - 1]) << 1;
            next[length] = code;
            used += counts[length];
        }

        // An incomplete code is legal only where there is nothing to tell apart: a block with one distance, or none.
        if (left > 0 && used > 1)
            throw new DecompressionException("A deflate block has an incomplete Huffman code.");
        int size = 1 << Bits;
        if (_entries.Length < size)
            _entries = new ushort[size];
        Array.Clear(_entries, 0, size);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0)
                continue;
            ushort entry = (ushort)(symbol << 4 | length);
            for (int i = Reverse(next[length]++, length); i < size; i += 1 << length)
                _entries[i] = entry;
        }
    }

    // Codes are packed starting with their most significant bit, everything else with its least significant one.
    private static int Reverse(int code, int length)
    {
        int reversed = 0;
        for (int i = 0; i < length; i++, code >>= 1)
            reversed = reversed << 1 | code & 1;
        return reversed;
    }
}
