using GoTor.Protocol.Documents;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>
/// Tells the operator when our clock and the network's time do not agree, with the direction and the remedy. Each kind of problem
/// is told once an hour. Owned by the directory loop.
/// </summary>
internal sealed class ClockWarnings(BootstrapStatus bootstrap, ILogger logger)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromHours(1);

    /// <summary>A consensus cannot be signed earlier than this before it could have been distributed (EARLY_CONSENSUS_NOTICE_SKEW).</summary>
    private static readonly TimeSpan EarlyTolerance = TimeSpan.FromSeconds(60);

    /// <summary>A server's clock may differ so much before it is worth a word (ALLOW_DIRECTORY_TIME_SKEW).</summary>
    private static readonly TimeSpan ServerTolerance = TimeSpan.FromMinutes(30);

    private readonly Dictionary<ClockProblem, DateTimeOffset> _told = [];

    private enum ClockProblem
    {
        Behind,
        Ahead,
        OldConsensus,
        Certificates,
    }

    /// <summary>Looks at the times of a signed consensus.</summary>
    /// <param name="distribution">Time for signatures, in seconds.</param>
    /// <returns>The problem, when there is one.</returns>
    public string? Check(ConsensusLifetime lifetime, int distribution, DateTimeOffset now)
    {
        TimeSpan early = lifetime.ValidAfter - TimeSpan.FromSeconds(distribution) - EarlyTolerance - now;
        if (early > TimeSpan.Zero)
        {
            return Tell(ClockProblem.Behind, now,
                $"Our clock is {Describe(lifetime.ValidAfter - now)} behind the network's newest consensus ({lifetime.ValidAfter:u}). Tor needs a correct clock: check date, time and time zone.");
        }

        return lifetime.At(now) != ConsensusTimeliness.UnusableExpired
            ? null
            : Tell(ClockProblem.OldConsensus, now,
                $"The newest consensus that we have expired {Describe(now - lifetime.ValidUntil)} ago ({lifetime.ValidUntil:u}). Check date, time and time zone; if they are right, a newer one is being looked for.");
    }

    /// <summary>An authority's own clock, as its answer gave it. Other servers are not believed.</summary>
    /// <param name="skew">How far our clock is ahead.</param>
    public void CheckAuthority(TimeSpan skew, DateTimeOffset now)
    {
        if (skew.Duration() > ServerTolerance)
        {
            Tell(skew > TimeSpan.Zero ? ClockProblem.Ahead : ClockProblem.Behind, now,
                $"Our clock is {Describe(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} a directory authority's. Tor needs a correct clock: check date, time and time zone.");
        }
    }

    /// <summary>Authorities' certificates have come that are expired by our clock.</summary>
    public void CertificatesAreExpired(DateTimeOffset now) =>
        Tell(ClockProblem.Certificates, now,
            $"By our clock ({now:u}) the certificates of the directory authorities have expired. Most likely the clock is wrong: check date, time and time zone.");

    private string Tell(ClockProblem kind, DateTimeOffset now, string problem)
    {
        bootstrap.Warn(problem);
        if (!_told.TryGetValue(kind, out DateTimeOffset last) || (now - last).Duration() >= Repeat)
        {
            _told[kind] = now;
            logger.ClockProblem(problem);
        }

        return problem;
    }

    private static string Describe(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{(int)span.TotalDays} days",
        { TotalHours: >= 2 } => $"{(int)span.TotalHours} hours",
        { TotalMinutes: >= 2 } => $"{(int)span.TotalMinutes} minutes",
        _ => $"{(int)span.TotalSeconds} seconds",
    };
}
