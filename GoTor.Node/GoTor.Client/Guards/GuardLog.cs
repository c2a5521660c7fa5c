using GoTor.Protocol.Paths.Guards;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Guards;

/// <summary>What the guards' room says. Which relays our guards are is never said at Information or above.</summary>
internal static partial class GuardLog
{
    [LoggerMessage(5000, LogLevel.Information, "Remembered {Count} guards")]
    public static partial void Restored(this ILogger logger, int count);

    [LoggerMessage(5001, LogLevel.Warning, "{Count} lines about guards in the state file make no sense and are left out; all others are used")]
    public static partial void LinesDropped(this ILogger logger, int count);

    [LoggerMessage(5002, LogLevel.Information, "Using the {Sample} guards")]
    public static partial void SampleChosen(this ILogger logger, string sample);

    [LoggerMessage(5003, LogLevel.Warning, "EntryNodes, ExcludeNodes or ReachableAddresses leave less than one in a hundred possible guards. That makes you stand out from everyone else")]
    public static partial void ExtremelyRestricted(this ILogger logger);

    [LoggerMessage(5004, LogLevel.Debug, "No guard can be used before {NextTry:O}")]
    public static partial void NoneUsable(this ILogger logger, DateTimeOffset? nextTry);

    [LoggerMessage(5005, LogLevel.Debug, "A guard failed ({Blame}); {Active} primary guards are left")]
    public static partial void Failed(this ILogger logger, GuardBlame blame, int active);

    /// <summary>Says what is odd about a guard, and not which it is.</summary>
    public static void Biased(this ILogger logger, PathBiasLevel level, bool isUse, PathBias bias)
    {
        (double good, double all) = isUse ? (bias.UseSuccesses, bias.UseAttempts) : (bias.CircuitSuccesses, bias.CircuitAttempts);
        string what = isUse ? "circuits in use that carried anything" : "circuits that could be built";
        if (level == PathBiasLevel.Notice)
            logger.DoesBadly(Math.Round(good), Math.Round(all), what);
        else
            logger.MayBeHostile(Math.Round(good), Math.Round(all), what);
    }

    [LoggerMessage(5007, LogLevel.Information, "One of our guards does worse than usual: {Good} of {All} {What}. Most likely it, or the network, is overloaded")]
    private static partial void DoesBadly(this ILogger logger, double good, double all, string what);

    [LoggerMessage(5008, LogLevel.Warning, "One of our guards fails very many circuits: {Good} of {All} {What}. It may be overloaded, or your connection bad; or it chooses which circuits live, to attack you")]
    private static partial void MayBeHostile(this ILogger logger, double good, double all, string what);

    [LoggerMessage(5006, LogLevel.Debug, "{Count} circuits that waited for a better guard have been decided")]
    public static partial void WaitersDecided(this ILogger logger, int count);
}
