namespace GoTor.Protocol.Documents.Writing;

/// <summary>
/// Works out how relays of each kind are to be spread over the positions of a path, so that no position is short of bandwidth while another
/// has plenty. dir-spec §3.8.3, consensus method 26 and later.
/// </summary>
internal static class BandwidthWeightsWriter
{
    private const long Scale = 10_000;

    /// <summary>The arguments of "bandwidth-weights".</summary>
    public static string Write(IEnumerable<RelayDraft> relays)
    {
        // Never nothing of a kind, so that small networks have weights too.
        long g = 1, m = 1, e = 1, d = 1;
        foreach (RelayDraft relay in relays)
        {
            switch (relay.Flags & (RelayFlags.Guard | RelayFlags.Exit))
            {
                case RelayFlags.Guard:
                    g += relay.Bandwidth;
                    break;
                case RelayFlags.Exit:
                    e += relay.Bandwidth;
                    break;
                case RelayFlags.None:
                    m += relay.Bandwidth;
                    break;
                default:
                    d += relay.Bandwidth;
                    break;
            }
        }

        return Format(Compute(g, m, e, d));
    }

    /// <summary>One share per pair of position and kind: "Gd" is how much of a relay that is both guard and exit counts as guard.</summary>
    private readonly record struct Shares(long Gg, long Gd, long Mg, long Me, long Md, long Ee, long Ed);

    private static Shares Compute(long g, long m, long e, long d)
    {
        long t = g + m + e + d;
        return (3 * e >= t, 3 * g >= t) switch
        {
            (true, true) => Plenty(g, m, e),
            (false, false) => BothScarce(g, m, e, d, t),
            (true, false) => 3 * (g + d) < t ? GuardsVeryScarce(m, e) : GuardsScarce(g, m, e, d),
            (false, true) => 3 * (e + d) < t ? ExitsVeryScarce(g, m) : ExitsScarce(g, m, e, d),
        };
    }

    private static Shares Plenty(long g, long m, long e)
    {
        long ee = Share(e + g + m, 3 * e);
        long mg = Share(2 * g - e - m, 3 * g);
        return new Shares(Scale - mg, Scale / 3, mg, Scale - ee, Scale / 3, ee, Scale / 3);
    }

    private static Shares BothScarce(long g, long m, long e, long d, long t)
    {
        if (Math.Min(g, e) + d < Math.Max(g, e))
            return e < g ? new Shares(Scale, 0, 0, 0, 0, Scale, Scale) : new Shares(Scale, Scale, 0, 0, 0, Scale, 0);
        long ee = Scale * (e - g + m) / e;
        long ed = Scale * (d - 2 * e + 4 * g - 2 * m) / (3 * d);
        long me = Scale * (g - m) / e;
        if (new[] { ee, ed, me }.All(share => share is >= 0 and <= Scale))
            return new Shares(Scale, (Scale - ed) / 2, 0, me, (Scale - ed) / 2, ee, ed);
        ed = Share(d - 2 * e + g + m, 3 * d);
        long md = 3 * m > t ? 0 : Share(d - 2 * m + g + e, 3 * d);
        return new Shares(Scale, Math.Max(0, Scale - ed - md), 0, 0, md, Scale, ed);
    }

    private static Shares GuardsVeryScarce(long m, long e)
    {
        long me = e < m ? 0 : Share(e - m, 2 * e);
        return new Shares(Scale, Scale, 0, me, 0, Scale - me, 0);
    }

    private static Shares ExitsVeryScarce(long g, long m)
    {
        long mg = g < m ? 0 : Share(g - m, 2 * g);
        return new Shares(Scale - mg, 0, mg, 0, 0, Scale, Scale);
    }

    private static Shares GuardsScarce(long g, long m, long e, long d)
    {
        long gd = Share(d - 2 * g + e + m, 3 * d);
        long ee = Share(e + m, 2 * e);
        return new Shares(Scale, gd, 0, Scale - ee, (Scale - gd) / 2, ee, (Scale - gd) / 2);
    }

    private static Shares ExitsScarce(long g, long m, long e, long d)
    {
        long ed = Share(d - 2 * e + g + m, 3 * d);
        long gg = Share(g + m, 2 * g);
        return new Shares(gg, (Scale - ed) / 2, Scale - gg, 0, (Scale - ed) / 2, Scale, ed);
    }

    private static long Share(long part, long whole) => Math.Clamp(Scale * part / whole, 0, Scale);

    // Directories are asked as middles are used; bridges and odd exit policies follow their nearest kind.
    private static string Format(Shares s) =>
        $"Wbd={s.Md} Wbe={s.Me} Wbg={s.Mg} Wbm={Scale} Wdb={Scale} Web={Scale} Wed={s.Ed} Wee={s.Ee} Weg={s.Ed} Wem={s.Ee} "
        + $"Wgb={Scale} Wgd={s.Gd} Wgg={s.Gg} Wgm={s.Gg} Wmb={Scale} Wmd={s.Md} Wme={s.Me} Wmg={s.Mg} Wmm={Scale}";
}
