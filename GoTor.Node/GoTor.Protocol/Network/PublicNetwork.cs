using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>Where the public Tor network begins for a client that knows nothing yet. Read once, when first asked for.</summary>
internal static partial class PublicNetwork
{
    /// <summary>Nine that vote, and the bridge authority.</summary>
    public static IReadOnlyList<DirectoryAuthority> Authorities { get; } = [.. Rows(AuthorityTable).Select(ReadAuthority)];

    public static IReadOnlyList<FallbackDirectory> Fallbacks { get; } = [.. Rows(FallbackTable).Select(ReadFallback)];

    private static DirectoryAuthority ReadAuthority(string[] row) => new(
        row[0],
        row[1] == "-" ? null : ReadIdentity(row[1]),
        ReadIdentity(row[2]),
        IPEndPoint.Parse(row[3]),
        row.Length > 4 ? IPEndPoint.Parse(row[4]) : null);

    private static FallbackDirectory ReadFallback(string[] row) =>
        new(ReadIdentity(row[0]), IPEndPoint.Parse(row[1]), row.Length > 2 ? IPEndPoint.Parse(row[2]) : null);

    private static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '));

    private static RsaIdentity ReadIdentity(string hex) =>
        RsaIdentity.TryParseHex(hex, out RsaIdentity identity) ? identity : throw new FormatException($"Not a fingerprint: {hex}");
}
