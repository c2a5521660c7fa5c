using GoTor.Protocol.Cells.Relay;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Streams;

/// <summary>Event ids 3000 to 3999. No target is ever named, at no level.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(3000, LogLevel.Debug, "Circuit {Circuit}: stream {Stream} opens.")]
    public static partial void Opening(ILogger logger, long circuit, ushort stream);

    [LoggerMessage(3001, LogLevel.Debug, "Circuit {Circuit}: stream {Stream} is open.")]
    public static partial void Opened(ILogger logger, long circuit, ushort stream);

    [LoggerMessage(3002, LogLevel.Debug, "Circuit {Circuit}: the other end ended stream {Stream}: {Reason}.")]
    public static partial void EndedByPeer(ILogger logger, long circuit, ushort stream, EndReason reason);

    [LoggerMessage(3003, LogLevel.Debug, "Circuit {Circuit}: we ended stream {Stream}.")]
    public static partial void EndedByUs(ILogger logger, long circuit, ushort stream);

    [LoggerMessage(3004, LogLevel.Debug, "Circuit {Circuit}: the exit claims that stream {Stream} leads to an address that it may not. We end it.")]
    public static partial void UnacceptableAddress(ILogger logger, long circuit, ushort stream);
}
