using Microsoft.Extensions.Logging;

namespace GoTor.Client.Channels;

/// <summary>What channels say. Nothing here names a relay or an address; strangers who misbehave are not the operator's concern.</summary>
internal static partial class ChannelLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Channel {Channel} is open: link protocol {LinkVersion}, {Tls}")]
    public static partial void Opened(ILogger logger, long channel, int linkVersion, string tls);

    [LoggerMessage(1001, LogLevel.Debug, "Channel {Channel} has ended: {End}")]
    public static partial void Closed(ILogger logger, long channel, ChannelEnd end, Exception? cause);

    [LoggerMessage(1002, LogLevel.Debug, "A connection attempt failed: {End}")]
    public static partial void AttemptFailed(ILogger logger, ChannelEnd end, Exception cause);

    [LoggerMessage(1003, LogLevel.Debug, "A relay broke the rules of one circuit on channel {Channel}: {What}")]
    public static partial void CircuitViolation(ILogger logger, long channel, string what);

    [LoggerMessage(1004, LogLevel.Error, "Channel {Channel} ended because of an error of ours")]
    public static partial void InternalError(ILogger logger, long channel, Exception cause);
}
