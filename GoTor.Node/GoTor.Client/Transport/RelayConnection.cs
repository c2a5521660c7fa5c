using System.Net;

namespace GoTor.Client.Transport;

/// <summary>A byte stream to a relay, not yet protected, and the address that it was opened to.</summary>
internal sealed record RelayConnection(Stream Stream, IPEndPoint Address) : IDisposable
{
    public void Dispose() => Stream.Dispose();
}

/// <summary>Opens byte streams to relays. Safe for concurrent use.</summary>
internal interface IRelayConnector
{
    /// <param name="addresses">
    /// Of one relay, the preferred one first; never empty. Numbers only: names would have to be looked up in the open.
    /// </param>
    /// <exception cref="Channels.ChannelException">None of them could be reached.</exception>
    Task<RelayConnection> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancellationToken);
}
