using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>Whether the options leave so few guards that a sample of their own is needed. guard-spec §4.1.1, C tor's choose_guard_selection.</summary>
/// <param name="IsExtreme">So few that the user stands out: worth a warning.</param>
internal readonly record struct GuardSampleChoice(GuardSampleKind Kind, bool IsExtreme)
{
    /// <param name="current">What is used now; it is kept while the part is within 5 % of the threshold, so that it does not flap.</param>
    public static GuardSampleChoice For(GuardContext context, GuardSampleKind? current)
    {
        int guards = 0;
        int allowed = 0;
        foreach (Relay relay in context.Network.Relays)
        {
            if (!GuardContext.IsPossibleGuard(relay))
                continue;
            guards++;
            if (context.Constraints.AllowsAsFirstHop(relay))
                allowed++;
        }

        double threshold = guards * context.Parameters.MeaningfulRestriction;
        bool extreme = guards > 0 && allowed < (int)(guards * context.Parameters.ExtremeRestriction);
        GuardSampleKind kind = current switch
        {
            null => allowed >= (int)threshold ? GuardSampleKind.Default : GuardSampleKind.Restricted,
            _ when allowed >= (int)(threshold * 1.05) => GuardSampleKind.Default,
            _ when allowed < (int)(threshold * 0.95) => GuardSampleKind.Restricted,
            { } same => same,
        };
        return new GuardSampleChoice(kind, extreme);
    }
}
