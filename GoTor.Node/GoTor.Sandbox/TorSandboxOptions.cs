using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Sandbox;

/// <summary>How large a sandbox is and how it behaves. The defaults make one that a client needs a second to bootstrap from. Immutable.</summary>
public sealed record TorSandboxOptions
{
    /// <summary>Directory authorities. Each is a relay too, but no client chooses it as guard or exit.</summary>
    public int Authorities { get; init; } = 3;

    /// <summary>Relays for the first hop.</summary>
    public int Guards { get; init; } = 3;

    /// <summary>Relays that are neither guard nor exit.</summary>
    public int Middles { get; init; } = 2;

    /// <summary>Relays for the last hop. They reach this machine and the sites of the sandbox, nothing else.</summary>
    public int Exits { get; init; } = 3;

    /// <summary>How many of the relays above keep onion-service descriptors; null means all.</summary>
    public int? HsDirs { get; init; }

    /// <summary>How long a consensus is the latest one; it stays valid three times as long.</summary>
    public TimeSpan ConsensusInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Consensus parameters, such as "circwindow".</summary>
    public IReadOnlyDictionary<string, int> ConsensusParameters { get; init; } = new Dictionary<string, int>();

    /// <summary>Names that exits know, and the loopback addresses that they mean. "localhost" is always there.</summary>
    public IReadOnlyDictionary<string, IPAddress> Hosts { get; init; } = new Dictionary<string, IPAddress>();

    /// <summary>Where the page at http://demo.sandbox/ links to; null for nowhere.</summary>
    public Uri? Dashboard { get; init; }

    /// <summary>The clock of relays and documents.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <exception cref="ArgumentException">Such a network could not work.</exception>
    internal void Check()
    {
        Require(Authorities is >= 1 and <= 9, "A sandbox has one to nine authorities.");
        Require(Guards >= 1 && Exits >= 1 && Middles >= 0, "A sandbox has at least one guard and one exit.");
        Require(Guards + Middles + Exits >= 3, "A path needs three relays besides the authorities.");
        Require(ConsensusInterval >= TimeSpan.FromSeconds(2), "A consensus lasts two seconds at least.");
        Require(Hosts.Values.All(IPAddress.IsLoopback), "Hosts of a sandbox have loopback addresses.");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new ArgumentException(otherwise);
    }
}
