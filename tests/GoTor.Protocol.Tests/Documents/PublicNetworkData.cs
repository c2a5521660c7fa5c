using System.IO.Compression;

namespace GoTor.Protocol.Tests.Documents;

/// <summary>
/// A consensus of the public network of 2024-05-17 with the authority certificates of that day. Too large for the repository:
/// found by GOTOR_TEST_DATA or in a shared/data folder above; tests skip by name where it is absent.
/// </summary>
internal static class PublicNetworkData
{
    private const string Folder = "public-consensus-2024-05-17";

    public const string Missing = "The public consensus of 2024-05-17 is not here (GOTOR_TEST_DATA or shared/data).";

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

    private static string? Find()
    {
        string? root = Environment.GetEnvironmentVariable("GOTOR_TEST_DATA");
        if (root is not null && System.IO.Directory.Exists(Path.Combine(root, Folder)))
            return Path.Combine(root, Folder);
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "data", Folder);
            if (System.IO.Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
