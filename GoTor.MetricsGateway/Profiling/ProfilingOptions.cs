namespace GoTor.MetricsGateway.Profiling;

/// <summary>Profiles on request. Section Gateway:Profiling of the settings.</summary>
internal sealed record ProfilingOptions
{
    /// <summary>Whoever has the token may ask for profiles of the gateway, and of nodes that offer them.</summary>
    public bool Enabled { get; init; }

    /// <summary>Longest processor trace, in seconds.</summary>
    public int MaxSeconds { get; init; } = 60;

    /// <summary>Largest profile, in bytes.</summary>
    public long MaxBytes { get; init; } = 64L << 20;
}
