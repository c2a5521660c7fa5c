using System.Diagnostics.Metrics;

namespace GoTor.Client.Proxies.Dns;

internal enum DnsOutcome
{
    Answered,
    NoData,
    NoSuchName,
    Failed,
    NotImplemented,
    Refused,
    Malformed,
    TooMany,
}

/// <summary>Counts what DNS ports are asked. Safe for concurrent use.</summary>
internal sealed class DnsMetrics
{
    private readonly Counter<long> _queries;

    public DnsMetrics(IMeterFactory meters) =>
        _queries = meters.Create("GoTor").CreateCounter<long>("gotor.dns.queries", "{query}", "Queries at DNS ports, by outcome.");

    public void Ended(DnsOutcome outcome) => _queries.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        DnsOutcome.Answered => "answered",
        DnsOutcome.NoData => "no_data",
        DnsOutcome.NoSuchName => "no_such_name",
        DnsOutcome.NotImplemented => "not_implemented",
        DnsOutcome.Refused => "refused",
        DnsOutcome.Malformed => "malformed",
        DnsOutcome.TooMany => "too_many",
        _ => "failed",
    }));
}
