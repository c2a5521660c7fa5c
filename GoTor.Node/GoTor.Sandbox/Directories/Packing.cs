using System.IO.Compression;
using ZstdSharp;

namespace GoTor.Sandbox.Directories;

/// <summary>How an answer may be packed. dir-spec §6.1.</summary>
internal enum Packing
{
    Identity,
    Deflate,
    Gzip,
    Zstd,
}

internal static class Packings
{
    public static string NameOf(Packing packing) => packing switch
    {
        Packing.Deflate => "deflate",
        Packing.Gzip => "gzip",
        Packing.Zstd => "x-zstd",
        _ => "identity",
    };

    /// <summary>The best of those that a client names; deflate where it names none and asks for a file that ends in ".z".</summary>
    public static Packing Choose(string? accepted, bool isZ)
    {
        if (accepted is null)
            return isZ ? Packing.Deflate : Packing.Identity;
        string[] names = accepted.Split(',', StringSplitOptions.TrimEntries);
        foreach (Packing packing in (ReadOnlySpan<Packing>)[Packing.Zstd, Packing.Deflate, Packing.Gzip])
        {
            if (names.Contains(NameOf(packing), StringComparer.OrdinalIgnoreCase))
                return packing;
        }

        return Packing.Identity;
    }
}

/// <summary>A document and its packed forms, each made once. Safe for concurrent use.</summary>
internal sealed class PackedDocument(byte[] plain)
{
    private readonly byte[]?[] _packed = new byte[4][];

    public ReadOnlyMemory<byte> Plain => plain;

    public ReadOnlyMemory<byte> Packed(Packing packing) =>
        packing == Packing.Identity ? plain : _packed[(int)packing] ??= Pack(packing);

    private byte[] Pack(Packing packing)
    {
        if (packing == Packing.Zstd)
        {
            using var compressor = new Compressor();
            return compressor.Wrap(plain).ToArray();
        }

        using var packed = new MemoryStream();
        using (Stream stream = packing == Packing.Gzip
            ? new GZipStream(packed, CompressionLevel.Fastest)
            : new ZLibStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }
}
