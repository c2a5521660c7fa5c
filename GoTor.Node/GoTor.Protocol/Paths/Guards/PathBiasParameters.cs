using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>What counts as a guard that does badly: consensus parameters with C tor's defaults (circpathbias.c). Rates are from 0 to 1. Immutable.</summary>
internal sealed record PathBiasParameters
{
    /// <summary>Fewer circuits say nothing.</summary>
    public required int MinCircuits { get; init; }

    public required double NoticeRate { get; init; }

    public required double WarnRate { get; init; }

    public required double ExtremeRate { get; init; }

    /// <summary>Beyond so many circuits all counts are scaled down, so that the past weighs less.</summary>
    public required int ScaleCircuits { get; init; }

    /// <summary>The same, of circuits that were used.</summary>
    public required int MinUses { get; init; }

    public required double NoticeUseRate { get; init; }

    public required double ExtremeUseRate { get; init; }

    public required int ScaleUses { get; init; }

    public required double ScaleFactor { get; init; }

    public static PathBiasParameters From(ConsensusParameters consensus)
    {
        int divisor = consensus.Get("pb_scalefactor", 2, 2, int.MaxValue);
        return new PathBiasParameters
        {
            MinCircuits = consensus.Get("pb_mincircs", 150, 5, int.MaxValue),
            NoticeRate = consensus.Get("pb_noticepct", 70, 0, 100) / 100.0,
            WarnRate = consensus.Get("pb_warnpct", 50, 0, 100) / 100.0,
            ExtremeRate = consensus.Get("pb_extremepct", 30, 0, 100) / 100.0,
            ScaleCircuits = consensus.Get("pb_scalecircs", 300, 10, int.MaxValue),
            MinUses = consensus.Get("pb_minuse", 20, 3, int.MaxValue),
            NoticeUseRate = consensus.Get("pb_noticeusepct", 80, 0, 100) / 100.0,
            ExtremeUseRate = consensus.Get("pb_extremeusepct", 60, 0, 100) / 100.0,
            ScaleUses = consensus.Get("pb_scaleuse", 100, 10, int.MaxValue),
            ScaleFactor = consensus.Get("pb_multfactor", 1, 1, divisor) / (double)divisor,
        };
    }
}
