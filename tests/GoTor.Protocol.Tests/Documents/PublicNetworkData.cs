using System.IO.Compression;

namespace GoTor.Protocol.Tests.Documents;

/// <summary>
/// A consensus of the public network of 2024-05-17 with the authority certificates of that day. Too large for the repository:
/// GOTOR_TEST_DATA names the folder that has it, see README.md; without it tests skip by name.
/// </summary>
internal static class PublicNetworkData
{
    private const string Folder = "public-consensus-2024-05-17";

    public const string Missing = "GOTOR_TEST_DATA names no folder that has " + Folder + ".";

    public static string? Directory { get; } = Find();

    public static byte[] ReadConsensus()
    {
        using FileStream file = File.OpenRead(Path.Combine(Directory!, "cached-microdesc-consensus.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    // That tor ran on Windows, which writes this file with carriage returns; what authorities sign has none.
    public static byte[] ReadCertificates() => [.. File.ReadAllBytes(Path.Combine(Directory!, "cached-certs")).Where(b => b != (byte)'\r')];

    private static string? Find() =>
        Environment.GetEnvironmentVariable("GOTOR_TEST_DATA") is { Length: > 0 } root && System.IO.Directory.Exists(Path.Combine(root, Folder))
            ? Path.Combine(root, Folder)
            : null;
}
