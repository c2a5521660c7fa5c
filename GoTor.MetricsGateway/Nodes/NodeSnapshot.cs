using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>The latest report of one node, checked: everything in it may be shown. Immutable.</summary>
internal sealed record NodeSnapshot
{
    /// <summary>The value of the label "node".</summary>
    public required string NodeId { get; init; }

    /// <summary>Random, new with each process.</summary>
    public required string BootId { get; init; }

    /// <summary>When the process started, by the node's clock.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Grows with each report of a process.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>When the report was made, by the node's clock.</summary>
    public required DateTimeOffset NodeTime { get; init; }

    /// <summary>When it came, by the gateway's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>How often the node means to report.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>"public", "sandbox" or "custom".</summary>
    public required string Network { get; init; }

    /// <summary>What the operator says about the node, sorted by name.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>How far the start has come.</summary>
    public required BootstrapProgress Bootstrap { get; init; }

    /// <summary>Sorted by <see cref="MetricFamily.PrometheusName"/>.</summary>
    public required ImmutableArray<MetricFamily> Families { get; init; }

    /// <summary>Sorted by name. Never empty: what a report leaves out, <see cref="GoTor.MetricsGateway.Health.NodeHealth.Complete"/> adds.</summary>
    public required ImmutableArray<NodeComponent> Health { get; init; }

    /// <summary>go-tor's fields, taken from <see cref="Families"/>.</summary>
    public required ContractFields Fields { get; init; }

    /// <summary>The node stopped on purpose after this report.</summary>
    public required bool Final { get; init; }

    /// <summary>The node lets the gateway ask for profiles.</summary>
    public required bool Profiling { get; init; }
}

/// <summary>How far a node's start has come.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Tag">C tor's tag.</param>
/// <param name="Summary">C tor's words.</param>
internal sealed record BootstrapProgress(int Percent, string Tag, string Summary);

/// <summary>One part of a node and how it is.</summary>
/// <param name="Name">As "circuits".</param>
/// <param name="Status">How it is.</param>
/// <param name="Message">What is wrong and what to do about it; of a healthy component, what is well.</param>
/// <param name="Details">Numbers that led to the verdict, sorted by name.</param>
/// <param name="CheckedAt">When it was looked at, by the node's clock.</param>
internal sealed record NodeComponent(
    string Name, HealthLevel Status, string Message, ImmutableArray<KeyValuePair<string, string>> Details, DateTimeOffset CheckedAt);

/// <summary>How well something is. The numbers are those of gotor_node_health.</summary>
internal enum HealthLevel
{
    Unhealthy = 0,
    Degraded = 1,
    Healthy = 2,
}
