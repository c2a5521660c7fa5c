using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Metrics;

/// <summary>
/// Families that do not come from a node's report: /metrics shows them after the nodes', without a label "node". Register any number as
/// services. Safe for concurrent use.
/// </summary>
internal interface IExtraFamilies
{
    /// <summary>Grows when <see cref="List"/> would give something else. Cheap: asked for at every scrape.</summary>
    long Generation { get; }

    /// <summary>The families, sorted by <see cref="MetricFamily.PrometheusName"/>; names that no node can use, as "gotor_custom_…".</summary>
    ImmutableArray<MetricFamily> List();
}
