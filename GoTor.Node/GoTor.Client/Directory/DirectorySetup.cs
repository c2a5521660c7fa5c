using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory;

/// <summary>What the options mean for the directory room. Immutable.</summary>
/// <param name="V3Identities">The authorities whose signatures count.</param>
/// <param name="CacheDirectory">Where the documents are kept; exists, and is private.</param>
/// <param name="PathsNeeded">Fraction of paths that must be buildable; null means what the consensus says.</param>
internal sealed record DirectorySetup(
    IReadOnlyList<RsaIdentity> V3Identities,
    IReadOnlyList<DirectoryServer> Authorities,
    IReadOnlyList<DirectoryServer> Fallbacks,
    string CacheDirectory,
    double? PathsNeeded,
    PathConstraints Constraints,
    DirectoryTiming Timing)
{
    /// <exception cref="TorException">Nobody to ask, or nobody to trust.</exception>
    public static DirectorySetup From(TorClientOptions options, PathConstraints constraints, string cacheDirectory)
    {
        bool isPublic = options.DirAuthorities.Count == 0;
        IReadOnlyList<DirectoryAuthority> authorities = isPublic ? PublicNetwork.Authorities : options.DirAuthorities;
        IReadOnlyList<FallbackDirectory> fallbacks = options.FallbackDirs ?? (isPublic ? PublicNetwork.Fallbacks : []);
        DirectoryAuthority[] voters = [.. authorities.Where(authority => authority.V3Identity is not null)];
        if (voters.Length == 0)
            throw new TorException(TorErrorKind.InvalidRequest, "No directory authority with a v3ident is configured, so no network can be trusted.");
        return new DirectorySetup(
            [.. voters.Select(authority => authority.V3Identity!.Value).Distinct()],
            [.. voters.Select(authority => Server(DirectoryServerKind.Authority, authority.RsaIdentity, authority.OrPort, authority.OrPortV6, constraints)).OfType<DirectoryServer>()],
            [.. fallbacks.Select(fallback => Server(DirectoryServerKind.Fallback, fallback.RsaIdentity, fallback.OrPort, fallback.OrPortV6, constraints)).OfType<DirectoryServer>()],
            cacheDirectory,
            options.PathsNeededToBuildCircuits,
            constraints,
            DirectoryTiming.For(options));
    }

    /// <summary>Null when our options let us reach none of its addresses.</summary>
    private static DirectoryServer? Server(
        DirectoryServerKind kind, RsaIdentity identity, System.Net.IPEndPoint orPort, System.Net.IPEndPoint? orPortV6, PathConstraints constraints)
    {
        List<System.Net.IPEndPoint> reachable = [];
        if (constraints.MayDial(orPort))
            reachable.Add(orPort);
        if (orPortV6 is not null && constraints.MayDial(orPortV6))
            reachable.Add(orPortV6);
        return reachable.Count == 0 ? null : new DirectoryServer(kind, new HopTarget { RsaIdentity = identity, OrPorts = reachable });
    }
}
