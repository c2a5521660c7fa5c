using System.Net;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting.OwnGateway;

/// <summary>What the gateway of our own has to say, and what becomes of it. Event ids 9200 to 9299. Never a token.</summary>
internal static partial class OwnGatewayLog
{
    [LoggerMessage(9200, LogLevel.Information, "Metrics: http://{Address}/ serves metrics, health and the dashboard.")]
    public static partial void Serving(ILogger logger, IPEndPoint address);

    [LoggerMessage(9201, LogLevel.Warning, "Metrics: the gateway ended ({How}). Traffic is not affected; it is started again in {Seconds:F1} s.")]
    public static partial void Ended(ILogger logger, string how, double seconds);

    [LoggerMessage(EventId = 9202, Message = "Metrics gateway: {Text}")]
    public static partial void Said(ILogger logger, LogLevel level, string text);
}
