using GoTor.Client;
using GoTor.Client.ControlPort;
using GoTor.Client.Proxies;
using GoTor.Node.Logging;
using GoTor.Node.Tracing;

namespace GoTor.Node.Configuration;

/// <summary>Everything that a node was told, checked and with defaults filled in. Immutable; a reload makes a new one.</summary>
internal sealed record NodeConfiguration
{
    public required TorClientOptions Client { get; init; }

    public required IReadOnlyList<SocksPortOptions> SocksPorts { get; init; }

    /// <summary>A file for the number of our process; null for none.</summary>
    public string? PidFile { get; init; }

    /// <summary>HTTPTunnelPort and TransPort.</summary>
    public IReadOnlyList<SocksPortOptions> OtherPorts { get; init; } = [];

    public IReadOnlyList<SocksPortOptions> DnsPorts { get; init; } = [];

    public required IReadOnlyList<LogRule> Logs { get; init; }

    /// <summary>Without listeners nobody controls this node.</summary>
    public ControlPortOptions Control { get; init; } = new();

    /// <summary>This node ends when that process does; null: it lives for itself.</summary>
    public int? OwningProcess { get; init; }

    /// <summary>Null: nobody observes this node.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>How long streams may go on after the first SIGINT or SIGTERM.</summary>
    public TimeSpan ShutdownWaitLength { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: nothing is traced.</summary>
    public TraceOptions? Traces { get; init; }

    /// <summary>Null: this node is a client of a network outside. Otherwise the network runs inside, and hides nothing.</summary>
    public SandboxSettings? Sandbox { get; init; }

    /// <summary>"public", "custom" or "sandbox": shown at start, and a label wherever this node is observed.</summary>
    public string NetworkName => Sandbox is not null ? "sandbox" : Client.DirAuthorities.Count == 0 ? "public" : "custom";
}
