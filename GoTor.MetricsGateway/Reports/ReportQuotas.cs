namespace GoTor.MetricsGateway.Reports;

/// <summary>How much the nodes may take of the gateway's memory and of its pages. Section Gateway:Quotas of the settings.</summary>
internal sealed record ReportQuotas
{
    /// <summary>Nodes, stale ones too.</summary>
    public int Nodes { get; init; } = 2_000;

    /// <summary>Bytes of one report.</summary>
    public int ReportBytes { get; init; } = 1 << 20;

    /// <summary>Families of one node, and names that are not GoTor's own which it may bring in.</summary>
    public int Families { get; init; } = 500;

    /// <summary>Families with different names of all nodes together, GoTor's own not counted.</summary>
    public int DifferentFamilies { get; init; } = 5_000;

    /// <summary>Series of one node as Prometheus counts them: a histogram has one for each bucket, and two more.</summary>
    public int Series { get; init; } = 4_000;

    /// <summary>Buckets of a histogram, the last one not counted.</summary>
    public int Buckets { get; init; } = 64;

    /// <summary>Labels of a series.</summary>
    public int Labels { get; init; } = 8;

    /// <summary>Characters of a label's value.</summary>
    public int LabelValueLength { get; init; } = 128;

    /// <summary>Bytes that the series of all nodes have together in an exposition, about.</summary>
    public long TextBytes { get; init; } = 128L << 20;

    /// <summary>Reports that one node may send in a second; some more for a moment.</summary>
    public int ReportsPerSecond { get; init; } = 20;

    /// <summary>Reports per second of all nodes together, above which nodes are asked to report less often.</summary>
    public int TotalReportsPerSecond { get; init; } = 500;
}
