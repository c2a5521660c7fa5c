using System.Net;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Configuration;

/// <summary>How the node is observed. There is none unless metrics are on. Immutable.</summary>
internal sealed record MetricsOptions
{
    public const int DefaultPort = 9052;

    /// <summary>Where reports go. Null: a gateway is started as a child process.</summary>
    public Uri? Gateway { get; init; }

    /// <summary>Where that child serves its pages.</summary>
    public IPEndPoint HttpAddress { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>Null with a child that needs none but the one it is given.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>The file that <see cref="Token"/> is from, which may get another one; null when it is from elsewhere.</summary>
    public string? TokenFile { get; init; }

    /// <summary>What the node is called in everything it reports.</summary>
    public required string NodeName { get; init; }

    /// <summary>What the operator says about it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The gateway may ask for profiles.</summary>
    public bool Profiling { get; init; }

    /// <summary>Reports travel unencrypted to another host, as it seems.</summary>
    public bool IsInClear => Gateway is { Scheme: "http", IsLoopback: false };
}
