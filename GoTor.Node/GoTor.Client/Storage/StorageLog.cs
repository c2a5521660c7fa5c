using Microsoft.Extensions.Logging;

namespace GoTor.Client.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(7000, LogLevel.Warning, "Others could look into {Directory}. Its mode is now 0700.")]
    public static partial void DirectoryTooOpen(this ILogger logger, string directory);

    [LoggerMessage(7001, LogLevel.Warning, "{Path} is damaged. It is kept as {Aside}; GoTor goes on with {Replacement}. Check the disk.")]
    public static partial void StateDamaged(this ILogger logger, string path, string aside, string replacement);

    [LoggerMessage(7002, LogLevel.Warning, "{Count} lines of the state file are not readable and were dropped; the others are used.")]
    public static partial void StateLinesDropped(this ILogger logger, int count);

    [LoggerMessage(7003, LogLevel.Warning, "{Problem} The state is kept in memory and written when that works again.")]
    public static partial void StateNotWritten(this ILogger logger, string problem);

    [LoggerMessage(7004, LogLevel.Information, "The state can be written again.")]
    public static partial void StateWrittenAgain(this ILogger logger);

    [LoggerMessage(7005, LogLevel.Warning, "The state file was written {Ahead} in the future. Is the clock right?")]
    public static partial void StateFromTheFuture(this ILogger logger, TimeSpan ahead);
}
