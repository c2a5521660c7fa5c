using GoTor.Client.Streams;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>Works out who may share circuits with whom.</summary>
internal static class SocksIsolation
{
    /// <param name="originalHost">The destination in the words of the application.</param>
    /// <param name="sessionGroup">The listener's own group, unless the port names one.</param>
    /// <param name="clientAddress">Null for applications without one.</param>
    public static IsolationKey KeyFor(
        SocksRequest request, string originalHost, SocksPortOptions port, int sessionGroup, string? clientAddress)
    {
        IsolationFlags flags = port.Isolation;
        bool byAuth = flags.HasFlag(IsolationFlags.SocksAuth);
        return new IsolationKey
        {
            SessionGroup = sessionGroup,
            SocksUsername = byAuth ? request.Username : null,
            SocksPassword = byAuth ? request.Password : null,
            ClientAddress = flags.HasFlag(IsolationFlags.ClientAddr) ? clientAddress : null,
            ClientProtocol = flags.HasFlag(IsolationFlags.ClientProtocol) ? request.Version.ToString() : null,
            DestinationHost = flags.HasFlag(IsolationFlags.DestAddr) ? originalHost : null,
            DestinationPort = flags.HasFlag(IsolationFlags.DestPort) ? request.Port : null,
            KeepAlive = port.KeepAliveIsolateSocksAuth && byAuth && (request.Username is not null || request.Password is not null),
        };
    }
}
