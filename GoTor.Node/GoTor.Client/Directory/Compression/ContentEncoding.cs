namespace GoTor.Client.Directory.Compression;

/// <summary>How a directory server may pack an answer. dir-spec §6.1. LZMA is left out: it costs more memory than it saves.</summary>
internal enum ContentEncoding
{
    Identity,

    /// <summary>RFC 1950, which HTTP and Tor call "deflate".</summary>
    Deflate,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878, under Tor's name "x-zstd".</summary>
    Zstd,
}

internal static class ContentEncodings
{
    /// <summary>
    /// What we ask for: the words of C tor built without LZMA, in its order, so that requests do not tell the two apart.
    /// </summary>
    public const string Accepted = "x-zstd, deflate, gzip, identity";

    /// <summary>Reads a Content-Encoding header. False for anything that we did not ask for.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out ContentEncoding encoding)
    {
        ContentEncoding? known = name switch
        {
            "identity" => ContentEncoding.Identity,
            "deflate" => ContentEncoding.Deflate,
            "gzip" => ContentEncoding.Gzip,
            "x-zstd" => ContentEncoding.Zstd,
            _ => null,
        };
        encoding = known ?? default;
        return known is not null;
    }
}
