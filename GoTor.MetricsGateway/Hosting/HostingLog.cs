namespace GoTor.MetricsGateway.Hosting;

/// <summary>What this room logs: event ids from 10000.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(10000, LogLevel.Information, "Serving {Http}, taking reports at {Grpc}.")]
    public static partial void Started(ILogger logger, string http, string grpc);

    [LoggerMessage(10001, LogLevel.Warning,
        "OTHER MACHINES CAN REACH THIS GATEWAY AND NOTHING IS ENCRYPTED: the token and everything about the nodes can be read on the way. "
        + "Set Gateway:CertificateFile, put a proxy with TLS in front of it, or bind it to 127.0.0.1.")]
    public static partial void WideWithoutTls(ILogger logger);

    [LoggerMessage(10002, LogLevel.Information, "The parent process is gone: stopping.")]
    public static partial void ParentGone(ILogger logger);

    [LoggerMessage(10003, LogLevel.Error, "{Work} met a mistake of the gateway's; it is tried again. Not said again until it went well.")]
    public static partial void Failed(ILogger logger, string work, Exception failure);
}
