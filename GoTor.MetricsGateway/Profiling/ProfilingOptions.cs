namespace GoTor.MetricsGateway.Profiling;

/// <summary>Profiles on request. Section Gateway:Profiling of the settings.</summary>
internal sealed record ProfilingOptions
{
    /// <summary>Whoever has <see cref="Token"/> may ask for profiles of the gateway, and of nodes that offer them.</summary>
    public bool Enabled { get; init; }

    /// <summary>Who may ask. Not the nodes' token: a node must not look into the gateway or into other nodes.</summary>
    public string? Token { get; init; }

    /// <summary>A file with <see cref="Token"/> in its first line.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Longest processor trace, in seconds.</summary>
    public int MaxSeconds { get; init; } = 60;

    /// <summary>Largest profile, in bytes.</summary>
    public long MaxBytes { get; init; } = 64L << 20;
}
