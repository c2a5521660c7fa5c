using Microsoft.Extensions.Logging;

namespace GoTor.Node.Tracing;

/// <summary>What the export of traces has to say. Event ids 9500 to 9519.</summary>
internal static partial class TraceLog
{
    [LoggerMessage(9500, LogLevel.Information, "A share of {Share} of streams and circuit builds is traced: when and how long, but not where to.")]
    public static partial void Tracing(ILogger logger, double share);

    [LoggerMessage(9501, LogLevel.Warning, "Traces cannot be delivered and are dropped. Is the OTLP receiver at TraceEndpoint running?")]
    public static partial void Undelivered(ILogger logger);

    [LoggerMessage(9502, LogLevel.Information, "Traces are delivered again.")]
    public static partial void DeliveredAgain(ILogger logger);
}
