namespace GoTor.MetricsGateway.Custom;

/// <summary>How much applications may take with their own metrics. Section Gateway:Custom of the settings.</summary>
internal sealed record CustomQuotas
{
    /// <summary>Families of all applications together.</summary>
    public int Families { get; init; } = 200;

    /// <summary>Series as Prometheus counts them: a histogram has one for each bucket, and two more.</summary>
    public int Series { get; init; } = 4_000;

    /// <summary>Sets of labels of one family.</summary>
    public int SeriesPerFamily { get; init; } = 500;

    /// <summary>Buckets of a histogram, the last one not counted.</summary>
    public int Buckets { get; init; } = 64;

    /// <summary>Labels of a series.</summary>
    public int Labels { get; init; } = 8;

    /// <summary>Characters of a label's value.</summary>
    public int LabelValueLength { get; init; } = 128;

    /// <summary>Changes in one call.</summary>
    public int UpdatesPerCall { get; init; } = 1_000;

    /// <summary>A series that nobody updates for so long goes, and so does a family without series. Zero: never.</summary>
    public TimeSpan UnusedAfter { get; init; } = TimeSpan.FromDays(1);
}
