using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>
/// Nothing here names a destination or who asked for it. What applications can cause is Debug, or passes a <see cref="LogGate"/>.
/// </summary>
internal static partial class ProxyLog
{
    [LoggerMessage(6000, LogLevel.Information, "Opened {Kind} listener connection (ready) on {Address}")]
    public static partial void Listening(this ILogger logger, string kind, string address);

    [LoggerMessage(6001, LogLevel.Warning,
        "The {Kind} port {Address} can be reached from other machines. It is neither encrypted nor protected by a password: whoever "
        + "reaches the port can use it, and whoever is in between can read along.")]
    public static partial void NotLoopback(this ILogger logger, string kind, string address);

    [LoggerMessage(6002, LogLevel.Warning, "No more connections can be accepted at the moment ({Reason}). Raise the limit on open files.")]
    public static partial void AcceptPaused(this ILogger logger, string reason);

    [LoggerMessage(6003, LogLevel.Warning,
        "An application gave an address instead of a name ({Version}). It may look names up outside Tor, which shows others where it goes. "
        + "Let the proxy resolve names (SOCKS 4a, or SOCKS 5 with names).")]
    public static partial void AddressInsteadOfName(this ILogger logger, SocksVersion version);

    [LoggerMessage(6004, LogLevel.Warning,
        "An application was refused because it gave an address instead of a name, and SafeSocks is set.")]
    public static partial void RefusedAddressInsteadOfName(this ILogger logger);

    [LoggerMessage(6005, LogLevel.Warning,
        "Something that does not speak SOCKS connects to a SOCKS port ({Refusal}). Check its proxy settings.")]
    public static partial void NotSocks(this ILogger logger, SocksRefusal refusal);

    [LoggerMessage(6006, LogLevel.Warning,
        "An application connects to a port where passwords usually travel in the clear. The exit relay can read them.")]
    public static partial void PlaintextPort(this ILogger logger);

    [LoggerMessage(6007, LogLevel.Information, "TestSocks: a request by {Version} {Verdict}.")]
    public static partial void TestedSocks(this ILogger logger, SocksVersion version, string verdict);

    [LoggerMessage(6008, LogLevel.Warning,
        "An application asks for a private address. No exit could reach what it means, so it is refused. Exclude local addresses from "
        + "its proxy settings.")]
    public static partial void InternalAddress(this ILogger logger);

    [LoggerMessage(6009, LogLevel.Warning,
        "Something that asks for no CONNECT connects to an HTTP tunnel. Check its proxy settings: the port is no HTTP proxy.")]
    public static partial void NotConnect(this ILogger logger);

    [LoggerMessage(6015, LogLevel.Warning,
        "An application sends a Proxy-Authorization that is not Basic with the user name \"tor\". It isolates streams now, and may mean something else later.")]
    public static partial void OldAuthorization(this ILogger logger);

    [LoggerMessage(6016, LogLevel.Warning,
        "A connection came to a TransPort that was not redirected there. TransPort needs a REDIRECT rule of iptables or nftables, and takes nothing else.")]
    public static partial void NotRedirected(this ILogger logger);

    [LoggerMessage(6017, LogLevel.Warning, "A connection was refused because SocksPolicy does not allow its address.")]
    public static partial void RefusedStranger(this ILogger logger);

    [LoggerMessage(6010, LogLevel.Debug, "A SOCKS handshake was refused: {Refusal}.")]
    public static partial void HandshakeRefused(this ILogger logger, SocksRefusal refusal);

    [LoggerMessage(6011, LogLevel.Debug, "A SOCKS request was refused: {Verdict}.")]
    public static partial void RequestRefused(this ILogger logger, DestinationVerdict verdict);

    [LoggerMessage(6012, LogLevel.Debug, "A SOCKS request failed: {Kind}.")]
    public static partial void RequestFailed(this ILogger logger, TorErrorKind kind);

    [LoggerMessage(6013, LogLevel.Error, "A SOCKS connection ended by an error of ours.")]
    public static partial void SessionCrashed(this ILogger logger, Exception exception);

    [LoggerMessage(6014, LogLevel.Error, "Accepting on a SOCKS port ended by an error of ours; it starts again.")]
    public static partial void AcceptCrashed(this ILogger logger, Exception exception);
}
