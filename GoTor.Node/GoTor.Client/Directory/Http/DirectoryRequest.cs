using System.Globalization;
using System.Text;
using GoTor.Client.Directory.Compression;

namespace GoTor.Client.Directory.Http;

/// <summary>
/// One GET to a directory server, worded as C tor's client words it (dirclient.c, directory_send_command), so that servers see
/// one kind of client. dir-spec §6.1. Immutable.
/// </summary>
internal sealed record DirectoryRequest
{
    /// <summary>Begins with a slash. No part of it comes from strangers' text: digests only.</summary>
    public required string Path { get; init; }

    /// <summary>Answer 304 when the document is not newer.</summary>
    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary>SHA3-256 of the signed part of the consensus that we have: a diff from it will do. Empty when we have none.</summary>
    public ReadOnlyMemory<byte> DiffFrom { get; init; }

    /// <summary>The most bytes that the answer may have, packed or unpacked.</summary>
    public required int MaxLength { get; init; }

    /// <summary>A damaged answer is worth its good beginning: every item in it is verified on its own.</summary>
    public bool AllowPartial { get; init; }

    /// <param name="host">The server's address and port, as C tor sends it.</param>
    public byte[] Encode(string host)
    {
        StringBuilder text = new();
        text.Append("GET ").Append(Path).Append(" HTTP/1.0\r\nHost: ").Append(host).Append("\r\n");
        if (IfModifiedSince is { } time)
            text.Append("If-Modified-Since: ").Append(time.ToString("r", CultureInfo.InvariantCulture)).Append("\r\n");
        text.Append("Accept-Encoding: ").Append(ContentEncodings.Accepted).Append("\r\n");
        if (!DiffFrom.IsEmpty)
            text.Append("X-Or-Diff-From-Consensus: ").Append(Convert.ToHexString(DiffFrom.Span)).Append("\r\n");
        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }
}
