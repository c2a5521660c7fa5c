using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace GoTor.Sandbox.Directories;

/// <summary>A GET or POST to a directory server. Immutable.</summary>
internal sealed record DirectoryRequest
{
    /// <summary>Begins with a slash; a ".z" at its end is gone.</summary>
    public required string Path { get; init; }

    public bool IsPost { get; init; }

    /// <summary>Of a POST: how many bytes of body follow. Zero where it does not say.</summary>
    public int ContentLength { get; init; }

    public byte[] Body { get; init; } = [];

    public required Packing Encoding { get; init; }

    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary>SHA3-256 in hexadecimal of the signed part of consensuses that the client has.</summary>
    public IReadOnlyList<string> DiffFrom { get; init; } = [];

    /// <param name="head">Request line and headers.</param>
    public static bool TryParse(string head, [NotNullWhen(true)] out DirectoryRequest? request)
    {
        request = null;
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [("GET" or "POST") and var method, ['/', ..] path, "HTTP/1.0" or "HTTP/1.1"])
            return false;
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Split(':', 2) is [string name, string value])
                headers[name.Trim()] = value.Trim();
        }

        bool isZ = path.EndsWith(".z", StringComparison.Ordinal);
        request = new DirectoryRequest
        {
            Path = isZ ? path[..^2] : path,
            IsPost = method == "POST",
            ContentLength = int.TryParse(headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                ? length
                : 0,
            Encoding = Packings.Choose(headers.GetValueOrDefault("Accept-Encoding"), isZ),
            IfModifiedSince = DateTimeOffset.TryParse(
                headers.GetValueOrDefault("If-Modified-Since"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since)
                ? since
                : null,
            DiffFrom = headers.GetValueOrDefault("X-Or-Diff-From-Consensus")?
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
        return true;
    }
}
