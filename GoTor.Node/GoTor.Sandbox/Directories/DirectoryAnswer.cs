namespace GoTor.Sandbox.Directories;

/// <summary>What a directory server says to one request. Immutable.</summary>
/// <param name="Status">Number and words of the status line.</param>
/// <param name="IsPlain">The document is sent as it is, whatever packing the client knows.</param>
internal sealed record DirectoryAnswer(string Status, PackedDocument? Document = null, bool IsPlain = false)
{
    public static DirectoryAnswer NotFound { get; } = new("404 Not found");

    public static DirectoryAnswer NotModified { get; } = new("304 Not modified");

    public static DirectoryAnswer BadRequest { get; } = new("400 Bad request");

    public static DirectoryAnswer Stored { get; } = new("200 HS descriptor stored successfully.");

    public static DirectoryAnswer SingleHop { get; } = new("503 Rejecting single hop HS v3 descriptor request");

    /// <summary>For what packs badly because it is encrypted.</summary>
    public static DirectoryAnswer Plainly(PackedDocument document) => new("200 OK", document, IsPlain: true);

    public static DirectoryAnswer Of(PackedDocument document) => new("200 OK", document);
}
