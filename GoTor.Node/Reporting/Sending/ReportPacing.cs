namespace GoTor.Node.Reporting.Sending;

/// <summary>When the next report is due. Pure: chance comes in as a number. Owned by the reporter's loop.</summary>
internal sealed class ReportPacing(TimeSpan interval)
{
    /// <summary>However often things change, reports are so far apart.</summary>
    public static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(200);

    /// <summary>A gateway may slow us down, not silence us.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>A gateway that says no will say so again until somebody changes something.</summary>
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(30);

    /// <summary>A token that is being changed is not the same on both ends for a moment; more often than this, a wrong one would only fill logs.</summary>
    private static readonly TimeSpan PauseAfterWrongToken = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WhileNotReady = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan _own = interval;
    private int _failures;

    /// <summary>How often reports go out while all is well.</summary>
    public TimeSpan Interval { get; private set; } = interval;

    /// <summary>The last report did not arrive, so changes wait for the next attempt.</summary>
    public bool IsBackingOff => _failures > 0;

    /// <summary>A gateway took a report.</summary>
    /// <param name="nextIntervalMs">What it asks for; 0 leaves it to us.</param>
    public TimeSpan Accepted(uint nextIntervalMs)
    {
        _failures = 0;
        TimeSpan asked = TimeSpan.FromMilliseconds(nextIntervalMs);
        Interval = nextIntervalMs == 0 ? _own : asked < LeastGap ? LeastGap : asked > LongestInterval ? LongestInterval : asked;
        return Interval;
    }

    /// <summary>A report did not arrive, or was refused.</summary>
    /// <param name="chance">0 to 1: many nodes of one gateway must not come back at the same moment.</param>
    /// <returns>How long to wait.</returns>
    public TimeSpan Failed(ReportResult result, double chance)
    {
        if (result == ReportResult.NotReady)
            return WhileNotReady;
        _failures = Math.Min(_failures + 1, 10);
        TimeSpan pause = result switch
        {
            ReportResult.Unreachable or ReportResult.TimedOut => TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << (_failures - 1))),
            ReportResult.Unauthorized => PauseAfterWrongToken,
            _ => PauseAfterRefusal,
        };
        return pause * (0.5 + (0.5 * chance));
    }
}
