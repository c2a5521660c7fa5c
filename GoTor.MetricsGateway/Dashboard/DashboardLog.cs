namespace GoTor.MetricsGateway.Dashboard;

/// <summary>What this room logs: event ids from 10500.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(10500, LogLevel.Warning, "A page could not be rendered; the next attempt is in a second. Not said again until one went well.")]
    public static partial void Failed(ILogger logger, Exception failure);
}
