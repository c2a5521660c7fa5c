using GoTor.Client.Directory.Compression;

namespace GoTor.Client.Directory.Http;

/// <summary>The answer of a directory server, still packed.</summary>
/// <param name="Status">100 to 599.</param>
/// <param name="Date">The server's clock when it wrote the headers; null when it did not say in RFC 1123 form.</param>
/// <param name="IsComplete">False when the stream ended before the announced length.</param>
internal sealed record DirectoryResponse(
    int Status, ContentEncoding Encoding, DateTimeOffset? Date, ReadOnlyMemory<byte> Body, bool IsComplete);
