using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;

namespace GoTor.Client;

/// <summary>The rooms of a client, for the control port: it shows what they know and passes on what a controller wants of them.</summary>
internal sealed record ClientParts
{
    public required CircuitManager Circuits { get; init; }

    public required CircuitRegistry CircuitRecords { get; init; }

    public required IStreamConnector Streams { get; init; }

    public required AddressMap AddressMap { get; init; }

    /// <summary>What applications ask for passes through it, and what controllers ask for as well.</summary>
    public required DestinationMapper Mapper { get; init; }

    /// <summary>What proxies refuse, as the options are now.</summary>
    public required Func<SocksServerOptions> ProxyRules { get; init; }

    public required StreamRegistry StreamRecords { get; init; }

    public required ChannelManager Channels { get; init; }

    public required ChannelMetrics Traffic { get; init; }

    public required GuardManager Guards { get; init; }

    public required DirectoryManager Directory { get; init; }

    public required SharedBuildTimeout BuildTimeout { get; init; }

    public required BootstrapStatus Bootstrap { get; init; }

    /// <summary>Where directory documents are.</summary>
    public required string CacheDirectory { get; init; }

    public required TimeProvider Time { get; init; }
}
