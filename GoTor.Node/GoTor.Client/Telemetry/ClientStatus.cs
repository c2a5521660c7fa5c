using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Guards;

namespace GoTor.Client.Telemetry;

/// <summary>How a client is at one moment, in numbers: no relay, address or destination. Immutable.</summary>
/// <param name="Network">The network in use; null without a usable consensus.</param>
/// <param name="MissingDirectoryInfo">What is missing before circuits can be built; empty when nothing is.</param>
/// <param name="OpenChannels">Connections to relays that are open.</param>
/// <param name="UsesGuards">UseEntryGuards.</param>
/// <param name="ClockSkew">How far our clock is ahead of a directory authority's or fallback's; null while none has told its time.</param>
internal sealed record ClientStatus(
    BootstrapSnapshot Bootstrap,
    NetworkCensus? Network,
    string MissingDirectoryInfo,
    GuardCounts Guards,
    bool UsesGuards,
    CircuitCounts Circuits,
    int OpenChannels,
    TimeSpan? ClockSkew);
