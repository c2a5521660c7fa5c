using GoTor.MetricsContract;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Profiling;

/// <summary>What profiling has to say. Event ids 9520 to 9539.</summary>
internal static partial class ProfilingLog
{
    [LoggerMessage(9520, LogLevel.Information, "Profiling: the gateway asked for a profile ({Kind}); recording.")]
    public static partial void Recording(ILogger logger, ProfileKind kind);

    [LoggerMessage(9521, LogLevel.Information, "Profiling: the profile is sent.")]
    public static partial void Sent(ILogger logger);

    [LoggerMessage(9522, LogLevel.Warning, "Profiling: no profile: {Reason}.")]
    public static partial void Failed(ILogger logger, string reason);
}
