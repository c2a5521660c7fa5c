using System.Buffers;
using System.Buffers.Binary;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace GoTor.Client.Directory.Compression;

/// <summary>What an answer unpacked to.</summary>
/// <param name="IsComplete">False when the packed data broke off or was corrupt and the caller asked for what there was.</param>
internal readonly record struct Unpacked(ReadOnlyMemory<byte> Bytes, bool IsComplete);

/// <summary>
/// Unpacks a whole answer, member after member, within one budget: an absolute limit, and C tor's factor of 25 beyond 5 MiB
/// (compress.c). It always ends: every step consumes input or throws. Safe for concurrent use.
/// </summary>
internal static class Decompression
{
    private const int MaxFactor = 25;
    private const int FactorMattersAbove = 5 << 20;

    /// <summary>Windows of more than 16 MiB are refused: the sender would choose how much memory we use.</summary>
    private const int MaxZstdWindowLog = 24;

    /// <param name="maxLength">The most bytes that the document may have.</param>
    /// <param name="allowPartial">Return the good beginning of damaged data: for documents whose items are verified one by one.</param>
    /// <exception cref="DecompressionException">Too large, always; corrupt or cut short, unless <paramref name="allowPartial"/>.</exception>
    public static Unpacked Unpack(ContentEncoding encoding, ReadOnlyMemory<byte> packed, int maxLength, bool allowPartial = false)
    {
        if (encoding == ContentEncoding.Identity)
        {
            return packed.Length <= maxLength
                ? new Unpacked(packed, true)
                : throw new DecompressionException($"An answer has more than {maxLength} bytes.");
        }

        long factorLimit = Math.Max(FactorMattersAbove, (long)packed.Length * MaxFactor);
        UnpackedBody output = new((int)Math.Min(maxLength, factorLimit), packed.Length * 4);
        try
        {
            ReadOnlySpan<byte> input = packed.Span;
            switch (encoding)
            {
                case ContentEncoding.Zstd:
                    UnpackZstd(input, output);
                    break;
                case ContentEncoding.Gzip:
                    UnpackMembers(input, output, UnpackGzipMember);
                    break;
                default:
                    UnpackMembers(input, output, UnpackZlibMember);
                    break;
            }

            return new Unpacked(output.Written, true);
        }
        catch (DecompressionException) when (allowPartial && !output.IsOverBudget)
        {
            return new Unpacked(output.Written, false);
        }
    }

    private delegate void MemberUnpacker(Inflater inflater, ref ReadOnlySpan<byte> input, UnpackedBody output);

    private static void UnpackMembers(ReadOnlySpan<byte> input, UnpackedBody output, MemberUnpacker unpackMember)
    {
        Inflater inflater = new();
        do
            unpackMember(inflater, ref input, output);
        while (!input.IsEmpty);
    }

    private static void UnpackZlibMember(Inflater inflater, ref ReadOnlySpan<byte> input, UnpackedBody output)
    {
        ReadOnlySpan<byte> header = Take(ref input, 2);
        bool isDeflate = (header[0] & 15) == 8 && header[0] >> 4 <= 7 && (header[0] << 8 | header[1]) % 31 == 0;
        if (!isDeflate || (header[1] & 0x20) != 0)
            throw new DecompressionException("Not a zlib stream, or one with a dictionary.");
        int start = output.Length;
        inflater.Inflate(ref input, output);
        if (BinaryPrimitives.ReadUInt32BigEndian(Take(ref input, 4)) != Checksums.Adler32(output.Written.Span[start..]))
            throw new DecompressionException("A zlib stream has a wrong checksum.");
    }

    private static void UnpackGzipMember(Inflater inflater, ref ReadOnlySpan<byte> input, UnpackedBody output)
    {
        ReadOnlySpan<byte> header = Take(ref input, 10);
        byte flags = header[3];
        if (!header[..3].SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) || (flags & 0xE0) != 0)
            throw new DecompressionException("Not a gzip member.");
        if ((flags & 4) != 0)
            Take(ref input, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref input, 2)));
        if ((flags & 8) != 0)
            SkipString(ref input);
        if ((flags & 16) != 0)
            SkipString(ref input);
        if ((flags & 2) != 0)
            Take(ref input, 2);
        int start = output.Length;
        inflater.Inflate(ref input, output);
        ReadOnlySpan<byte> trailer = Take(ref input, 8);
        ReadOnlySpan<byte> member = output.Written.Span[start..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != Checksums.Crc32(member)
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != (uint)member.Length)
            throw new DecompressionException("A gzip member has a wrong checksum or length.");
    }

    private static void UnpackZstd(ReadOnlySpan<byte> input, UnpackedBody output)
    {
        using Decompressor decompressor = new();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxZstdWindowLog);
        bool frameIsComplete = false;
        try
        {
            while (!input.IsEmpty)
            {
                Span<byte> room = output.Reserve(1);
                OperationStatus status = decompressor.UnwrapStream(input, room, out int consumed, out int written);
                output.Advance(written);
                input = input[consumed..];
                frameIsComplete = status == OperationStatus.Done;
                if (status == OperationStatus.InvalidData || (consumed == 0 && written == 0))
                    throw new DecompressionException("A zstd stream is corrupt.");
            }

            // The last bytes of a frame may still wait for room when its input has all been taken.
            while (!frameIsComplete)
            {
                OperationStatus status = decompressor.UnwrapStream(input, output.Reserve(1), out _, out int written);
                output.Advance(written);
                frameIsComplete = status == OperationStatus.Done;
                if (written == 0 && !frameIsComplete)
                    throw new DecompressionException("A compressed answer is cut short.");
            }
        }
        catch (ZstdException e)
        {
            throw new DecompressionException("A zstd stream is corrupt or asks for too much memory.", e);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> input, int count)
    {
        if (input.Length < count)
            throw new DecompressionException("A compressed answer is cut short.");
        ReadOnlySpan<byte> taken = input[..count];
        input = input[count..];
        return taken;
    }

    private static void SkipString(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)0);
        Take(ref input, end < 0 ? input.Length + 1 : end + 1);
    }
}
