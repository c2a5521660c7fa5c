using GoTor.Client.Directory;
using GoTor.Protocol.Paths;

namespace GoTor.Client.Guards;

/// <summary>Reads the path options of a client.</summary>
internal static class ClientPathConstraints
{
    /// <summary>The options as text, for a validator that wants every problem: see <see cref="PathConstraintTexts.TryCompile"/>.</summary>
    public static PathConstraintTexts PathTexts(this TorClientOptions options) => new()
    {
        EntryNodes = options.EntryNodes,
        ExitNodes = options.ExitNodes,
        ExcludeNodes = options.ExcludeNodes,
        ExcludeExitNodes = options.ExcludeExitNodes,
        ReachableAddresses = options.ReachableAddresses,
        Countries = () => CountryFiles.From(options).Table,
        GeoIpExcludeUnknown = options.GeoIpExcludeUnknown,
        StrictNodes = options.StrictNodes,
        EnforceDistinctSubnets = options.EnforceDistinctSubnets,
        ClientUseIPv4 = options.ClientUseIPv4,
        ClientUseIPv6 = options.ClientUseIPv6,
        AllowPrivateAddresses = options.ExtendAllowPrivateAddresses ?? options.TestingTorNetwork,
    };

    /// <exception cref="TorException">An option makes no sense; the message names each one.</exception>
    public static PathConstraints Compile(TorClientOptions options) =>
        options.PathTexts().TryCompile(out PathConstraints constraints, out IReadOnlyList<string> problems)
            ? constraints
            : throw new TorException(TorErrorKind.InvalidRequest, string.Join(' ', problems));
}
