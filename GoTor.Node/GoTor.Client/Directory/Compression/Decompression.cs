using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Checksum;
using ICSharpCode.SharpZipLib.Zip.Compression;
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
            switch (encoding)
            {
                case ContentEncoding.Zstd:
                    UnpackZstd(packed.Span, output);
                    break;
                case ContentEncoding.Gzip:
                    UnpackGzip(packed, output);
                    break;
                default:
                    UnpackZlib(packed, output);
                    break;
            }

            return new Unpacked(output.Written, true);
        }
        catch (DecompressionException) when (allowPartial && !output.IsOverBudget)
        {
            return new Unpacked(output.Written, false);
        }
    }

    private static void UnpackZlib(ReadOnlyMemory<byte> input, UnpackedBody output)
    {
        Inflater inflater = new();
        do
        {
            Inflate(inflater, ref input, output);
            inflater.Reset();
        }
        while (!input.IsEmpty);
    }

    private static void UnpackGzip(ReadOnlyMemory<byte> input, UnpackedBody output)
    {
        Inflater inflater = new(noHeader: true);
        Crc32 crc = new();
        do
        {
            SkipGzipHeader(ref input);
            int start = output.Length;
            Inflate(inflater, ref input, output);
            inflater.Reset();
            ReadOnlySpan<byte> trailer = Take(ref input, 8);
            int length = output.Length - start;
            crc.Reset();
            crc.Update(output.WrittenSince(start));
            if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != (uint)crc.Value
                || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != (uint)length)
                throw new DecompressionException("A gzip member has a wrong checksum or length.");
        }
        while (!input.IsEmpty);
    }

    /// <summary>Unpacks one stream to its end, and leaves the input after it.</summary>
    /// <remarks>Not the runtime's streams: those swallow input that is cut short, and what follows the first zlib member.</remarks>
    private static void Inflate(Inflater inflater, ref ReadOnlyMemory<byte> input, UnpackedBody output)
    {
        ArraySegment<byte> packed = MemoryMarshal.TryGetArray(input, out ArraySegment<byte> array) ? array : input.ToArray();
        try
        {
            inflater.SetInput(packed.Array, packed.Offset, packed.Count);
            while (!inflater.IsFinished)
            {
                // A body that is full may still have its stream's end before it: only another byte is one too many.
                ArraySegment<byte> room = output.IsFull ? new ArraySegment<byte>(new byte[1]) : output.ReserveArray(1);
                int written = inflater.Inflate(room.Array, room.Offset, room.Count);
                if (written > 0 && output.IsFull)
                    output.Reserve(written);
                output.Advance(written);
                if (written == 0 && !inflater.IsFinished)
                    throw new DecompressionException(inflater.IsNeedingInput ? "A compressed answer is cut short." : "A zlib stream wants a dictionary.");
            }
        }
        catch (Exception e) when (e is SharpZipBaseException or ArgumentException or IndexOutOfRangeException or InvalidOperationException)
        {
            throw new DecompressionException("A deflate stream is corrupt.", e);
        }

        input = input[^inflater.RemainingInput..];
    }

    private static void SkipGzipHeader(ref ReadOnlyMemory<byte> input)
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

    private static ReadOnlySpan<byte> Take(ref ReadOnlyMemory<byte> input, int count)
    {
        if (input.Length < count)
            throw new DecompressionException("A compressed answer is cut short.");
        ReadOnlySpan<byte> taken = input.Span[..count];
        input = input[count..];
        return taken;
    }

    private static void SkipString(ref ReadOnlyMemory<byte> input)
    {
        int end = input.Span.IndexOf((byte)0);
        Take(ref input, end < 0 ? input.Length + 1 : end + 1);
    }
}
