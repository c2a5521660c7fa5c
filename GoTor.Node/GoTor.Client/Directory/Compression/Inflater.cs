using System.Buffers.Binary;

namespace GoTor.Client.Directory.Compression;

/// <summary>
/// Unpacks deflate data. Our own, since the runtime's streams swallow two things that must be errors here: input that is cut
/// short, and what follows the first zlib member. RFC 1951.
/// </summary>
internal sealed class Inflater
{
    private const int EndOfBlock = 256;
    private static readonly ushort[] LengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static ReadOnlySpan<byte> LengthExtra => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly ushort[] DistanceBase =
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    private static ReadOnlySpan<byte> DistanceExtra =>
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    private static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly HuffmanTable _literals = new();
    private readonly HuffmanTable _distances = new();
    private readonly HuffmanTable _codeLengths = new();

    /// <summary>Unpacks one deflate stream, to its final block, and leaves the input after it.</summary>
    /// <exception cref="DecompressionException">Corrupt or cut short, or more than the output may hold.</exception>
    public void Inflate(ref ReadOnlySpan<byte> input, UnpackedBody output)
    {
        BitReader reader = new(input);
        int start = output.Length;
        bool final;
        do
        {
            final = reader.Read(1) == 1;
            switch (reader.Read(2))
            {
                case 0:
                    CopyStored(ref reader, output);
                    break;
                case 1:
                    BuildFixed();
                    InflateBlock(ref reader, output, start);
                    break;
                case 2:
                    BuildDynamic(ref reader);
                    InflateBlock(ref reader, output, start);
                    break;
                default:
                    throw new DecompressionException("A deflate block has an unknown type.");
            }
        }
        while (!final);
        input = reader.Rest;
    }

    private static void CopyStored(ref BitReader reader, UnpackedBody output)
    {
        reader.AlignToByte();
        ReadOnlySpan<byte> header = reader.ReadBytes(4);
        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(header);
        if (length != (ushort)~BinaryPrimitives.ReadUInt16LittleEndian(header[2..]))
            throw new DecompressionException("A stored deflate block contradicts its length.");
        reader.ReadBytes(length).CopyTo(output.Reserve(length));
        output.Advance(length);
    }

    private void BuildFixed()
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _literals.Build(lengths);
        lengths[..32].Fill(5);
        _distances.Build(lengths[..32]);
    }

    private void BuildDynamic(ref BitReader reader)
    {
        int literals = reader.Read(5) + 257, distances = reader.Read(5) + 1, codes = reader.Read(4) + 4;
        if (literals > 286 || distances > 30)
            throw new DecompressionException("A deflate block has too many symbols.");
        Span<byte> codeLengths = stackalloc byte[19];
        codeLengths.Clear();
        for (int i = 0; i < codes; i++)
            codeLengths[CodeLengthOrder[i]] = (byte)reader.Read(3);
        _codeLengths.Build(codeLengths);

        Span<byte> lengths = stackalloc byte[286 + 30];
        lengths.Clear();
        int filled = 0, total = literals + distances;
        while (filled < total)
        {
            int symbol = ReadSymbol(ref reader, _codeLengths);
            if (symbol < 16)
            {
                lengths[filled++] = (byte)symbol;
                continue;
            }

            if (symbol == 16 && filled == 0)
                throw new DecompressionException("A deflate block repeats a length before the first one.");
            byte repeated = symbol == 16 ? lengths[filled - 1] : (byte)0;
            int count = symbol switch { 16 => 3 + reader.Read(2), 17 => 3 + reader.Read(3), _ => 11 + reader.Read(7) };
            if (filled + count > total)
                throw new DecompressionException("A deflate block has more lengths than symbols.");
            lengths.Slice(filled, count).Fill(repeated);
            filled += count;
        }

        if (lengths[EndOfBlock] == 0)
            throw new DecompressionException("A deflate block cannot end.");
        _literals.Build(lengths[..literals]);
        _distances.Build(lengths[literals..total]);
    }

    private void InflateBlock(ref BitReader reader, UnpackedBody output, int start)
    {
        while (true)
        {
            int symbol = ReadSymbol(ref reader, _literals);
            if (symbol < EndOfBlock)
            {
                output.Reserve(1)[0] = (byte)symbol;
                output.Advance(1);
                continue;
            }

            if (symbol == EndOfBlock)
                return;
            int lengthIndex = symbol - 257;
            if (lengthIndex >= LengthBase.Length)
                throw new DecompressionException("A deflate block has an unknown length.");
            int length = LengthBase[lengthIndex] + reader.Read(LengthExtra[lengthIndex]);
            int distanceIndex = ReadSymbol(ref reader, _distances);
            if (distanceIndex >= DistanceBase.Length)
                throw new DecompressionException("A deflate block has an unknown distance.");
            int distance = DistanceBase[distanceIndex] + reader.Read(DistanceExtra[distanceIndex]);
            if (distance > output.Length - start)
                throw new DecompressionException("A deflate block refers to before its start.");
            output.Repeat(distance, length);
        }
    }

    private static int ReadSymbol(ref BitReader reader, HuffmanTable table)
    {
        ushort entry = table[reader.Peek()];
        int length = entry & 15;
        if (length == 0)
            throw new DecompressionException("A deflate block has bits that are no code.");
        reader.Skip(length);
        return entry >> 4;
    }
}
