namespace GoTor.Sandbox.Directories;

/// <summary>What a directory server says to one request. Immutable.</summary>
/// <param name="Status">Number and words of the status line.</param>
internal sealed record DirectoryAnswer(string Status, PackedDocument? Document = null)
{
    public static DirectoryAnswer NotFound { get; } = new("404 Not found");

    public static DirectoryAnswer NotModified { get; } = new("304 Not modified");

    public static DirectoryAnswer BadRequest { get; } = new("400 Bad request");

    public static DirectoryAnswer Of(PackedDocument document) => new("200 OK", document);
}
