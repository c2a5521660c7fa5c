using System.Net;
using GoTor.Client.Telemetry.Tracing;

namespace GoTor.Client.Streams;

/// <summary>What a local application asks for. Hosts are names or addresses in text; they go to the exit as they are.</summary>
internal sealed record StreamRequest
{
    public required string Host { get; init; }

    public required ushort Port { get; init; }

    public required IsolationKey Isolation { get; init; }

    /// <summary>The exit may connect over IPv4.</summary>
    public bool IPv4Traffic { get; init; } = true;

    /// <summary>The exit may connect over IPv6.</summary>
    public bool IPv6Traffic { get; init; } = true;

    public bool PreferIPv6 { get; init; }

    /// <summary>Only this exit will do; null where any may.</summary>
    public PinnedExit? Exit { get; init; }

    /// <summary>Bytes that the application sends before it is told that it is connected; null when it waits.</summary>
    public OptimisticData? OptimisticData { get; init; }

    /// <summary>What a proxy knows of the application; null for streams of our own.</summary>
    public StreamOrigin? Origin { get; init; }

    /// <summary>The trace that a proxy began for it; null lets the connector begin one, if anybody listens.</summary>
    public StreamTrace? Trace { get; init; }

    public override string ToString() => "[scrubbed]";
}

/// <summary>One answer of an exit's resolver.</summary>
internal sealed record ResolveAnswer(IReadOnlyList<IPAddress> Addresses, string? Hostname, TimeSpan TimeToLive);

/// <summary>
/// Turns requests of local applications into streams through Tor: chooses or builds the circuit, retries elsewhere when that helps,
/// fails closed when it does not. Implemented by the circuit manager; proxies hold only this. Safe for concurrent use.
/// </summary>
internal interface IStreamConnector
{
    /// <summary>Waits until the exit says CONNECTED.</summary>
    /// <exception cref="TorException">No stream; the kind says what the application should be told.</exception>
    Task<TorStream> ConnectAsync(StreamRequest request, CancellationToken cancellationToken);

    /// <summary>Asks an exit for the addresses of a name (RESOLVE).</summary>
    /// <exception cref="TorException">No answer; the kind says what the application should be told.</exception>
    Task<ResolveAnswer> ResolveAsync(StreamRequest request, CancellationToken cancellationToken);

    /// <summary>Asks an exit for the name of an address (RESOLVE with in-addr.arpa or ip6.arpa).</summary>
    /// <exception cref="TorException">No answer; the kind says what the application should be told.</exception>
    Task<ResolveAnswer> ResolveReverseAsync(IPAddress address, StreamRequest request, CancellationToken cancellationToken);
}
