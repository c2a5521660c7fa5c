using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting;

/// <summary>What reporting has to say. Event ids 9100 to 9199. Never a token.</summary>
internal static partial class ReportingLog
{
    [LoggerMessage(9100, LogLevel.Information, "Metrics: reporting to the gateway at {Gateway}.")]
    public static partial void Connected(ILogger logger, string gateway);

    [LoggerMessage(9101, LogLevel.Warning, "Metrics: the gateway at {Gateway} cannot be reached: {Reason}. Traffic is not affected; reports go on being tried.")]
    public static partial void Unreachable(ILogger logger, string gateway, string reason);

    [LoggerMessage(9102, LogLevel.Warning, "Metrics: the gateway at {Gateway} does not accept our token. Give both the same: MetricsTokenFile here, TokenFile there.")]
    public static partial void Unauthorized(ILogger logger, string gateway);

    [LoggerMessage(9103, LogLevel.Warning, "Metrics: another process reports to the gateway at {Gateway} under our name. Give each node its own MetricsNodeName.")]
    public static partial void Replaced(ILogger logger, string gateway);

    [LoggerMessage(9104, LogLevel.Warning, "Metrics: the gateway at {Gateway} refuses our reports: {Reason}")]
    public static partial void Refused(ILogger logger, string gateway, string reason);

    [LoggerMessage(9105, LogLevel.Warning, "Metrics: the gateway leaves out some of our numbers: {Refusal}")]
    public static partial void LeftOut(ILogger logger, string refusal);

    [LoggerMessage(9106, LogLevel.Error, "Metrics: an instrument failed; the others are reported.")]
    public static partial void InstrumentFailed(ILogger logger, Exception error);

    [LoggerMessage(9107, LogLevel.Error, "Metrics: a report could not be made. This is a mistake of ours; reporting goes on.")]
    public static partial void Crashed(ILogger logger, Exception error);

    [LoggerMessage(9108, LogLevel.Warning, "Metrics: reports go to {Gateway} without TLS, so whoever is on the way can read our numbers and the token. Use https:// or a private network.")]
    public static partial void InClear(ILogger logger, string gateway);
}
