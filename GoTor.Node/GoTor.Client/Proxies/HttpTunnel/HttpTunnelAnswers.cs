using GoTor.Protocol.Http;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies.HttpTunnel;

/// <summary>Outcomes in HTTP: C tor's end_reason_to_http_connect_response_line, and the header of proposal 365 for programs.</summary>
internal sealed class HttpTunnelAnswers : IProxyReplies
{
    public static HttpTunnelAnswers Instance { get; } = new();

    public ReadOnlyMemory<byte> Connected => HttpTunnelReplies.Connected;

    public ReadOnlyMemory<byte> Refused(DestinationVerdict verdict) => HttpTunnelReplies.Refused(verdict);

    public ReadOnlyMemory<byte> Failed(TorErrorKind kind) => kind switch
    {
        TorErrorKind.ResolveFailed => HttpTunnelReplies.Line("503 Service Unavailable (resolve failed)", "end/RESOLVEFAILED"),
        TorErrorKind.NoRoute => HttpTunnelReplies.Line("503 Service Unavailable (no route)", "end/NOROUTE"),
        TorErrorKind.ConnectionRefused => HttpTunnelReplies.Line("403 Forbidden (connection refused)", "end/CONNECTREFUSED"),
        TorErrorKind.ExitPolicy => HttpTunnelReplies.Line("403 Forbidden (exit policy)", "end/EXITPOLICY"),
        TorErrorKind.StreamClosed => HttpTunnelReplies.Line("502 Bad Gateway (unexpected close)", "end/DONE"),
        TorErrorKind.Timeout => HttpTunnelReplies.Line("504 Gateway Timeout", "end/TIMEOUT"),
        TorErrorKind.CircuitClosed or TorErrorKind.RelayUnreachable => HttpTunnelReplies.Line("502 Bad Gateway (destroy cell received)", "end/DESTROY"),
        TorErrorKind.ProtocolViolation or TorErrorKind.InvalidRequest => HttpTunnelReplies.InvalidDestination,
        TorErrorKind.NoPath or TorErrorKind.NotReady or TorErrorKind.ShuttingDown or TorErrorKind.Obsolete =>
            HttpTunnelReplies.Line("503 Service Unavailable (no circuit)", "c-tor/CANT_ATTACH"),
        _ => HttpTunnelReplies.Line("502 Bad Gateway (internal error)", "end/INTERNAL"),
    };
}
