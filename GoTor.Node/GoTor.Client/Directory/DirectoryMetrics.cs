using System.Diagnostics.Metrics;
using GoTor.Client.Directory.Consensuses;
using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Servers;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;

namespace GoTor.Client.Directory;

/// <summary>The instruments of the directory room. Safe for concurrent use. Tags are from closed sets.</summary>
internal sealed class DirectoryMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _consensuses;
    private readonly Counter<long> _restarts;
    private readonly TimeProvider _time;
    private volatile NetworkCensus? _census;

    public DirectoryMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        Meter meter = meters.Create("GoTor");
        _requests = meter.CreateCounter<long>("gotor.directory.requests", "{request}", "Requests to directory servers.");
        _bytes = meter.CreateCounter<long>("gotor.directory.received", "By", "Bytes of directory answers, as they came over the stream.");
        _durations = meter.CreateSeconds("gotor.directory.request.duration", "From asking for a stream to the end of the answer.");
        _consensuses = meter.CreateCounter<long>("gotor.directory.consensuses", "{consensus}", "Consensuses that were judged.");
        _restarts = meter.CreateCounter<long>("gotor.directory.loop.restarts", "{restart}", "Times that the directory loop failed and was started again.").FromZero();
        meter.CreateObservableGauge("gotor.directory.consensus.age", Age, "s", "Time since the consensus in use became valid.");
        meter.CreateObservableGauge("gotor.directory.consensus.remaining", Remaining, "s", "Time until the consensus in use expires; negative afterwards.");
        meter.CreateObservableGauge("gotor.directory.relays", () => Count(census => census.Relays), "{relay}", "Relays in the consensus in use.");
        meter.CreateObservableGauge("gotor.directory.relays.usable", () => Count(census => census.Usable), "{relay}", "Relays whose microdescriptor we have.");
        meter.CreateObservableGauge("gotor.directory.guards", () => Count(census => census.Guards), "{relay}", "Relays that may be guards.");
        meter.CreateObservableGauge("gotor.directory.exits", () => Count(census => census.Exits), "{relay}", "Relays that may be exits.");
        meter.CreateObservableGauge("gotor.directory.enough", () => Count(census => census.IsEnough ? 1 : 0), null, "1 when enough of the network is known to build circuits.");
    }

    /// <summary>The network in use, counted; null without one.</summary>
    public NetworkCensus? Census => _census;

    public void FetchEnded(DirectoryDocument document, DirectoryServerKind kind, FetchOutcome outcome, long bytes, TimeSpan took)
    {
        KeyValuePair<string, object?> documentTag = new("document", document.ToString());
        _requests.Add(1, documentTag, new("server", kind.ToString()), new("outcome", outcome.ToString()));
        _bytes.Add(bytes, documentTag);
        if (outcome == FetchOutcome.Success)
            _durations.Record(took.TotalSeconds, documentTag);
    }

    public void ConsensusJudged(ConsensusVerdict verdict) => _consensuses.Add(1, new KeyValuePair<string, object?>("verdict", verdict.ToString()));

    public void LoopRestarted() => _restarts.Add(1);

    public void NetworkChanged(NetworkSnapshot? network, bool isEnough)
    {
        if (network is null)
        {
            _census = null;
            return;
        }

        int usable = 0, guards = 0, exits = 0;
        foreach (Relay relay in network.Relays)
        {
            usable += relay.IsUsable ? 1 : 0;
            if (!relay.Has(RelayFlags.Running | RelayFlags.Valid))
                continue;
            guards += relay.Has(RelayFlags.Guard) ? 1 : 0;
            exits += relay.Has(RelayFlags.Exit) && !relay.Has(RelayFlags.BadExit) ? 1 : 0;
        }

        _census = new NetworkCensus(network.ValidAfter, network.ValidUntil, network.Relays.Count, usable, guards, exits, isEnough);
    }

    private IEnumerable<Measurement<double>> Age() =>
        _census is { } census ? [new((_time.GetUtcNow() - census.ValidAfter).TotalSeconds)] : [];

    private IEnumerable<Measurement<double>> Remaining() =>
        _census is { } census ? [new((census.ValidUntil - _time.GetUtcNow()).TotalSeconds)] : [];

    private int Count(Func<NetworkCensus, int> count) => _census is { } census ? count(census) : 0;
}

/// <summary>A network in numbers.</summary>
/// <param name="Relays">In its consensus.</param>
/// <param name="Usable">Of these, with microdescriptor.</param>
/// <param name="Guards">Relays that may be guards.</param>
/// <param name="Exits">Relays that may be exits.</param>
/// <param name="IsEnough">Enough is known to build circuits.</param>
internal sealed record NetworkCensus(
    DateTimeOffset ValidAfter, DateTimeOffset ValidUntil, int Relays, int Usable, int Guards, int Exits, bool IsEnough);
