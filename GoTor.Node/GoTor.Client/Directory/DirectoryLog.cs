using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory;

/// <summary>What the directory room tells the operator. Servers are named by their kind only: guards are nobody's business.</summary>
internal static partial class DirectoryLog
{
    [LoggerMessage(4000, LogLevel.Information, "The network: a consensus of {validAfter:u} with {relays} relays, valid until {validUntil:u}.")]
    public static partial void ConsensusAccepted(this ILogger logger, DateTimeOffset validAfter, int relays, DateTimeOffset validUntil);

    [LoggerMessage(4001, LogLevel.Warning, "Refused a consensus: {reason}")]
    public static partial void ConsensusRefused(this ILogger logger, string reason);

    [LoggerMessage(4002, LogLevel.Debug, "A consensus waits for {missing} certificates of its authorities.")]
    public static partial void ConsensusWaits(this ILogger logger, int missing);

    [LoggerMessage(4003, LogLevel.Information, "We know enough of the network to build circuits.")]
    public static partial void EnoughDirectoryInfo(this ILogger logger);

    [LoggerMessage(4004, LogLevel.Information, "We no longer know enough of the network to build circuits: {reason}")]
    public static partial void NotEnoughDirectoryInfo(this ILogger logger, string reason);

    [LoggerMessage(4005, LogLevel.Debug, "{document} from a {kind}: {outcome}, {bytes} bytes in {seconds:0.000} s.")]
    public static partial void FetchEnded(this ILogger logger, DirectoryDocument document, Servers.DirectoryServerKind kind, Fetching.FetchOutcome outcome, long bytes, double seconds);

    [LoggerMessage(4006, LogLevel.Debug, "A directory server sent something that it should not have sent.")]
    public static partial void ServerMisbehaved(this ILogger logger, Exception e);

    [LoggerMessage(4007, LogLevel.Warning, "{problem}")]
    public static partial void ClockProblem(this ILogger logger, string problem);

    [LoggerMessage(4008, LogLevel.Warning, "The authorities recommend protocols that this version does not speak ({missing}). It will stop working one day: upgrade.")]
    public static partial void RecommendedProtocolsMissing(this ILogger logger, string missing);

    [LoggerMessage(4009, LogLevel.Warning, "The cached {file} is damaged and was set aside; it will be fetched again.")]
    public static partial void CacheDamaged(this ILogger logger, string file);

    [LoggerMessage(4010, LogLevel.Warning, "The cached {file} cannot be read; it will be fetched again. {reason}")]
    public static partial void CacheUnreadable(this ILogger logger, string file, string reason);

    [LoggerMessage(4011, LogLevel.Warning, "The directory cache cannot be written. GoTor goes on without it and tries again. {reason}")]
    public static partial void CacheNotWritable(this ILogger logger, string reason);

    [LoggerMessage(4012, LogLevel.Information, "The directory cache can be written again.")]
    public static partial void CacheWritableAgain(this ILogger logger);

    [LoggerMessage(4013, LogLevel.Error, "The directory loop failed and starts again in {seconds:0} s.")]
    public static partial void LoopFailed(this ILogger logger, Exception e, double seconds);

    [LoggerMessage(4014, LogLevel.Debug, "A consensus diff did not apply; the next request asks for the whole consensus.")]
    public static partial void DiffFailed(this ILogger logger, Exception e);

    [LoggerMessage(4015, LogLevel.Debug, "Wrote {count} microdescriptors into a new cache file and saved {bytes} bytes.")]
    public static partial void MicrodescriptorsRewritten(this ILogger logger, int count, long bytes);

    [LoggerMessage(4016, LogLevel.Warning, "The cached {file} is damaged: {count} entries are left out and will be fetched again.")]
    public static partial void CacheDamagedInPart(this ILogger logger, string file, int count);
}
