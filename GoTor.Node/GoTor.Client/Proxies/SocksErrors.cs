using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>What an application is told about a failure: the code that C tor sends for the END reason behind it.</summary>
internal static class SocksErrors
{
    public static SocksReplyCode CodeFor(TorErrorKind kind) => kind switch
    {
        TorErrorKind.ResolveFailed or TorErrorKind.NoRoute => SocksReplyCode.HostUnreachable,

        // An end before CONNECTED, however friendly, means that nobody answered there.
        TorErrorKind.ConnectionRefused or TorErrorKind.StreamClosed => SocksReplyCode.ConnectionRefused,
        TorErrorKind.ExitPolicy => SocksReplyCode.NotAllowed,
        TorErrorKind.Timeout => SocksReplyCode.TimeToLiveExpired,
        _ => SocksReplyCode.GeneralFailure,
    };
}
